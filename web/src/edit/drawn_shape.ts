// What of a draft is drawn and can be taken hold of, given where its vertices lie in the window. Pure.
import type { Feature, FeatureCollection, Geometry, Position } from "geojson";
import { middleAfter, type Shape, type VertexAt } from "./shape";

export interface Handle {
  at: VertexAt; // a vertex, or the place in the row where a new one would go
  middle: boolean;
  position: Position;
  x: number; // pixels of the window
  y: number;
}

export type Project = (position: Position) => { x: number; y: number };

const apart = 14; // pixels between two vertices that can be told apart
const roomForMiddle = 44; // pixels between two vertices with one between them

// The vertices that can be told apart in this window, with the chosen one and both ends always among them, and the
// middles between neighbours. A line of thousands of vertices shows more of them the closer one looks.
export function handlesOf(shape: Shape, project: Project, size: { width: number; height: number }, chosen: VertexAt | null,
    withMiddles: boolean): Handle[] {
  const found: Handle[] = [];
  const inside = ({ x, y }: { x: number; y: number }) => x > -20 && y > -20 && x < size.width + 20 && y < size.height + 20;
  shape.parts.forEach(({ vertices }, part) => {
    let last: { x: number; y: number } | null = null;
    const shown: number[] = [];
    const places = vertices.map(project);
    places.forEach((place, vertex) => {
      const needed = vertex === 0 || vertex === vertices.length - 1 || (chosen?.part === part && chosen.vertex === vertex);
      if (!needed && last !== null && Math.hypot(place.x - last.x, place.y - last.y) < apart) return;
      last = place;
      shown.push(vertex);
    });
    const isShown = new Set(shown);
    for (const vertex of shown) {
      const [place, position] = [places[vertex], vertices[vertex]];
      if (place === undefined || position === undefined) continue;
      if (inside(place)) found.push({ at: { part, vertex }, middle: false, position, ...place });
      const next = vertex + 1 < vertices.length ? vertex + 1 : 0;
      const middle = withMiddles && isShown.has(next) ? middleAfter(shape, { part, vertex }) : null;
      const other = places[next];
      if (middle === null || other === undefined) continue;
      const between = project(middle);
      if (Math.hypot(place.x - other.x, place.y - other.y) >= roomForMiddle && inside(between))
        found.push({ at: { part, vertex: vertex + 1 }, middle: true, position: middle, ...between });
    }
  });
  return found;
}

// The nearest within reach; a vertex before a middle.
export function handleAt(handles: readonly Handle[], x: number, y: number, reach: number): Handle | null {
  let best: Handle | null = null;
  let least = Infinity;
  for (const handle of handles) {
    const far = Math.hypot(handle.x - x, handle.y - y);
    if (far > reach || far + (handle.middle ? reach : 0) >= least) continue;
    best = handle;
    least = far + (handle.middle ? reach : 0);
  }
  return best;
}

function part(role: string, geometry: Geometry): Feature {
  return { type: "Feature", properties: { role }, geometry };
}

// The draft for the map: its lines even while they are too short to be stored, handles, and the line to the cursor.
export function drawing(shape: Shape, handles: readonly Handle[], chosen: VertexAt | null, to: Position | null):
    FeatureCollection {
  const features: Feature[] = [];
  for (const { vertices } of shape.parts) {
    const copy = vertices.map((position) => [...position]);
    if (shape.kind === "area" && copy.length > 2)
      features.push(part("area", { type: "Polygon", coordinates: [[...copy, copy[0] ?? []]] }));
    if (shape.kind !== "point" && copy.length > 1)
      features.push(part("line", { type: "LineString", coordinates: shape.kind === "area" ? [...copy, copy[0] ?? []] : copy }));
  }
  const open = shape.parts.at(-1)?.vertices;
  const [first, last] = [open?.[0], open?.at(-1)];
  if (to !== null && shape.kind !== "point" && first !== undefined && last !== undefined) {
    const back = shape.kind === "area" && (open?.length ?? 0) > 1 ? [[...first]] : [];
    features.push(part("preview", { type: "LineString", coordinates: [[...last], to, ...back] }));
  }
  for (const { at, middle, position } of handles) {
    const isChosen = !middle && chosen?.part === at.part && chosen.vertex === at.vertex;
    features.push(part(middle ? "middle" : isChosen ? "chosen" : "vertex", { type: "Point", coordinates: [...position] }));
  }
  return { type: "FeatureCollection", features };
}
