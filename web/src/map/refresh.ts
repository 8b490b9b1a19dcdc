// After an edit, here or elsewhere: the tiles that the old and the new shape touch are asked for again, and no others.
// The arithmetic is pure; `refreshTouched` is the one way in, whoever edited.
import { signal } from "@preact/signals";
import type { Map as MapLibreMap } from "maplibre-gl";
import type { Bounds } from "../api";

export interface TileId {
  x: number;
  y: number;
  z: number;
}

const buffer = 64 / 4096; // of a tile: what the server draws of lines and areas beyond the edge (layers/tiles)
const northmost = 85.0511287798066;
const lookAgain = 50; // milliseconds between looks at a source whose tiles are on their way

// Count up with every edit that was told: what reads features beside the tiles (list, detail) reads again.
export const touches = signal<{ all: number; of: ReadonlyMap<string, number> }>({ all: 0, of: new Map() });

export function touchesOf(collection: string | undefined): number {
  return touches.value.of.get(collection ?? "") ?? 0;
}

// ---- which tiles

// Of the world's square, 0 to 1: west to east, north to south.
function worldX(lon: number): number {
  return (lon + 180) / 360;
}

function worldY(lat: number): number {
  const clamped = Math.min(northmost, Math.max(-northmost, lat));
  return (1 - Math.asinh(Math.tan((clamped * Math.PI) / 180)) / Math.PI) / 2;
}

// The columns or rows that an interval of the world meets, and one more on each side. Columns go round the world.
function indices(from: number, to: number, count: number, round: boolean): number[] {
  const first = Math.floor(from * count) - 1;
  const last = Math.floor(to * count) + 1;
  const start = round ? first : Math.max(0, first);
  const end = round ? Math.min(last, first + count - 1) : Math.min(last, count - 1);
  return Array.from({ length: Math.max(0, end - start + 1) }, (_, at) => (((start + at) % count) + count) % count);
}

// Whether tile `at` of `count`, with its buffer, meets the interval. The world goes round where `round` is 1.
function meets(at: number, count: number, from: number, to: number, round: 0 | 1): boolean {
  const start = (at - buffer) / count;
  const end = (at + 1 + buffer) / count;
  return [-round, 0, round].some((turn) => start + turn <= to && end + turn >= from);
}

// Every tile of zoom 0 to `deepest` that is within or next to `view` and whose drawing one of the boxes can change. A
// box with west > east crosses the antimeridian; a view may lie beyond ±180, as the map's own does.
export function touchedTiles(boxes: readonly Bounds[], view: Bounds, deepest: number): TileId[] {
  const inWorld = boxes.map(([west, south, east, north]) => ({
    west: worldX(west),
    east: worldX(east < west ? east + 360 : east),
    north: worldY(north),
    south: worldY(south),
  }));
  const found: TileId[] = [];
  for (let z = 0; z <= deepest; z++) {
    const count = 2 ** z;
    const viewEast = view[2] < view[0] ? view[2] + 360 : view[2];
    const rows = indices(worldY(view[3]), worldY(view[1]), count, false);
    for (const x of indices(worldX(view[0]), worldX(viewEast), count, true)) {
      const across = inWorld.filter((box) => meets(x, count, box.west, box.east, 1));
      if (across.length === 0) continue;
      for (const y of rows) if (across.some((box) => meets(y, count, box.north, box.south, 0))) found.push({ x, y, z });
    }
  }
  return found;
}

// ---- asking for them

let map: MapLibreMap | null = null;
const waiting = new Map<string, Bounds[]>(); // by source: told while that source was busy

export function refreshOn(shown: MapLibreMap | null): void {
  map = shown;
  waiting.clear();
}

// Draws the collection again within the boxes (old and new shape of an edit, lon,lat). Cheap to call often: what comes
// while tiles are on their way is put together and asked for once.
export function refreshTouched(collection: string, boxes: readonly Bounds[]): void {
  const { all, of } = touches.peek();
  touches.value = { all: all + 1, of: new Map(of).set(collection, all + 1) };
  if (boxes.length === 0) return;
  for (const source of sourcesOf(collection)) {
    const before = waiting.get(source);
    if (before !== undefined) before.push(...boxes);
    else void refreshSource(source, boxes);
  }
}

function sourcesOf(collection: string): Set<string> {
  const found = new Set<string>();
  for (const id of map?.getLayersOrder() ?? []) {
    const layer = map?.getLayer(id);
    if (layer?.sourceLayer === collection) found.add(layer.source);
  }
  return found;
}

// At once, and once more when tiles were on their way: they may have been answered before the edit, MapLibre passes
// over them, and of two requests for one tile the older answer may come last.
async function refreshSource(source: string, boxes: readonly Bounds[]): Promise<void> {
  const shown = map;
  let next = boxes;
  waiting.set(source, []);
  while (shown !== null && next.length > 0 && map === shown && shown.getSource(source) !== undefined) {
    const busy = !shown.isSourceLoaded(source);
    ask(shown, source, next);
    while (map === shown && shown.getSource(source) !== undefined && !shown.isSourceLoaded(source))
      await new Promise((done) => setTimeout(done, lookAgain));
    const told: readonly Bounds[] = waiting.get(source) ?? [];
    next = busy ? [...next, ...told] : told;
    waiting.set(source, []);
  }
  if (map === shown) waiting.delete(source);
}

function ask(shown: MapLibreMap, source: string, boxes: readonly Bounds[]): void {
  const box = shown.getBounds();
  const view: Bounds = [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  const tiles = touchedTiles(boxes, view, Math.floor(shown.getZoom()) + 1);
  if (tiles.length > 0) shown.refreshTiles(source, tiles);
}
