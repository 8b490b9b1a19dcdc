// A state appended to a fence segment or a crossing point. What is typed is kept over a reload, like a draft.
import { useSignal } from "@preact/signals";
import type { Feature, LayerSchema, SchemaField } from "../api";
import { t, type TextKey } from "../i18n";
import { append } from "./actions";
import { failureOf, type Failure } from "./failure";
import { FieldInput } from "./field_input";
import type { FaultKey } from "./form_values";
import { statement } from "./state";

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

export function statementFields(collection: string, layer: LayerSchema): SchemaField[] {
  const state = layer.fields.find((field) => field.name === "state");
  if (state === undefined) return [];
  const plain = { description: "", unit: "", format: "", type: "string", enumerated: false, values: [], readOnly: false,
    common: false, access: "open" };
  const others = (members[collection] ?? ["observed_at", "reason"]).map((name): SchemaField => ({
    ...plain,
    name,
    title: t(titles[name] ?? "state.reason"),
    kind: instants.has(name) ? "instant" : "text",
    required: name === "observed_at",
  }));
  return [{ ...state, title: t("state.state"), required: true }, ...others];
}

export function StatementForm({ collection, feature, layer }: { collection: string; feature: Feature; layer: LayerSchema }) {
  const refused = useSignal<Failure | null>(null);
  const faults = useSignal<Readonly<Record<string, FaultKey>>>({});
  const sending = useSignal(false);
  const now = statement.value;
  const open = now !== null && now.collection === collection && now.id === feature.id;
  if (layer.change !== "states") return null;
  if (!open) {
    return (
      <button type="button" onClick={() => (statement.value = { collection, id: feature.id, texts: {} })}>
        {t("state.append")}
      </button>
    );
  }
  const fields = statementFields(collection, layer);
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
    <form class="form statement" aria-label={t("state.label")} noValidate
      onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <h3>{t("state.label")}</h3>
      <p class="note">{t("state.note")}</p>
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
