// The map itself: MapLibre with the server's style, kept in step with the page's signals. The rest of the page talks to
// it only through signals and the few commands below.
import { effect, signal } from "@preact/signals";
import type { Geometry } from "geojson";
import {
  Map as MapLibreMap, setWorkerUrl, type MapGeoJSONFeature, type PointLike, type StyleSpecification,
  type VectorTileSource,
} from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { authorization, getStyle, serverAnswers, type Bounds } from "../api";
import { attachEditor, editorHasMap } from "../edit/map_editor";
import { titleOf } from "../feature_text";
import { boundsOf } from "../geometry";
import { t } from "../i18n";
import { parseLegend } from "../legend";
import {
  announcement, bounds, camera, cursor, hidden, legend, offline, select, shownTime, theme, type Candidate,
  type Theme,
} from "../state";
import { datetimeParameter } from "../time";
import type { Camera } from "../view";
import { attachOverlay } from "./overlay";
import { refreshOn } from "./refresh";
import { addSelectionLayers, showSelection } from "./selection_layer";
import { collectionOf, isShown, styleFor, temporalSources, timedTiles } from "./style_view";

declare global {
  interface Window {
    sarhadMap?: MapLibreMap; // for tests and for an operator's own console
  }
}

const wholeBorder: Bounds = [60, 23, 81, 37.5];
const reach = 6; // pixels around a click
const moveTime = 600; // milliseconds of a commanded move
const settleTime = 3000; // milliseconds in which the window may still change because a panel opens beside it
const askAgain = 3000; // milliseconds between questions to a silent server
const selectionColours = { light: "#0891b2", dark: "#22d3ee" };

let map: MapLibreMap | null = null;
let serverStyle: StyleSpecification | null = null;
let drawnTheme: Theme = "light";
let highlighted: Geometry | null = null;
let move = () => {}; // the last commanded one, begun again if a panel opens meanwhile and the window changes
let moveEnds = 0;
export const mapReady = signal(false);

// Loads the style and draws the map into `container`; what it returns takes the map away again.
export async function startMap(container: HTMLElement): Promise<() => void> {
  setWorkerUrl(new URL(workerUrl, import.meta.url).href);
  drawnTheme = theme.peek();
  serverStyle = await getStyle(drawnTheme);
  legend.value = parseLegend(serverStyle.metadata);
  const start = camera.peek();
  const created = new MapLibreMap({
    container,
    style: shownStyle(serverStyle),
    ...(start === null ? { bounds: [...wholeBorder], fitBoundsOptions: { padding: 24 } }
      : { center: [start.lon, start.lat], zoom: start.zoom }),
    maxZoom: 19,
    maxPitch: 0,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false, // the page has its own, always visible
    fadeDuration: 100,
    // An edit refreshes the tiles in sight. Those out of sight MapLibre would bring back from memory as they were, and
    // beyond zoom 19 - 5, where ours end, cut from a copy it keeps: both off, an unchanged tile costs a 304.
    maxTileCacheSize: 0,
    zoomLevelsToOverscale: 5,
    transformRequest: (url) => (url.startsWith(`${window.location.origin}/`) ? { url, headers: authorization() } : { url }),
    locale: { "Map.Title": t("map.label") },
  });
  map = created;
  window.sarhadMap = created;
  refreshOn(created);
  created.touchZoomRotate.disableRotation();
  created.keyboard.disableRotation();
  listen(created);
  const stops = [attachOverlay(created), attachEditor(created), effect(() => applyVisibility(hidden.value)), effect(() => applyTime(datetimeParameter(shownTime.value))),
    effect(() => void applyTheme(theme.value))];
  return () => {
    for (const stop of stops) stop();
    created.remove();
    refreshOn(null);
    map = null;
  };

}

async function applyTheme(wanted: Theme): Promise<void> {
  if (wanted === drawnTheme) return;
  drawnTheme = wanted;
  const next = await getStyle(wanted);
  if (theme.peek() !== wanted) return; // changed again meanwhile
  serverStyle = next;
  legend.value = parseLegend(next.metadata);
  map?.setStyle(shownStyle(next), { diff: false });
}

function shownStyle(style: StyleSpecification): StyleSpecification {
  return styleFor(style, {
    hidden: hidden.peek(),
    datetime: datetimeParameter(shownTime.peek()),
    groups: parseLegend(style.metadata).groups,
  });
}

function listen(created: MapLibreMap): void {
  created.on("style.load", () => {
    addSelectionLayers(created, selectionColours[theme.peek()]);
    showSelection(created, highlighted);
    mapReady.value = true;
  });
  const moved = () => {
    const { lng, lat } = created.getCenter();
    camera.value = { zoom: created.getZoom(), lat, lon: lng };
    const box = created.getBounds();
    bounds.value = [Math.max(-180, box.getWest()), Math.max(-90, box.getSouth()), Math.min(180, box.getEast()),
      Math.min(90, box.getNorth())];
  };
  created.on("load", moved);
  created.on("moveend", moved);
  created.on("mousemove", ({ lngLat }) => (cursor.value = { lon: lngLat.lng, lat: lngLat.lat }));
  created.on("mouseout", () => (cursor.value = null));
  created.on("click", ({ point }) => {
    if (!editorHasMap()) pick(created, point.x, point.y);
  });
  created.on("mousemove", ({ point }) => {
    const over = !editorHasMap() && featuresAt(created, point.x, point.y).length > 0;
    created.getCanvas().classList.toggle("over-feature", over);
  });
  created.on("error", () => void watchServer());
  created.on("resize", () => {
    if (performance.now() < moveEnds) move();
  });
  created.on("movestart", (event) => {
    if ("originalEvent" in event && event.originalEvent !== undefined) moveEnds = 0; // the hand has it now
  });
  created.getCanvas().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || editorHasMap()) return;
    const { clientWidth, clientHeight } = created.getCanvas();
    if (!pick(created, clientWidth / 2, clientHeight / 2, 24)) announcement.value = t("map.nothing_here");
  });
}

// After a failed request: says so while the server is silent, and asks for the tiles again once it answers.
async function watchServer(): Promise<void> {
  if (offline.peek() || (await serverAnswers())) return;
  offline.value = true;
  while (map !== null && !(await serverAnswers())) await new Promise((done) => window.setTimeout(done, askAgain));
  offline.value = false;
  if (serverStyle !== null) map?.setStyle(shownStyle(serverStyle), { diff: false }); // anew: failed tiles stay failed
}

function featuresAt(created: MapLibreMap, x: number, y: number, around = reach): MapGeoJSONFeature[] {
  if (!created.isStyleLoaded() && !mapReady.peek()) return [];
  const box: [PointLike, PointLike] = [[x - around, y - around], [x + around, y + around]];
  return created.queryRenderedFeatures(box).filter((feature) => typeof feature.properties["id"] === "string"
    || feature.properties["count"] !== undefined);
}

// Chooses what lies at a point of the window, or zooms into a cluster. False: nothing there.
function pick(created: MapLibreMap, x: number, y: number, around = reach): boolean {
  const found = featuresAt(created, x, y, around);
  const first = found[0];
  if (first === undefined) {
    select(null);
    return false;
  }
  if (first.properties["count"] !== undefined && first.geometry.type === "Point") {
    const [lon = 0, lat = 0] = first.geometry.coordinates;
    created.easeTo({ center: [lon, lat], zoom: created.getZoom() + 2 });
    return true;
  }
  const all = new Map<string, Candidate>();
  for (const { sourceLayer: collection, properties } of found) {
    const id: unknown = properties["id"];
    if (collection === undefined || typeof id !== "string") continue;
    const layer = legend.peek().layers.find((row) => row.collection === collection);
    all.set(`${collection}/${id}`, { collection, id, title: titleOf(layer, properties, id) });
  }
  const choices = [...all.values()];
  select(choices[0] ?? null, choices);
  return choices.length > 0;
}

function applyVisibility(off: ReadonlySet<string>): void {
  if (map === null || serverStyle === null) return;
  for (const layer of serverStyle.layers) {
    if (collectionOf(layer) === null || map.getLayer(layer.id) === undefined) continue;
    map.setLayoutProperty(layer.id, "visibility", isShown(layer, off) ? "visible" : "none");
  }
}

function applyTime(datetime: string | undefined): void {
  if (map === null || serverStyle === null) return;
  for (const [id, tiles] of temporalSources(serverStyle, legend.peek().groups)) {
    const source = map.getSource<VectorTileSource>(id);
    const wanted = timedTiles(tiles, datetime);
    if (source !== undefined && String(source.tiles) !== String(wanted)) source.setTiles(wanted);
  }
}

// ---- commands

function command(next: () => void): void {
  move = next;
  moveEnds = performance.now() + settleTime;
  next();
}

export function flyTo(target: Camera): void {
  command(() => map?.easeTo({ center: [target.lon, target.lat], zoom: target.zoom, duration: moveTime }));
}

export function jumpTo(target: Camera): void {
  map?.jumpTo({ center: [target.lon, target.lat], zoom: target.zoom });
}

export function showBounds(box: Bounds, maxZoom = 12): void {
  command(() => map?.fitBounds([...box], { padding: roomAround(), maxZoom, duration: moveTime }));
}

// Pixels to keep free on each side: a panel that lies over the map's foot (a narrow screen) is one of them.
function roomAround(): { top: number; bottom: number; left: number; right: number } {
  const canvas = map?.getCanvas().getBoundingClientRect();
  const panel = document.querySelector(".detail")?.getBoundingClientRect();
  const side = Math.min(64, (canvas?.width ?? 512) / 8);
  const covered = canvas === undefined || panel === undefined || panel.top <= canvas.top || panel.top >= canvas.bottom ? 0
    : canvas.bottom - panel.top;
  return { top: side, bottom: side + covered, left: side, right: side };
}

export function showWholeBorder(): void {
  showBounds(wholeBorder);
}

export function showGeometry(geometry: Geometry): void {
  const box = boundsOf(geometry);
  if (box === null) return;
  if (box[0] === box[2] && box[1] === box[3])
    flyTo({ lon: box[0], lat: box[1], zoom: Math.max(11, map?.getZoom() ?? 0) });
  else showBounds(box);
}

export function zoomBy(levels: number): void {
  map?.easeTo({ zoom: map.getZoom() + levels, duration: 200 });
}

export function highlight(geometry: Geometry | null): void {
  highlighted = geometry;
  if (map !== null && mapReady.peek()) showSelection(map, geometry);
}

export function focusMap(): void {
  map?.getCanvas().focus();
}

// Metres that one pixel spans at the centre: Web Mercator's circle of latitude, 512 pixels to the world at zoom 0.
export function metresPerPixel(at: Camera): number {
  return (40_075_016.686 * Math.cos((at.lat * Math.PI) / 180)) / (512 * 2 ** at.zoom);
}
