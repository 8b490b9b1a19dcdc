import type { Geometry } from "geojson";
import { describe, expect, test } from "vitest";
import {
  appendVertex, deleteVertex, emptyShape, geometryOf, insertVertex, isComplete, lengthOf, middleAfter, missingVertices,
  moveVertex, shapeOf, vertexCount,
} from "../src/edit/shape";
import { makeUuid7 } from "../src/edit/uuid";

const square = [[60, 25], [61, 25], [61, 26], [60, 26], [60, 25]];
const hole = [[60.2, 25.2], [60.2, 25.4], [60.4, 25.4], [60.2, 25.2]];
const all: Geometry[] = [
  { type: "Point", coordinates: [61.6, 28.8] },
  { type: "MultiPoint", coordinates: [[61.6, 28.8], [62, 29]] },
  { type: "LineString", coordinates: [[61.6, 28.8], [61.7, 28.9], [61.8, 29.2]] },
  { type: "MultiLineString", coordinates: [[[1, 2], [3, 4]], [[5, 6], [7, 8]]] },
  { type: "Polygon", coordinates: [square, hole] },
  { type: "MultiPolygon", coordinates: [[square, hole], [[[0, 0], [1, 0], [1, 1], [0, 0]]]] },
];

describe("a shape that is edited", () => {
  test("gives back every kind of geometry as it was", () => {
    for (const geometry of all) {
      const shape = shapeOf(geometry);
      expect(shape && geometryOf(shape), geometry.type).toEqual(geometry);
    }
    expect(shapeOf({ type: "GeometryCollection", geometries: [] })).toBeNull();
  });
  test("moves, inserts and deletes one vertex and leaves the shape it was", () => {
    const line = shapeOf(all[2]!)!;
    const before = structuredClone(line);
    expect(geometryOf(moveVertex(line, { part: 0, vertex: 1 }, [61.75, 28.95])))
      .toEqual({ type: "LineString", coordinates: [[61.6, 28.8], [61.75, 28.95], [61.8, 29.2]] });
    expect(geometryOf(insertVertex(line, { part: 0, vertex: 1 }, [61.65, 28.85])))
      .toEqual({ type: "LineString", coordinates: [[61.6, 28.8], [61.65, 28.85], [61.7, 28.9], [61.8, 29.2]] });
    expect(geometryOf(deleteVertex(line, { part: 0, vertex: 0 })))
      .toEqual({ type: "LineString", coordinates: [[61.7, 28.9], [61.8, 29.2]] });
    expect(line).toEqual(before);
  });
  test("a ring stays closed whichever vertex is moved or deleted", () => {
    const area = shapeOf({ type: "Polygon", coordinates: [square] })!;
    const moved = geometryOf(moveVertex(area, { part: 0, vertex: 0 }, [59, 24]));
    expect(moved).toEqual({ type: "Polygon", coordinates: [[[59, 24], [61, 25], [61, 26], [60, 26], [59, 24]]] });
    expect(geometryOf(deleteVertex(area, { part: 0, vertex: 0 })))
      .toEqual({ type: "Polygon", coordinates: [[[61, 25], [61, 26], [60, 26], [61, 25]]] });
    expect(middleAfter(area, { part: 0, vertex: 3 })).toEqual([60, 25.5]);
  });
  test("a height is kept when its vertex moves", () => {
    const point = shapeOf({ type: "Point", coordinates: [60, 25, 1200] })!;
    expect(geometryOf(moveVertex(point, { part: 0, vertex: 0 }, [61, 26]))).toEqual({ type: "Point", coordinates: [61, 26, 1200] });
  });
  test("is drawn vertex by vertex and is nothing until it is complete", () => {
    let area = emptyShape("area");
    expect(missingVertices(area)).toBe(3);
    for (const position of [[60, 25], [61, 25]]) area = appendVertex(area, position);
    expect(isComplete(area)).toBe(false);
    expect(geometryOf(area)).toBeNull();
    area = appendVertex(area, [61, 26]);
    expect(isComplete(area)).toBe(true);
    expect(geometryOf(area)).toEqual({ type: "Polygon", coordinates: [[[60, 25], [61, 25], [61, 26], [60, 25]]] });
  });
  test("a point has one vertex, which moves", () => {
    const once = appendVertex(emptyShape("point"), [60.123456789, 25]);
    const twice = appendVertex(once, [61, 26]);
    expect(geometryOf(once)).toEqual({ type: "Point", coordinates: [60.1234568, 25] });
    expect(vertexCount(twice)).toBe(1);
    expect(geometryOf(twice)).toEqual({ type: "Point", coordinates: [61, 26] });
  });
  test("the last vertex takes its part with it", () => {
    const point = shapeOf(all[0]!)!;
    expect(deleteVertex(point, { part: 0, vertex: 0 }).parts).toEqual([]);
  });
  test("says its length: a degree of latitude is 111.2 km on the mean sphere", () => {
    expect(lengthOf(shapeOf({ type: "LineString", coordinates: [[61, 28], [61, 29]] })!)).toBeCloseTo(111_195, -1);
    expect(lengthOf(shapeOf({ type: "Point", coordinates: [61, 28] })!)).toBe(0);
  });
});

describe("an id made here", () => {
  test("is a UUID of version 7 that carries its time", () => {
    // RFC 9562, appendix A.6: 2022-02-22T19:22:22Z is 017F22E2-79B0
    const id = makeUuid7(1_645_557_742_000, new Uint8Array(10).fill(0xff));
    expect(id).toBe("017f22e2-79b0-7fff-bfff-ffffffffffff");
    expect(new Set(Array.from({ length: 100 }, () => makeUuid7())).size).toBe(100);
  });
});
