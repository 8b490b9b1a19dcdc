// The panel's tab for writing: where a new feature begins, and what this tab has written, to be undone.
import { useSignal } from "@preact/signals";
import { Glyph } from "../components/glyph";
import { t, type TextKey } from "../i18n";
import { inReadingOrder } from "../legend";
import { legend, select } from "../state";
import { readableInstant } from "../time";
import { beginNew, bringBack } from "./actions";
import { discard, draftName } from "./editor";
import { failureOf } from "./failure";
import type { ShapeKind } from "./shape";
import { draft, editorShown, kindsOf, log, setAside, writableCollections, type LogEntry } from "./state";
import { mayUndo, undo } from "./undo";

const kindTitles: Readonly<Record<ShapeKind, TextKey>> = {
  point: "edit.kind_point",
  line: "edit.kind_line",
  area: "edit.kind_area",
};
const whats: Readonly<Record<LogEntry["what"], TextKey>> = {
  created: "undo.created",
  changed: "undo.changed",
  deleted: "undo.deleted",
  stated: "undo.stated",
};

export function EditTab() {
  const failed = useSignal("");
  const attempt = (act: Promise<void>) => {
    failed.value = "";
    act.catch((reason: unknown) => {
      const { headline, detail } = failureOf(reason);
      failed.value = detail === "" ? headline : `${headline}: ${detail}`;
    });
  };
  return (
    <section class="edit-tab" aria-label={t("panel.edit")}>
      {failed.value !== "" && <p class="problem" role="alert">{failed.value}</p>}
      <Waiting attempt={attempt} />
      <section>
        <h3>{t("edit.new")}</h3>
        <p class="note">{t("edit.new_note")}</p>
        <NewFeature attempt={attempt} />
      </section>
      <section>
        <h3>{t("undo.title")}</h3>
        {log.value.length === 0 && <p class="note">{t("undo.none")}</p>}
        <ol class="edits">{log.value.map((entry) => <Edit key={entry.at} entry={entry} attempt={attempt} />)}</ol>
      </section>
    </section>
  );
}

interface Attempt {
  attempt: (act: Promise<void>) => void;
}

// What is half done: the draft under another feature, and mine where theirs was kept.
function Waiting({ attempt }: Attempt) {
  const aside = setAside.value;
  return (
    <>
      <UnsavedBar />
      {aside !== null && (
        <div class="waiting">
          <span>{t("edit.aside", { name: draftName(aside) })}</span>
          <button type="button" onClick={() => discardFirst(() => attempt(bringBack()))}>{t("edit.bring_back")}</button>
        </div>
      )}
    </>
  );
}

export function UnsavedBar() {
  const now = draft.value;
  if (now === null || editorShown.value) return null;
  const back = () => {
    select(now.fresh ? null : { collection: now.collection, id: now.id });
    editorShown.value = true;
  };
  return (
    <div class="waiting">
      <span>{t("edit.unsaved", { name: draftName(now) })}</span>
      <button type="button" onClick={back}>{t("edit.continue")}</button>
    </div>
  );
}

// One draft at a time: the one that is open is saved or given up first.
export function discardFirst(then: () => void): void {
  if (draft.peek() === null) then();
  else discard(then);
}

function NewFeature({ attempt }: Attempt) {
  const writable = new Set(writableCollections.value.map((collection) => collection.id));
  const layers = inReadingOrder(legend.value).flatMap((group) => group.layers).filter((layer) => writable.has(layer.collection));
  const begin = (collection: string, kind: ShapeKind) => discardFirst(() => {
    select(null);
    attempt(beginNew(collection, kind));
  });
  return (
    <ul class="new-features">
      {layers.map((layer) => (
        <li key={layer.collection}>
          <span>{layer.title}</span>
          {kindsOf(layer.collection).map((kind) => (
            <button key={kind} type="button" aria-label={`${t("edit.new_of", { name: layer.title })}, ${t(kindTitles[kind])}`}
              title={t(kindTitles[kind])} onClick={() => begin(layer.collection, kind)}>
              <Glyph name={kind} />
            </button>
          ))}
        </li>
      ))}
    </ul>
  );
}

function Edit({ entry, attempt }: { entry: LogEntry } & Attempt) {
  const what = t(whats[entry.what]);
  const gone = entry.what === "deleted" && entry.outcome !== "undone" || entry.what === "created" && entry.outcome === "undone";
  return (
    <li>
      <span class="edit-name">
        {gone ? entry.title : (
          <button type="button" class="link" aria-label={t("undo.show", { name: entry.title })}
            onClick={() => select({ collection: entry.collection, id: entry.id })}>{entry.title}</button>
        )}
        <small>{what} · {readableInstant(entry.at)}{outcomeOf(entry)}</small>
      </span>
      {mayUndo(entry, log.value) && (
        <button type="button" aria-label={t("undo.button_of", { name: entry.title, what })} onClick={() => attempt(undo(entry))}>
          <Glyph name="undo" /> {t("undo.button")}
        </button>
      )}
    </li>
  );
}

function outcomeOf(entry: LogEntry): string {
  if (entry.outcome === "undone") return ` · ${t("undo.is_done")}`;
  if (entry.outcome === "changed_since") return ` · ${t("undo.changed_since")}`;
  return entry.what === "stated" ? ` · ${t("undo.stands")}` : "";
}
