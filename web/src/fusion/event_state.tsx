// What is done about an event: open, assigned, closed, or that it did not happen, each with who said so and why.
import { useSignal } from "@preact/signals";
import type { Feature } from "../api";
import { failureOf } from "../edit/failure";
import { makeUuid7 } from "../edit/uuid";
import { t, word } from "../i18n";
import { refreshTouched } from "../map/refresh";
import { announcement } from "../state";
import type { Why } from "./model";
import { setEventState } from "./requests";
import { mayJudge } from "./state";
import { judgedBy } from "./words";

const states = ["open", "assigned", "closed", "did_not_happen"] as const;
const signs: Readonly<Record<string, string>> = { open: "○", assigned: "◐", closed: "●", did_not_happen: "✕" };

export function EventState({ event, why }: { event: Feature; why: Why }) {
  const wanted = useSignal<string | null>(null);
  const reason = useSignal("");
  const fault = useSignal("");
  const sending = useSignal("");
  const now = typeof event.properties["state"] === "string" ? event.properties["state"] : "open";
  const newest = why.statements.at(-1);
  const needsReason = wanted.value === "did_not_happen";
  const send = async () => {
    const state = wanted.peek();
    if (state === null || sending.peek() !== "") return;
    if (needsReason && reason.peek().trim() === "") return void (fault.value = t("event.state_needs_reason"));
    sending.value = makeUuid7(); // sent again, it is stored once
    fault.value = "";
    try {
      await setEventState(event.id, sending.peek(), state, reason.peek().trim());
      wanted.value = null;
      reason.value = "";
      refreshTouched("events", []);
      announcement.value = t("event.state_done", { state: word(state) });
    } catch (failed) {
      const { headline, detail } = failureOf(failed);
      fault.value = detail === "" ? headline : detail;
    } finally {
      sending.value = "";
    }
  };
  return (
    <section>
      <h3>{t("event.state")}</h3>
      <p class="state-now"><span aria-hidden="true">{signs[now] ?? "○"}</span> <strong>{word(now)}</strong></p>
      {newest !== undefined && (
        <p class="note">{judgedBy(newest)}{newest.why !== "" && <q class="why">{newest.why}</q>}</p>
      )}
      {mayJudge.value && (
        <form class="form" noValidate onSubmit={(submit) => { submit.preventDefault(); void send(); }}>
          <div class="choice wrap" role="group" aria-label={t("event.state_set")}>
            {states.map((state) => (
              <button key={state} type="button" aria-pressed={wanted.value === state} disabled={state === now}
                onClick={() => { wanted.value = wanted.value === state ? null : state; fault.value = ""; }}>
                <span aria-hidden="true">{signs[state]}</span> {word(state)}
              </button>
            ))}
          </div>
          {wanted.value !== null && (
            <div class="field" data-fault={fault.value !== ""}>
              <label for="state-reason">{t("state.reason")}{needsReason && <span class="required">{t("form.required")}</span>}</label>
              <input id="state-reason" type="text" maxLength={500} value={reason.value} aria-invalid={fault.value !== ""}
                onInput={(typed) => { reason.value = typed.currentTarget.value; fault.value = ""; }} />
              {fault.value !== "" && <p class="fault" role="alert">{fault.value}</p>}
              <div class="row-buttons end">
                <button type="button" onClick={() => (wanted.value = null)}>{t("edit.cancel")}</button>
                <button type="submit" class="main" disabled={sending.value !== ""}>{t("event.state_save", { state: word(wanted.value) })}</button>
              </div>
            </div>
          )}
        </form>
      )}
    </section>
  );
}
