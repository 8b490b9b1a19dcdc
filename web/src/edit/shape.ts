// A geometry as one edits it: parts of vertices, rings without the repeated last vertex. Pure; every change gives a new
// shape, so that what was there can be gone back to.
import type { Geometry, Position } from "geojson";

export type ShapeKind = "point" | "line" | "area";

export interface Part {
  polygon: number; // which polygon a ring belongs to; the first ring of each is its outside
  vertices: readonly Position[];
}

export interface Shape {
  kind: ShapeKind;
  parts: readonly Part[];
}

export interface VertexAt {
  part: number;
  vertex: number;
}

const least: Readonly<Record<ShapeKind, number>> = { point: 1, line: 2, area: 3 };

export function emptyShape(kind: ShapeKind): Shape {
  return { kind, parts: [] };
}

// Null: a kind that is not edited here (a collection of geometries).
export function shapeOf(geometry: Geometry): Shape | null {
  const plain = (vertices: readonly Position[]): Part => ({ polygon: 0, vertices });
  const ring = (polygon: number) => (vertices: readonly Position[]): Part => ({ polygon, vertices: vertices.slice(0, -1) });
  switch (geometry.type) {
    case "Point":
      return { kind: "point", parts: [plain([geometry.coordinates])] };
    case "MultiPoint":
      return { kind: "point", parts: geometry.coordinates.map((position) => plain([position])) };
    case "LineString":
      return { kind: "line", parts: [plain(geometry.coordinates)] };
    case "MultiLineString":
      return { kind: "line", parts: geometry.coordinates.map(plain) };
    case "Polygon":
      return { kind: "area", parts: geometry.coordinates.map(ring(0)) };
    case "MultiPolygon":
      return { kind: "area", parts: geometry.coordinates.flatMap((rings, at) => rings.map(ring(at))) };
    case "GeometryCollection":
      return null;
  }
}

// What is complete of it as GeoJSON; null when nothing is.
export function geometryOf(shape: Shape): Geometry | null {
  const parts = shape.parts.filter((part) => part.vertices.length >= least[shape.kind]);
  const first = parts[0];
  if (first === undefined) return null;
  const several = parts.length > 1;
  const copies = parts.map((part) => part.vertices.map((position) => [...position]));
  switch (shape.kind) {
    case "point": {
      const positions = copies.flat();
      return several ? { type: "MultiPoint", coordinates: positions }
        : { type: "Point", coordinates: positions[0] ?? [] };
    }
    case "line":
      return several ? { type: "MultiLineString", coordinates: copies }
        : { type: "LineString", coordinates: copies[0] ?? [] };
    case "area": {
      const polygons = new Map<number, Position[][]>();
      for (const part of parts) {
        const closed = [...part.vertices, part.vertices[0] ?? []].map((position) => [...position]);
        polygons.set(part.polygon, [...(polygons.get(part.polygon) ?? []), closed]);
      }
      const all = [...polygons.values()];
      return all.length > 1 ? { type: "MultiPolygon", coordinates: all } : { type: "Polygon", coordinates: all[0] ?? [] };
    }
  }
}

// Whether every part that was begun has the vertices it needs.
export function isComplete(shape: Shape): boolean {
  return shape.parts.length > 0 && shape.parts.every((part) => part.vertices.length >= least[shape.kind]);
}

export function missingVertices(shape: Shape): number {
  const part = shape.parts.at(-1);
  return Math.max(0, least[shape.kind] - (part?.vertices.length ?? 0));
}

export function vertexCount(shape: Shape): number {
  return shape.parts.reduce((sum, part) => sum + part.vertices.length, 0);
}

export function vertexAt(shape: Shape, at: VertexAt): Position | undefined {
  return shape.parts[at.part]?.vertices[at.vertex];
}

function withPart(shape: Shape, at: number, vertices: readonly Position[]): Shape {
  return { ...shape, parts: shape.parts.map((part, index) => (index === at ? { ...part, vertices } : part)) };
}

// A centimetre or so: more digits than anything here is measured with.
export function rounded([lon = 0, lat = 0, ...rest]: Position): Position {
  return [Number(lon.toFixed(7)), Number(lat.toFixed(7)), ...rest];
}

// Whatever else a position carries (height) stays.
export function moveVertex(shape: Shape, at: VertexAt, to: Position): Shape {
  const part = shape.parts[at.part];
  if (part === undefined) return shape;
  return withPart(shape, at.part, part.vertices.map((old, index) => (index === at.vertex ? [...rounded(to), ...old.slice(2)] : old)));
}

export function insertVertex(shape: Shape, at: VertexAt, position: Position): Shape {
  const part = shape.parts[at.part];
  return part === undefined ? shape : withPart(shape, at.part, part.vertices.toSpliced(at.vertex, 0, rounded(position)));
}

// The last vertices of a line or ring take the part with them: half a line is none.
export function deleteVertex(shape: Shape, at: VertexAt): Shape {
  const part = shape.parts[at.part];
  if (part === undefined) return shape;
  if (part.vertices.length <= 1) return { ...shape, parts: shape.parts.toSpliced(at.part, 1) };
  return withPart(shape, at.part, part.vertices.toSpliced(at.vertex, 1));
}

// To the end of the last part, which is begun if there is none. A point has one vertex: it moves.
export function appendVertex(shape: Shape, position: Position): Shape {
  const last = shape.parts.length - 1;
  const part = shape.parts[last];
  if (part === undefined) return { ...shape, parts: [{ polygon: 0, vertices: [rounded(position)] }] };
  if (shape.kind === "point") return moveVertex(shape, { part: last, vertex: 0 }, position);
  return withPart(shape, last, [...part.vertices, rounded(position)]);
}

// Between a vertex and the one after it; in a ring the last is followed by the first. Null at the end of a line.
export function middleAfter(shape: Shape, at: VertexAt): Position | null {
  const vertices = shape.parts[at.part]?.vertices ?? [];
  const next = at.vertex + 1 < vertices.length ? at.vertex + 1 : shape.kind === "area" && vertices.length > 2 ? 0 : null;
  const [a, b] = [vertices[at.vertex], next === null ? undefined : vertices[next]];
  if (a === undefined || b === undefined || shape.kind === "point") return null;
  return [((a[0] ?? 0) + (b[0] ?? 0)) / 2, ((a[1] ?? 0) + (b[1] ?? 0)) / 2];
}

// ---- how long, how large: to tell people, not to compute with (a sphere of the mean radius)

const earthRadius = 6_371_008.8; // metres (IUGG)
const radians = (degrees: number) => (degrees * Math.PI) / 180;

function distance([lonA = 0, latA = 0]: Position, [lonB = 0, latB = 0]: Position): number {
  const a = Math.sin(radians(latB - latA) / 2) ** 2
    + Math.cos(radians(latA)) * Math.cos(radians(latB)) * Math.sin(radians(lonB - lonA) / 2) ** 2;
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(a)));
}

// Metres along the lines, or around the outside and the holes.
export function lengthOf(shape: Shape): number {
  let sum = 0;
  for (const { vertices } of shape.parts) {
    vertices.forEach((vertex, at) => {
      const next = vertices[at + 1] ?? (shape.kind === "area" ? vertices[0] : undefined);
      if (next !== undefined && shape.kind !== "point") sum += distance(vertex, next);
    });
  }
  return sum;
}
