// The hand on the map: drawing vertex by vertex, taking hold of one and moving it, and the same by keys with the
// crosshair at the centre of the map. Works on the draft's signals only; the form beside it does not know of it.
import { effect } from "@preact/signals";
import type { Feature, Position } from "geojson";
import type { GeoJSONSource, Map as MapLibreMap, MapMouseEvent, MapTouchEvent } from "maplibre-gl";
import { t } from "../i18n";
import { announcement, theme } from "../state";
import { drawing, handleAt, handlesOf, type Handle } from "./drawn_shape";
import { addEditLayers, editSource, theirsSource, type EditColours } from "./edit_layers";
import {
  appendVertex, deleteVertex, insertVertex, isComplete, missingVertices, moveVertex, type Shape, type VertexAt,
} from "./shape";
import { chosenVertex, conflict, draft, editorShown, setShape, takeBackShape, tool } from "./state";

const colours: Readonly<Record<"light" | "dark", EditColours>> = {
  light: { mine: "#a21caf", theirs: "#b45309", paper: "#ffffff" },
  dark: { mine: "#f0abfc", theirs: "#fbbf24", paper: "#10161d" },
};
const reach = { mouse: 9, touch: 20 }; // pixels
const sameSpot = 6; // pixels: a second click here ends a line

interface Held {
  at: VertexAt;
  shape: Shape; // as it is drawn while the hand moves
  moved: boolean;
}

// What the page's own clicks on the map have to leave to the editor.
export function editorHasMap(): boolean {
  const [how, now, shown] = [tool.value, draft.value, editorShown.value];
  return how !== null && now !== null && shown;
}

// Ends with the map: it takes its listeners with it.
export function attachEditor(map: MapLibreMap): () => void {
  let held: Held | null = null;
  let cursor: Position | null = null;
  let handles: readonly Handle[] = [];

  const redraw = () => {
    // every signal is read before any return: what an effect has not read does not wake it
    const shape = held?.shape ?? draft.value?.shape ?? null;
    const [active, chosen, how] = [editorHasMap(), chosenVertex.value, tool.value];
    const found = map.getSource<GeoJSONSource>(editSource);
    if (found === undefined) return;
    if (shape === null) {
      handles = [];
      void found.setData({ type: "FeatureCollection", features: [] });
      return;
    }
    const { clientWidth: width, clientHeight: height } = map.getCanvas();
    handles = !active && shape.kind !== "point" ? []
      : handlesOf(shape, ([lon = 0, lat = 0]) => map.project([lon, lat]), { width, height }, chosen, how === "edit");
    void found.setData(drawing(shape, handles, chosen, how === "draw" && active ? cursor : null));
  };
  const showTheirs = () => {
    const geometry = conflict.value?.theirs?.feature.geometry ?? null;
    const features: Feature[] = geometry === null ? [] : [{ type: "Feature", properties: {}, geometry }];
    void map.getSource<GeoJSONSource>(theirsSource)?.setData({ type: "FeatureCollection", features });
  };
  const hold = (event: MapMouseEvent | MapTouchEvent, within: number) => {
    const now = draft.peek();
    if (tool.peek() !== "edit" || !editorHasMap() || now?.shape == null) return;
    const handle = handleAt(handles, event.point.x, event.point.y, within);
    if (handle === null) return;
    event.preventDefault(); // the map stays where it is
    const shape = handle.middle ? insertVertex(now.shape, handle.at, handle.position) : now.shape;
    held = { at: handle.at, shape, moved: handle.middle };
    chosenVertex.value = handle.at;
  };
  const drag = (event: MapMouseEvent | MapTouchEvent) => {
    cursor = [event.lngLat.lng, event.lngLat.lat];
    if (held !== null) {
      held = { ...held, shape: moveVertex(held.shape, held.at, cursor), moved: true };
      redraw();
    } else if (tool.peek() === "draw" && editorHasMap()) redraw();
    showHand(map, handles, event.point);
  };
  const letGo = () => {
    if (held?.moved === true) setShape(held.shape);
    held = null;
    redraw();
  };

  map.on("style.load", () => {
    addEditLayers(map, colours[theme.peek()]);
    redraw();
    showTheirs();
  });
  map.on("mousedown", (event) => hold(event, reach.mouse));
  map.on("touchstart", (event) => hold(event, reach.touch));
  map.on("mousemove", drag);
  map.on("touchmove", drag);
  map.on("mouseout", () => {
    cursor = null;
    redraw();
  });
  const window_ = map.getCanvas().ownerDocument.defaultView ?? window;
  window_.addEventListener("mouseup", letGo);
  window_.addEventListener("touchend", letGo);
  map.on("move", redraw);
  map.on("click", (event) => {
    if (tool.peek() !== "draw" || !editorHasMap()) return;
    place(map, [event.lngLat.lng, event.lngLat.lat], true);
  });
  map.getCanvas().addEventListener("keydown", (event) => {
    if (editorHasMap() && keyed(map, event)) event.preventDefault();
  });
  const stops = [effect(redraw), effect(showTheirs), effect(() => {
    map.doubleClickZoom[tool.value === "draw" && editorHasMap() ? "disable" : "enable"]();
  })];
  return () => {
    for (const stop of stops) stop();
    window_.removeEventListener("mouseup", letGo);
    window_.removeEventListener("touchend", letGo);
  };
}

function showHand(map: MapLibreMap, handles: readonly Handle[], point: { x: number; y: number }): void {
  const active = editorHasMap();
  const { classList } = map.getCanvas();
  classList.toggle("drawing", active && tool.peek() === "draw");
  classList.toggle("over-handle", active && tool.peek() === "edit" && handleAt(handles, point.x, point.y, reach.mouse) !== null);
}

// One more vertex; a second click on the last one, or one on the first of an area, ends the drawing instead.
function place(map: MapLibreMap, position: Position, mayEnd: boolean): void {
  const shape = draft.peek()?.shape;
  if (shape == null) return;
  const vertices = shape.parts.at(-1)?.vertices ?? [];
  const near = (vertex: Position | undefined) => {
    if (vertex === undefined) return false;
    const [a, b] = [vertex, position].map(([lon = 0, lat = 0]) => map.project([lon, lat]));
    return a !== undefined && b !== undefined && Math.hypot(a.x - b.x, a.y - b.y) <= sameSpot;
  };
  if (mayEnd && shape.kind !== "point" && (near(vertices.at(-1)) || (shape.kind === "area" && near(vertices[0])))) {
    finishDrawing();
    return;
  }
  const next = appendVertex(shape, position);
  setShape(next);
  if (next.kind === "point") finishDrawing();
  else announcement.value = t("edit.vertex_added", { n: next.parts.at(-1)?.vertices.length ?? 0 });
}

export function finishDrawing(): void {
  const shape = draft.peek()?.shape;
  if (shape == null) return;
  if (!isComplete(shape)) {
    announcement.value = t("edit.vertices_missing", { n: missingVertices(shape) });
    return;
  }
  tool.value = "edit";
  announcement.value = t("edit.drawing_ended");
}

export function removeChosen(): void {
  const [now, at] = [draft.peek(), chosenVertex.peek()];
  if (now?.shape == null || at === null) return;
  chosenVertex.value = null;
  const next = deleteVertex(now.shape, at);
  setShape(next);
  if (next.parts.length === 0) tool.value = "draw";
  announcement.value = t("edit.vertex_deleted");
}

// True: the key was the editor's.
function keyed(map: MapLibreMap, event: KeyboardEvent): boolean {
  const centre = map.getCenter();
  const here: Position = [centre.lng, centre.lat];
  const [shape, at] = [draft.peek()?.shape, chosenVertex.peek()];
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") takeBackShape();
  else if (event.key === "Backspace" && tool.peek() === "draw") takeBackShape();
  else if (event.key === "Escape" && at !== null) chosenVertex.value = null;
  else if (event.key === "Escape" && tool.peek() === "draw") finishDrawing();
  else if (event.key === "Enter" && tool.peek() === "draw") {
    if (event.ctrlKey || event.metaKey) finishDrawing();
    else place(map, here, false);
  } else if (event.key === "Enter" && at !== null && shape != null) setShape(moveVertex(shape, at, here));
  else if (["Delete", "Backspace"].includes(event.key) && at !== null) removeChosen();
  else return event.key === "Enter"; // nothing chosen: yet no key that chooses another feature
  return true;
}
