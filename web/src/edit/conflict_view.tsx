// Mine and theirs side by side, field by field. Nothing is decided for a person but what only one side touched.
import type { Geometry } from "geojson";
import type { Json, SchemaField } from "../api";
import { isEmpty, valueText } from "../feature_text";
import { t } from "../i18n";
import { caller } from "../session";
import { readableInstant } from "../time";
import { backToForm, choose, conflictRows, keepTheirs, makeNew, saveChoice } from "./actions";
import type { Difference, Side } from "./conflict";
import { shapeOf } from "./shape";
import { shapeText } from "./shape_editor";
import { conflict, saving, schema } from "./state";

export function ConflictView() {
  const met = conflict.value;
  if (met === null) return null;
  if (met.theirs === null) return <Gone />;
  const rows = conflictRows();
  const left = rows.filter((row) => met.choices[row.field] === undefined).length;
  const at = met.at === "" ? "?" : readableInstant(met.at);
  const unnamed = met.by === "" || met.by === caller.value?.account; // an account may be several people's
  return (
    <section class="conflict" aria-label={t("conflict.title")}>
      <div class="problem" role="alert">
        <strong>{t("conflict.title")}</strong>
        <p>{unnamed ? t("conflict.by_other", { time: at }) : t("conflict.by", { who: met.by, time: at })}{" "}
          {t("conflict.kept")}</p>
      </div>
      {rows.some((row) => row.field === "geometry") && <p class="note">{t("conflict.shape_note")}</p>}
      <table>
        <thead>
          <tr>
            <th scope="col">{t("conflict.field")}</th>
            <th scope="col" class="side-mine">{t("conflict.mine")}</th>
            <th scope="col" class="side-theirs">{t("conflict.theirs")}</th>
          </tr>
        </thead>
        <tbody>{rows.map((row) => <Row key={row.field} row={row} chosen={met.choices[row.field]} />)}</tbody>
      </table>
      <div class="form-foot">
        <button type="button" onClick={backToForm}>{t("conflict.back")}</button>
        <button type="button" onClick={keepTheirs}>{t("conflict.keep_theirs")}</button>
        <button type="button" disabled={saving.value} onClick={() => void saveChoice("mine")}>{t("conflict.take_mine")}</button>
        <button type="button" class="main" disabled={saving.value || left > 0} onClick={() => void saveChoice()}>
          {left > 0 ? t("conflict.open", { n: left }) : t("conflict.save_choice")}
        </button>
      </div>
    </section>
  );
}

function Row({ row, chosen }: { row: Difference; chosen: Side | undefined }) {
  const field = row.field === "geometry" ? undefined : schema.value?.fields.find((known) => known.name === row.field);
  const title = row.field === "geometry" ? t("conflict.shape") : (field?.title ?? row.field);
  return (
    <tr data-field={row.field}>
      <th scope="row">
        {title}
        {row.both && <span class="badge">{t("conflict.both")}</span>}
        <span class="before">{t("conflict.before", { value: said(row.base, field) })}</span>
      </th>
      <Choice row={row} side="mine" title={title} field={field} chosen={chosen} />
      <Choice row={row} side="theirs" title={title} field={field} chosen={chosen} />
    </tr>
  );
}

function Choice(props: { row: Difference; side: Side; title: string; field: SchemaField | undefined; chosen: Side | undefined }) {
  const { row, side, title, field, chosen } = props;
  return (
    <td data-side={side}>
      <label class="choose">
        <input type="radio" name={`conflict-${row.field}`} checked={chosen === side}
          aria-label={`${title}: ${t(side === "mine" ? "conflict.mine" : "conflict.theirs")}`}
          onChange={() => choose({ [row.field]: side })} />
        <span>{said(row[side], field)}</span>
      </label>
    </td>
  );
}

function isShape(value: Json | Geometry): value is Geometry {
  return typeof value === "object" && value !== null && "type" in value && ("coordinates" in value || "geometries" in value);
}

function said(value: Json | Geometry, field: SchemaField | undefined): string {
  if (field === undefined && isShape(value)) {
    const shape = shapeOf(value);
    return shape === null ? value.type : shapeText(shape);
  }
  if (isShape(value) || isEmpty(value)) return t("conflict.nothing");
  return field === undefined ? String(value) : valueText(value, field);
}

function Gone() {
  return (
    <section class="conflict" aria-label={t("conflict.gone_title")}>
      <div class="problem" role="alert">
        <strong>{t("conflict.gone_title")}</strong>
        <p>{t("conflict.gone_text")}</p>
      </div>
      <div class="form-foot">
        <button type="button" onClick={keepTheirs}>{t("conflict.keep_theirs")}</button>
        <button type="button" class="main" onClick={makeNew}>{t("conflict.make_new")}</button>
      </div>
    </section>
  );
}
