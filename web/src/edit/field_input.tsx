// One field of a form, by its type. The first choice of every list is "Not stated": nothing is filled in by itself.
import { useId } from "preact/hooks";
import type { SchemaField } from "../api";
import { t, word } from "../i18n";
import { instantText } from "../time";
import { instantInput, parseField } from "./form_values";
import { boxesOf, jsonOf, structureOf, type Rows, type Structure } from "./structures";

interface FieldInputProps {
  field: SchemaField;
  value: string;
  fault: string; // empty: none
  onChange: (typed: string) => void;
}

export function FieldInput(props: FieldInputProps) {
  const structure = structureOf(props.field);
  const rows = structure === null ? null : boxesOf(props.value, structure);
  return structure === null || rows === null ? <PlainField {...props} />
    : <StructuredField {...props} structure={structure} rows={rows} />;
}

function PlainField({ field, value, fault, onChange }: FieldInputProps) {
  const id = useId();
  const help = [field.description, helpOf(field)].filter((part) => part !== "").join(". ");
  const described = [help === "" ? "" : `${id}-help`, fault === "" ? "" : `${id}-fault`].filter((part) => part !== "").join(" ");
  return (
    <div class="field" data-field={field.name} data-fault={fault !== ""}>
      <label for={id}>
        {field.title}
        {field.required && <span class="required">{t("form.required")}</span>}
        {field.access === "need_to_know" && <span class="badge">{t("detail.need_to_know")}</span>}
      </label>
      <Input field={field} value={value} onChange={onChange} common={{
        id, name: field.name, "aria-required": field.required, "aria-invalid": fault !== "",
        ...(described === "" ? {} : { "aria-describedby": described }),
      }} />
      {fault !== "" && <p class="fault" id={`${id}-fault`}>{fault}</p>}
      {help !== "" && <p class="help" id={`${id}-help`}>{help}</p>}
    </div>
  );
}

function helpOf(field: SchemaField): string {
  if (field.kind === "text_list") return t("form.one_per_line");
  return field.kind === "json" ? t("form.json") : "";
}

// A list of objects, or one, as boxes for what is known to stand there.
function StructuredField(props: FieldInputProps & { structure: Structure; rows: Rows }) {
  const { field, fault, onChange, structure, rows } = props;
  const shown = structure.rows ? rows : [rows[0] ?? {}];
  const set = (next: Rows) => onChange(jsonOf(next, structure));
  return (
    <fieldset class="field structured" data-field={field.name} data-fault={fault !== ""}>
      <legend>
        {field.title}
        {field.access === "need_to_know" && <span class="badge">{t("detail.need_to_know")}</span>}
      </legend>
      {field.description !== "" && <p class="help">{field.description}</p>}
      {fault !== "" && <p class="fault">{fault}</p>}
      {shown.map((boxes, at) => (
        <div key={at} class="row" role="group" aria-label={`${field.title} ${at + 1}`}>
          {structure.members.map((member) => (
            <FieldInput key={member.name} field={member} value={boxes[member.name] ?? ""} fault={faultIn(boxes[member.name], member)}
              onChange={(typed) => set(shown.map((row, index) => (index === at ? { ...row, [member.name]: typed } : row)))} />
          ))}
          {structure.rows && (
            <button type="button" class="link" aria-label={t("form.remove_row", { name: field.title, n: at + 1 })}
              onClick={() => set(shown.filter((_, index) => index !== at))}>{t("form.remove")}</button>
          )}
        </div>
      ))}
      {structure.rows && (
        <button type="button" onClick={() => set([...shown, {}])}>{t("form.add_row", { name: field.title })}</button>
      )}
    </fieldset>
  );
}

function faultIn(typed: string | undefined, member: SchemaField): string {
  const parsed = parseField(typed ?? "", member);
  return "fault" in parsed ? t(parsed.fault) : "";
}

interface Common {
  id: string;
  name: string;
  "aria-required": boolean;
  "aria-invalid": boolean;
  "aria-describedby"?: string;
}

function Input(props: { field: SchemaField; value: string; common: Common; onChange: (typed: string) => void }) {
  const { field, value, common, onChange } = props;
  const typed = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  switch (field.kind) {
    case "enumeration":
      return (
        <select {...common} value={value} onChange={typed}>
          <option value="">{t("form.not_stated")}</option>
          {field.values.map((choice) => <option key={choice} value={choice}>{word(choice)}</option>)}
          {value !== "" && !field.values.includes(value) && <option value={value}>{value}</option>}
        </select>
      );
    case "boolean":
      return (
        <select {...common} value={value} onChange={typed}>
          <option value="">{t("form.not_stated")}</option>
          <option value="true">{t("detail.yes")}</option>
          <option value="false">{t("detail.no")}</option>
        </select>
      );
    case "number":
    case "integer":
      return (
        <div class="with-unit">
          <input {...common} type="text" inputMode={field.kind === "integer" ? "numeric" : "decimal"} dir="ltr"
            autocomplete="off" value={value} onInput={typed} />
          {field.unit !== "" && <span aria-label={t("form.unit", { unit: field.unit })}>{field.unit}</span>}
        </div>
      );
    case "instant":
      return <InstantInput value={value} common={common} onChange={onChange} />;
    case "text_list":
      return <textarea {...common} rows={Math.min(6, Math.max(2, value.split("\n").length))} value={value} onInput={typed} />;
    case "json":
      return (
        <textarea {...common} class="code" dir="ltr" spellcheck={false} value={value} onInput={typed}
          rows={Math.min(12, Math.max(2, value.split("\n").length))} />
      );
    default:
      return ["remarks", "note", "response"].includes(field.name)
        ? <textarea {...common} rows={3} dir="auto" value={value} onInput={typed} />
        : <input {...common} type="text" dir="auto" autocomplete="off" value={value} onInput={typed} />;
  }
}

// Times are UTC here as everywhere. One that is finer than the browser's own input can hold is shown as text.
function InstantInput({ value, common, onChange }: { value: string; common: Common; onChange: (typed: string) => void }) {
  const fine = /\.\d{4,}$/.test(value);
  const typed = (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value);
  return (
    <div class="with-unit">
      {fine ? <input {...common} type="text" dir="ltr" value={value} onInput={typed} />
        : <input {...common} type="datetime-local" step="1" dir="ltr" value={value} onInput={typed} />}
      <span>{t("form.utc")}</span>
      <button type="button" onClick={() => onChange(instantInput(instantText(Date.now())))}>{t("form.now")}</button>
    </div>
  );
}
