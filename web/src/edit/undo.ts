// Taking back an edit of this tab by a new version: what was there before is written again, on condition that nobody
// has changed it since. Restoring an old version of a history is the same act.
import { ApiError, getLayerSchema, list, object, type Feature, type Json, type Properties } from "../api";
import { t } from "../i18n";
import { announcement, select } from "../state";
import { nameOf, remember, showWritten, takeAway } from "./actions";
import { appendStatement, createFeature, readTagged, replaceFeature, type Tagged } from "./requests";
import { log, type LogEntry } from "./state";

// A later edit of mine of the same feature has to be taken back first; an appended state stands.
export function mayUndo(entry: LogEntry, all: readonly LogEntry[]): boolean {
  if (entry.outcome !== "" || entry.what === "stated" || (entry.etag === "" && entry.what !== "deleted")) return false;
  return all.find((other) => other.id === entry.id && other.outcome === "") === entry;
}

// Throws what the server refuses; a feature that was changed since is marked and left alone.
export async function undo(entry: LogEntry): Promise<void> {
  try {
    const stored = await takeBack(entry);
    mark(entry, "undone", stored?.etag ?? "");
    showWritten(entry.collection, entry.before, stored?.feature ?? entry.before);
    select(stored === null ? null : { collection: entry.collection, id: entry.id });
    announcement.value = t("undo.done", { name: entry.title });
  } catch (reason) {
    const changed = reason instanceof ApiError && [404, 409, 412].includes(reason.status);
    if (!changed) throw reason;
    mark(entry, "changed_since", entry.etag);
    announcement.value = t("undo.changed_since");
  }
}

async function takeBack(entry: LogEntry): Promise<Tagged | null> {
  const { collection, id, before, etag } = entry;
  if (entry.what === "created") {
    const now = await readTagged(collection, id); // for the map: what goes away
    await takeAway(collection, id, etag);
    showWritten(collection, now.feature, null);
    return null;
  }
  if (before === null) return null;
  return entry.what === "deleted" ? createAgain(collection, before) : putBack(collection, before, etag);
}

// The edit before this one of the same feature now stands on the version that undoing has made.
function mark(entry: LogEntry, outcome: LogEntry["outcome"], etag: string): void {
  const all = log.peek();
  const earlier = all.slice(all.indexOf(entry) + 1).find((other) => other.id === entry.id && other.outcome === "");
  log.value = all.map((other) => {
    if (other === entry) return { ...other, outcome };
    return other === earlier && outcome === "undone" && etag !== "" ? { ...other, etag } : other;
  });
}

const without = (properties: Properties, names: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

function putBack(collection: string, to: Feature, etag: string): Promise<Tagged | null> {
  return replaceFeature(collection, to.id, etag, to.geometry, without(to.properties, ["id", "version"]));
}

// Deleted rows come back under their id; states are appended one by one, as they once were.
async function createAgain(collection: string, gone: Feature): Promise<Tagged | null> {
  const { change } = await getLayerSchema(collection);
  const appended = change === "states";
  const properties = without(gone.properties, ["id", "version", ...(appended ? ["state", "states"] : [])]);
  let stored = await createFeature(collection, gone.id, gone.geometry, properties);
  for (const state of appended ? list(gone.properties["states"]) : [])
    stored = await appendStatement(collection, gone.id, statementOf(state));
  return stored;
}

function statementOf(state: Json): Json {
  return { ...without(object(state), ["type"]), type: "state" };
}

// Writes an old version anew over the one that is shown. Throws what the server refuses.
export async function restore(collection: string, old: Feature, now: Tagged | null): Promise<void> {
  const stored = now === null ? await createAgain(collection, old) : await putBack(collection, old, now.etag);
  const title = nameOf(collection, old.id, old.properties);
  remember({ collection, id: old.id, title, what: now === null ? "created" : "changed", before: now?.feature ?? null,
    etag: stored?.etag ?? "" });
  showWritten(collection, now?.feature ?? null, old);
  announcement.value = t("history.restored", { name: title });
}
