// What the page and the shared worker say to each other, and what the server's change events hold.
import { isObject, list, object, text, type Bounds, type Json } from "../api";

export type Line = "connecting" | "live" | "lost"; // of the stream

export type FromPage =
  | { kind: "hello"; token: string } // also every minute, as a sign of life
  | { kind: "bye" };

export type FromWorker =
  | { kind: "line"; line: Line }
  | { kind: "place"; cursor: string } // everything before it was told
  | { kind: "changes"; changes: readonly CollectionChange[] }
  | { kind: "reset" } // what happened meanwhile is not known: everything may have changed
  | { kind: "signed_out" };

// All that one event tells of one collection.
export interface CollectionChange {
  collection: string;
  ids: readonly string[]; // empty: too many to name
  count: number;
  boxes: readonly Bounds[]; // old and new places
}

function boxesOf(value: Json | undefined): Bounds[] {
  return list(value).flatMap((entry) => {
    const [west, south, east, north] = list(entry);
    return typeof west === "number" && typeof south === "number" && typeof east === "number" && typeof north === "number"
      ? [[west, south, east, north] as const] : [];
  });
}

// Of the data of a `change` event; what can't be read is left out.
export function changesOf(data: string): CollectionChange[] {
  let document: Json;
  try {
    document = JSON.parse(data) as Json;
  } catch {
    return [];
  }
  if (!isObject(document)) return [];
  const found = new Map<string, { ids: string[]; count: number; boxes: Bounds[] }>();
  for (const entry of [...list(document["changes"]), ...list(document["bulk"])]) {
    const { collection, id, count, boxes } = object(entry);
    const name = text(collection);
    if (name === "") continue;
    const so_far = found.get(name) ?? { ids: [], count: 0, boxes: [] };
    if (text(id) !== "") so_far.ids.push(text(id));
    so_far.count += typeof count === "number" ? count : 1;
    so_far.boxes.push(...boxesOf(boxes));
    found.set(name, so_far);
  }
  return [...found].map(([collection, change]) => ({ collection, ...change }));
}
