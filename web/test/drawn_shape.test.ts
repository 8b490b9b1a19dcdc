import type { Position } from "geojson";
import { describe, expect, test } from "vitest";
import { drawing, handleAt, handlesOf } from "../src/edit/drawn_shape";
import type { Shape } from "../src/edit/shape";

// A window of 1000 by 800 pixels in which a degree is 100 pixels, from 60° E and 30° N.
const size = { width: 1000, height: 800 };
const project = ([lon = 0, lat = 0]: Position) => ({ x: (lon - 60) * 100, y: (30 - lat) * 100 });
const line = (...vertices: Position[]): Shape => ({ kind: "line", parts: [{ polygon: 0, vertices }] });
const vertices = (shape: Shape, chosen: { part: number; vertex: number } | null = null) =>
  handlesOf(shape, project, size, chosen, false).map((handle) => handle.at.vertex);

describe("what one can take hold of", () => {
  test("are the vertices that can be told apart, the ends and the chosen one", () => {
    const dense = line(...Array.from({ length: 101 }, (_, at) => [61 + at * 0.01, 29] as Position)); // a pixel apart
    const shown = vertices(dense);
    expect(shown[0]).toBe(0);
    expect(shown.at(-1)).toBe(100);
    expect(shown.length).toBeLessThan(10);
    expect(vertices(dense, { part: 0, vertex: 51 })).toContain(51);
  });
  test("are only in the window", () => {
    expect(vertices(line([61, 29], [65, 29], [90, 29]))).toEqual([0, 1]);
    expect(vertices(line([10, 10], [11, 10]))).toEqual([]);
  });
  test("a new vertex goes between neighbours with room between them, in a ring also after the last", () => {
    const middles = (shape: Shape) => handlesOf(shape, project, size, null, true).filter((handle) => handle.middle).map(({ at, position }) => [at.vertex, position]);
    expect(middles(line([61, 29], [62, 29], [62.2, 29]))).toEqual([[1, [61.5, 29]]]);
    const ring: Shape = { kind: "area", parts: [{ polygon: 0, vertices: [[61, 29], [62, 29], [62, 28]] }] };
    expect(middles(ring)).toEqual([[1, [61.5, 29]], [2, [62, 28.5]], [3, [61.5, 28.5]]]);
  });
  test("the hand takes the nearest, and a vertex before the place of a new one", () => {
    const handles = handlesOf(line([61, 29], [61.45, 29]), project, size, null, true);
    expect(handleAt(handles, 103, 102, 9)?.at).toEqual({ part: 0, vertex: 0 });
    expect(handleAt(handles, 122, 100, 9)?.middle).toBe(true);
    expect(handleAt(handles, 300, 300, 9)).toBeNull();
  });
});

describe("a draft on the map", () => {
  const roles = (shape: Shape, to: Position | null = null) => drawing(shape, [], null, to).features.map((part) => part.properties?.["role"]);
  test("shows a line to the cursor, and back to the first vertex of an area", () => {
    expect(roles(line([61, 29]), [62, 29])).toEqual(["preview"]);
    expect(roles(line([61, 29], [62, 29]), null)).toEqual(["line"]);
    const area: Shape = { kind: "area", parts: [{ polygon: 0, vertices: [[61, 29], [62, 29], [62, 28]] }] };
    const drawn = drawing(area, [], null, [61, 28]).features;
    expect(drawn.map((part) => part.properties?.["role"])).toEqual(["area", "line", "preview"]);
    expect(drawn.at(-1)?.geometry).toEqual({ type: "LineString", coordinates: [[62, 28], [61, 28], [61, 29]] });
  });
});
