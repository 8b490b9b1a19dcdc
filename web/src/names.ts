// The names one can search for, read once when the search box is first used. Pure but for that reading.
import { getAllItems, text } from "./api";
import { anchorOf } from "./geometry";
import type { Position } from "./position";

export interface NamedPlace {
  collection: string;
  id: string;
  name: string;
  sub: string;
  position: Position | null; // null: named by a source, not located
  weight: number; // larger first among equal matches
}

// Collection, and the fields that are read of it; a field a caller may not see would be refused, so only common ones.
const searched: readonly (readonly [collection: string, fields: readonly string[]])[] = [
  ["crossing_points", ["name", "located_district"]],
  ["check_posts", ["name", "located_district"]],
  ["border_sections", ["name"]],
  ["places", ["name", "name_ur", "country", "population"]],
];
const mostNames = 20_000;
let reading: Promise<NamedPlace[]> | null = null;

export function readNames(): Promise<NamedPlace[]> {
  reading ??= Promise.all(searched.map(([collection, fields]) => readLayer(collection, fields))).then((lists) => lists.flat());
  return reading;
}

async function readLayer(collection: string, fields: readonly string[]): Promise<NamedPlace[]> {
  const features = await getAllItems(collection, fields, mostNames).catch(() => []);
  return features.map(({ id, geometry, properties }) => {
    const population = properties["population"];
    return {
      collection,
      id,
      name: text(properties["name"]),
      sub: [text(properties["name_ur"]), text(properties["located_district"]), text(properties["country"])]
        .filter((part) => part !== "").join(" · "),
      position: geometry === null ? null : anchorOf(geometry),
      weight: typeof population === "number" ? population : collection === "places" ? 0 : 1e9,
    };
  });
}

// Letters without their marks and case, so that "Chaman" finds "Chāman".
export function folded(name: string): string {
  return name.normalize("NFKD").replaceAll(/\p{Mark}/gu, "").toLowerCase();
}

// Names that begin with the words come before names that hold them; then the weight decides.
export function findNames(names: readonly NamedPlace[], query: string, most: number): NamedPlace[] {
  const wanted = folded(query.trim());
  if (wanted.length < 2) return [];
  const scored: { place: NamedPlace; score: number }[] = [];
  for (const place of names) {
    const at = `${folded(place.name)} ${folded(place.sub)}`.indexOf(wanted);
    if (at >= 0) scored.push({ place, score: at === 0 ? 0 : 1 });
  }
  scored.sort((a, b) => a.score - b.score || b.place.weight - a.place.weight || a.place.name.localeCompare(b.place.name));
  return scored.slice(0, most).map(({ place }) => place);
}

