// What is remembered of leaving, and what many changes come to. Pure.
import { number, object, text, type Json } from "../api";
import type { Judgement } from "../fusion/model";

export interface Left {
  cursor: string; // into the server's changes
  at: number; // milliseconds since 1970
  ended: boolean; // by the button: the shift was over
}

// `left`: when this account's page was last out of sight. `unread`: from where nobody has read yet.
export interface Remembered {
  left: Left | null;
  unread: Left | null;
}

export const nothingRemembered: Remembered = { left: null, unread: null };
export const longEnough = 5 * 60_000; // milliseconds: who looks away for a moment is told nothing

export function whenLeaving(before: Remembered, cursor: string, at: number, ended: boolean): Remembered {
  if (cursor === "") return before; // nothing was told yet, so there is no place to go on from
  const left = { cursor, at, ended };
  return { left, unread: before.unread ?? (ended ? left : null) };
}

export function whenBack(before: Remembered, now: number): Remembered {
  const { left, unread } = before;
  if (unread !== null || left === null) return { left: null, unread };
  return { left: null, unread: left.ended || now - left.at >= longEnough ? left : null };
}

function parseLeft(value: Json | undefined): Left | null {
  const row = object(value);
  const at = number(row["at"]);
  return text(row["cursor"]) === "" || at === null ? null : { cursor: text(row["cursor"]), at, ended: row["ended"] === true };
}

export function parseRemembered(stored: string | null): Remembered {
  if (stored === null) return nothingRemembered;
  try {
    const document = object(JSON.parse(stored) as Json);
    return { left: parseLeft(document["left"]), unread: parseLeft(document["unread"]) };
  } catch {
    return nothingRemembered; // of a former version of the page
  }
}

export type Happened = "created" | "updated" | "removed";

export interface Change {
  collection: string;
  id: string;
  happened: Happened;
}

export function parseChange(value: Json): Change | null {
  const row = object(value);
  const happened = text(row["happened"]);
  if (happened !== "created" && happened !== "updated" && happened !== "removed") return null;
  return { collection: text(row["collection"]), id: text(row["id"]), happened };
}

// By collection, what became of each row in the end: a new one that was changed is new, a new one that went was nothing.
export function netChanges(changes: readonly Change[]): Map<string, Map<string, Happened>> {
  const found = new Map<string, Map<string, Happened>>();
  for (const { collection, id, happened } of changes) {
    const rows = found.get(collection) ?? new Map<string, Happened>();
    found.set(collection, rows);
    const before = rows.get(id);
    if (before === "created" && happened === "removed") rows.delete(id);
    else if (before === "created" && happened === "updated") continue;
    else rows.set(id, before === "removed" && happened === "created" ? "updated" : happened);
  }
  return found;
}

export function idsOf(rows: ReadonlyMap<string, Happened> | undefined, ...wanted: readonly Happened[]): string[] {
  return [...(rows ?? [])].filter(([, happened]) => wanted.includes(happened)).map(([id]) => id);
}

export interface Count {
  collection: string;
  created: number;
  updated: number;
  removed: number;
}

export function counts(net: ReadonlyMap<string, ReadonlyMap<string, Happened>>): Count[] {
  return [...net].map(([collection, rows]) => ({
    collection,
    created: idsOf(rows, "created").length,
    updated: idsOf(rows, "updated").length,
    removed: idsOf(rows, "removed").length,
  })).filter(({ created, updated, removed }) => created + updated + removed > 0);
}

// Judgements of other people. Where the account is not told it is another agency's; `own` are ids that this tab made.
export function byOthers(judgements: readonly Judgement[], account: string, open: boolean, own: ReadonlySet<string>): Judgement[] {
  return judgements.filter((judgement) => !own.has(judgement.id) && (open || judgement.account !== account));
}
