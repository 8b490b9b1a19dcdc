// A style from the server, changed to what the page shows now: layers that are off, the time that is asked for. Pure.
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { LayerGroup } from "../legend";

interface Shown {
  hidden: ReadonlySet<string>;
  datetime: string | undefined;
  groups: readonly LayerGroup[];
}

export function collectionOf(layer: LayerSpecification): string | null {
  const id: unknown = metadataOf(layer)["sarhad:collection"];
  return typeof id === "string" ? id : null;
}

export function alwaysShown(layer: LayerSpecification): boolean {
  return metadataOf(layer)["sarhad:always"] === true;
}

function metadataOf(layer: LayerSpecification): Record<string, unknown> {
  const metadata: unknown = layer.metadata;
  return typeof metadata === "object" && metadata !== null ? { ...metadata } : {};
}

export function isShown(layer: LayerSpecification, hidden: ReadonlySet<string>): boolean {
  const collection = collectionOf(layer);
  return collection === null || alwaysShown(layer) || !hidden.has(collection);
}

// A tile address with the time in it; `datetime` undefined: as the style has it.
export function timedTiles(tiles: readonly string[], datetime: string | undefined): string[] {
  if (datetime === undefined) return [...tiles];
  return tiles.map((tile) => `${tile}${tile.includes("?") ? "&" : "?"}datetime=${encodeURIComponent(datetime)}`);
}

// Ids and plain tile addresses of the sources that follow time.
export function temporalSources(style: StyleSpecification, groups: readonly LayerGroup[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const group of groups) {
    const source = style.sources[group.id];
    if (group.temporal && source?.type === "vector" && source.tiles !== undefined) found.set(group.id, source.tiles);
  }
  return found;
}

export function styleFor(style: StyleSpecification, shown: Shown): StyleSpecification {
  const sources = { ...style.sources };
  for (const [id, tiles] of temporalSources(style, shown.groups)) {
    const source = sources[id];
    if (source?.type === "vector") sources[id] = { ...source, tiles: timedTiles(tiles, shown.datetime) };
  }
  const layers = style.layers.map((layer): LayerSpecification =>
    isShown(layer, shown.hidden) ? layer : withVisibility(layer, "none"),
  );
  return { ...style, sources, layers };
}

function withVisibility(layer: LayerSpecification, visibility: "visible" | "none"): LayerSpecification {
  return { ...layer, layout: { ...layer.layout, visibility } } as LayerSpecification; // each kind of layer has it
}
