// The form of a draft beside the map: shape, fields by the layer's schema, and what the server said about them.
import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Glyph } from "../components/glyph";
import { t, type TextKey } from "../i18n";
import { focusMap } from "../map/border_map";
import { touchesOf } from "../map/refresh";
import { legend, selection } from "../state";
import { closeDraft, formFields, isDirty, nameOf, reasonField, resumeDraft, save } from "./actions";
import { ask } from "./confirm";
import { ConflictView } from "./conflict_view";
import { FieldInput } from "./field_input";
import { groupsOf, plainField, type FieldGroup } from "./form_values";
import { readTagged } from "./requests";
import { ShapeEditor } from "./shape_editor";
import { conflict, draft, editorShown, failure, faults, saving, schema, setText, type Draft } from "./state";

const groupTitles: Readonly<Record<FieldGroup["id"], TextKey>> = {
  what: "form.what",
  when: "form.when",
  source: "form.source",
};

// Another feature that is looked at meanwhile covers the form; the draft waits.
effect(() => {
  const [now, looked] = [draft.peek(), selection.value];
  if (now !== null && looked !== null && (looked.id !== now.id || looked.collection !== now.collection)) editorShown.value = false;
});

export function discard(then?: () => void): void {
  const now = draft.peek();
  const close = () => {
    closeDraft();
    if (then === undefined) focusMap();
    else then();
  };
  if (now === null || !isDirty(now, schema.peek())) return close();
  ask({
    title: t("edit.discard_title"),
    text: t("edit.discard_text", { name: draftName(now) }),
    yes: t("edit.discard"),
    no: t("edit.keep_editing"),
    grave: true,
    act: close,
  });
}

export function draftName(now: Draft): string {
  const layer = legend.value.layers.find((row) => row.collection === now.collection)?.title ?? now.collection;
  const typed = now.texts["name"] ?? "";
  if (typed !== "") return typed;
  return now.base === null ? t("edit.new_of", { name: layer }) : nameOf(now.collection, now.id, now.base.properties);
}

export function Editor() {
  const heading = useRef<HTMLHeadingElement>(null);
  const panel = useRef<HTMLElement>(null);
  const now = draft.value;
  const key = now === null ? "" : `${now.collection}/${now.id}`;
  useEffect(() => {
    if (schema.peek() === null) void resumeDraft();
    heading.current?.focus();
  }, [key]);
  const refused = failure.value;
  const missed = Object.keys(faults.value)[0] ?? "";
  useEffect(() => { // to the field that it is about, opened if it is folded away
    const name = refused === null ? "" : refused.field || missed;
    const field = name === "" ? null : panel.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`);
    if (field == null) return;
    field.closest("details")?.setAttribute("open", "");
    (field.querySelector<HTMLElement>("input, select, textarea") ?? field).focus();
  }, [refused]);
  const outdated = useOutdated();
  if (now === null) return null;
  const layer = schema.value;
  const legendRow = legend.value.layers.find((row) => row.collection === now.collection);
  const settled = conflict.value === null;
  return (
    <aside class={settled ? "detail editor" : "detail editor wide"} aria-label={t("edit.label")} ref={panel}>
      <header>
        <div>
          <p class="kicker">
            {legendRow?.title ?? now.collection} · {t(headingOf(now))}
            {now.base !== null && ` · ${t("edit.version", { n: Number(now.base.properties["version"] ?? 0) })}`}
          </p>
          <h2 tabIndex={-1} ref={heading}>{draftName(now)}</h2>
        </div>
        <button type="button" class="icon-button" aria-label={t("edit.cancel")} onClick={() => discard()}>
          <Glyph name="close" />
        </button>
      </header>
      {refused !== null && <Refused />}
      {outdated && settled && <p class="note outdated" role="status">{t("edit.changed_elsewhere")}</p>}
      {layer === null && <p role="status">{t("edit.loading")}</p>}
      {layer !== null && !settled && <ConflictView />}
      {layer !== null && settled && (
        <form class="form" noValidate onSubmit={(event) => { event.preventDefault(); void save(); }}>
          {now.correcting !== "" && <Reason now={now} />}
          <ShapeEditor />
          {groupsOf(formFields(now, layer)).map((group) => <Group key={group.id} group={group} now={now} />)}
          <div class="form-foot">
            <button type="button" onClick={() => discard()}>{t("edit.cancel")}</button>
            <button type="submit" class="main" disabled={saving.value}>
              {t(saving.value ? "edit.saving" : "edit.save")}
            </button>
          </div>
        </form>
      )}
    </aside>
  );
}

// Whether the version that is edited is no longer the newest: told early, settled on saving.
function useOutdated(): boolean {
  const outdated = useSignal(false);
  const now = draft.value;
  const touched = touchesOf(now?.collection);
  useEffect(() => {
    outdated.value = false;
    if (now === null || now.fresh || touched === 0) return;
    const stop = new AbortController();
    readTagged(now.collection, now.id, stop.signal)
      .then(({ etag }) => (outdated.value = etag !== now.etag))
      .catch(() => undefined); // gone or no answer: saving will say it
    return () => stop.abort();
  }, [touched, now?.id, now?.etag]);
  return outdated.value;
}

function headingOf(now: Draft): TextKey {
  if (now.fresh) return "edit.heading_new";
  return now.correcting !== "" ? "edit.heading_correct" : "edit.heading_change";
}

// A report is never written over: what is changed below is appended to it, with the reason.
function Reason({ now }: { now: Draft }) {
  const field = { ...plainField(reasonField, t("state.reason")), required: true };
  return (
    <section class="form-part">
      <p class="note">{t("edit.correct_note")}</p>
      <FieldInput field={field} value={now.texts[reasonField] ?? ""} fault={faultOf(reasonField)}
        onChange={(typed) => setText(reasonField, typed)} />
    </section>
  );
}

function Refused() {
  const said = failure.value;
  if (said === null) return null;
  const title = schema.value?.fields.find((field) => field.name === said.field)?.title ?? "";
  return (
    <div class="problem" role="alert">
      <strong>{said.headline}</strong>
      {said.detail !== "" && <p>{title === "" ? said.detail : `${title}: ${said.detail}`}</p>}
    </div>
  );
}

// The layer's own fields lie open; the common ones fold away until one of them is filled in or at fault.
function Group({ group, now }: { group: FieldGroup; now: Draft }) {
  const filled = group.fields.filter((field) => (now.texts[field.name] ?? "") !== "").length;
  const fields = group.fields.map((field) => (
    <FieldInput key={field.name} field={field} value={now.texts[field.name] ?? ""} fault={faultOf(field.name)}
      onChange={(typed) => setText(field.name, typed)} />
  ));
  const title = t(groupTitles[group.id]);
  if (group.id === "what") return <section class="form-part"><h3>{title}</h3>{fields}</section>;
  const open = group.fields.some((field) => faultOf(field.name) !== "" || field.required);
  return (
    <details class="form-part" open={open}>
      <summary><h3>{title}</h3>{filled > 0 && <span class="count">{t("form.filled", { n: filled })}</span>}</summary>
      {fields}
    </details>
  );
}

function faultOf(name: string): string {
  const own = faults.value[name];
  if (own !== undefined) return t(own);
  return failure.value?.field === name ? failure.value.detail : "";
}
