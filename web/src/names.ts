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

const searched = ["crossing_points", "check_posts", "border_sections", "places"];
const mostNames = 20_000;
let reading: Promise<NamedPlace[]> | null = null;

export function readNames(): Promise<NamedPlace[]> {
  reading ??= Promise.all(searched.map(readLayer)).then((lists) => lists.flat());
  return reading;
}

async function readLayer(collection: string): Promise<NamedPlace[]> {
  const features = await getAllItems(collection, mostNames).catch(() => []);
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

