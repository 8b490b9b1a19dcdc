// What is appended to a feature: a state to a fence segment or a crossing point, a grade, validation or withdrawal to a
// report. What is typed is kept over a reload, like a draft.
import { useSignal } from "@preact/signals";
import type { Feature, LayerSchema, SchemaField } from "../api";
import { t, type TextKey } from "../i18n";
import { collectionById } from "../state";
import { append } from "./actions";
import { failureOf, type Failure } from "./failure";
import { FieldInput } from "./field_input";
import { plainField, type FaultKey } from "./form_values";
import { mayChange, statement } from "./state";
import { makeUuid7 } from "./uuid";

// Beside the state itself; the server takes the same members for every layer, a fence is repaired and a crossing opens.
const members: Readonly<Record<string, readonly string[]>> = {
  fence_segments: ["observed_at", "cause", "reason", "repair_due", "repaired_at"],
  crossing_points: ["observed_at", "reason", "expected_reopening"],
};
const titles: Readonly<Record<string, TextKey>> = {
  observed_at: "state.observed_at",
  cause: "state.cause",
  reason: "state.reason",
  repair_due: "state.repair_due",
  repaired_at: "state.repaired_at",
  expected_reopening: "state.expected_reopening",
};
const instants = new Set(["observed_at", "repair_due", "repaired_at", "expected_reopening"]);

type Kind = "state" | "grading" | "validation" | "withdrawal" | "reinstatement";

const kindTitles: Readonly<Record<Kind, TextKey>> = {
  state: "state.append",
  grading: "state.grade",
  validation: "state.validate",
  withdrawal: "state.withdraw",
  reinstatement: "state.reinstate",
};

// What this caller may append: states and withdrawals are the owner's, a grade is anybody's who may write here.
function kindsFor(collection: string, feature: Feature, layer: LayerSchema): readonly Kind[] {
  const own = mayChange(collection, feature.properties);
  if (layer.change === "states") return own ? ["state"] : [];
  if (layer.change !== "statements" || collectionById.value.get(collection)?.writable !== true) return [];
  const back: Kind = feature.properties["withdrawn"] === true ? "reinstatement" : "withdrawal";
  return ["grading", "validation", ...(own ? [back] : [])];
}

function fieldsOf(type: string, collection: string, layer: LayerSchema): SchemaField[] {
  const reason = (required: boolean) => ({ ...plainField("reason", t("state.reason")), required });
  const known = (name: string, required: boolean) => layer.fields.filter((field) => field.name === name)
    .map((field) => ({ ...field, required }));
  switch (type) {
    case "state":
      return [...known("state", true), ...(members[collection] ?? ["observed_at", "reason"]).map((name) => ({
        ...plainField(name, t(titles[name] ?? "state.reason"), instants.has(name) ? "instant" : "text"),
        required: name === "observed_at",
      }))];
    case "grading":
      return [...known("source_reliability", false), ...known("info_credibility", false), reason(false)];
    case "validation":
      return [...known("validation", true), reason(false)];
    default:
      return [reason(true)];
  }
}

export function StatementForm({ collection, feature, layer }: { collection: string; feature: Feature; layer: LayerSchema }) {
  const refused = useSignal<Failure | null>(null);
  const faults = useSignal<Readonly<Record<string, FaultKey>>>({});
  const sending = useSignal(false);
  const now = statement.value;
  const kinds = kindsFor(collection, feature, layer);
  if (kinds.length === 0) return null;
  const open = now !== null && now.collection === collection && now.id === feature.id;
  if (!open) {
    const begin = (type: Kind) => {
      faults.value = {};
      refused.value = null;
      statement.value = { collection, id: feature.id, statement: makeUuid7(), type, texts: {} };
    };
    return (
      <div class="row-buttons">
        {kinds.map((kind) => <button key={kind} type="button" onClick={() => begin(kind)}>{t(kindTitles[kind])}</button>)}
      </div>
    );
  }
  const title = t(kindTitles[kinds.find((kind) => kind === now.type) ?? "state"]);
  const fields = fieldsOf(now.type, collection, layer);
  const send = async () => {
    sending.value = true;
    refused.value = null;
    try {
      faults.value = await append(feature, fields);
    } catch (reason) {
      refused.value = failureOf(reason);
    } finally {
      sending.value = false;
    }
  };
  const faultOf = (name: string) => {
    const own = faults.value[name];
    if (own !== undefined) return t(own);
    return refused.value?.field === name ? refused.value.detail : "";
  };
  return (
    <form class="form statement" aria-label={title} noValidate
      onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{title}</h3>
      <p class="note">{t(now.type === "state" ? "state.note" : "state.note_report")}</p>
      {refused.value !== null && (
        <div class="problem" role="alert"><strong>{refused.value.headline}</strong><p>{refused.value.detail}</p></div>
      )}
      {fields.map((field) => (
        <FieldInput key={field.name} field={field} value={now.texts[field.name] ?? ""} fault={faultOf(field.name)}
          onChange={(typed) => (statement.value = { ...now, texts: { ...now.texts, [field.name]: typed } })} />
      ))}
      <div class="row-buttons end">
        <button type="button" onClick={() => (statement.value = null)}>{t("edit.cancel")}</button>
        <button type="submit" class="main" disabled={sending.value}>{t("state.save")}</button>
      </div>
    </form>
  );
}
