// Two edits of one version: what each of them changed, and one feature made of both. Pure.
import type { Geometry } from "geojson";
import type { Json } from "../api";

export type Side = "mine" | "theirs";

export interface Version {
  geometry: Geometry | null;
  properties: Readonly<Record<string, Json>>;
}

export interface Difference {
  field: string; // "geometry" for the shape
  base: Json | Geometry;
  mine: Json | Geometry;
  theirs: Json | Geometry;
  both: boolean; // changed on both sides, and not to the same
}

export type Choices = Readonly<Record<string, Side>>;

function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

// JSON with the names of every object in order: the server may write them in another one.
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

// What differs between the two, in the order of `fields`; the shape first.
export function differences(base: Version, mine: Version, theirs: Version, fields: readonly string[]): Difference[] {
  const rows = [
    { field: "geometry", base: base.geometry, mine: mine.geometry, theirs: theirs.geometry },
    ...fields.map((field) => ({
      field,
      base: base.properties[field] ?? null,
      mine: mine.properties[field] ?? null,
      theirs: theirs.properties[field] ?? null,
    })),
  ];
  return rows.filter((row) => !same(row.mine, row.theirs))
    .map((row) => ({ ...row, both: !same(row.mine, row.base) && !same(row.theirs, row.base) }));
}

// What only one side changed is taken from there; what both changed is left to a person.
export function plainChoices(rows: readonly Difference[]): Choices {
  const chosen: Record<string, Side> = {};
  for (const row of rows) if (!row.both) chosen[row.field] = same(row.mine, row.base) ? "theirs" : "mine";
  return chosen;
}

export function isDecided(rows: readonly Difference[], choices: Choices): boolean {
  return rows.every((row) => choices[row.field] !== undefined);
}

export function merged(mine: Version, theirs: Version, rows: readonly Difference[], choices: Choices): Version {
  const properties = { ...mine.properties };
  let geometry = mine.geometry;
  for (const { field } of rows) {
    if (choices[field] !== "theirs") continue;
    if (field === "geometry") geometry = theirs.geometry;
    else properties[field] = theirs.properties[field] ?? null;
  }
  return { geometry, properties };
}

// What a correction says: the new value of every field that has another one.
export function changesOf(before: Version["properties"], after: Version["properties"]): Record<string, Json> {
  return Object.fromEntries(Object.entries(after).filter(([field, value]) => !same(before[field], value)));
}

// The fields that changed from one version to the next, for a history.
export function changedBetween(before: Version, after: Version, fields: readonly string[]): string[] {
  const changed = fields.filter((field) => !same(before.properties[field], after.properties[field]));
  return same(before.geometry, after.geometry) ? changed : ["geometry", ...changed];
}
