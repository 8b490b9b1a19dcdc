import { describe, expect, test } from "vitest";
import type { Bounds } from "../src/api";
import { touchedTiles } from "../src/map/refresh";

const world: Bounds = [-180, -85, 180, 85];
const names = (boxes: readonly Bounds[], view: Bounds, deepest: number) =>
  touchedTiles(boxes, view, deepest).map(({ z, x, y }) => `${z}/${x}/${y}`);
const point = (lon: number, lat: number): Bounds => [lon, lat, lon, lat];

describe("the tiles that an edit touches", () => {
  test("a point touches one tile of each zoom", () => {
    // Torkham; the tile numbers follow from the definition of the XYZ scheme: x = floor((lon + 180) / 360 * 2^z)
    expect(names([point(71.094, 34.123)], world, 5)).toEqual(["0/0/0", "1/1/0", "2/2/1", "3/5/3", "4/11/6", "5/22/12"]);
  });
  test("a shape within the neighbour's buffer touches the neighbour too", () => {
    const edge = 360 / 2 ** 5; // degrees of a tile at zoom 5
    const beside = edge / 64; // the buffer
    expect(names([point(edge * 0.9 * (1 / 64), 10)], world, 5).filter((name) => name.startsWith("5/")))
      .toEqual(["5/15/15", "5/16/15"]);
    expect(names([point(beside * 1.1, 10)], world, 5).filter((name) => name.startsWith("5/"))).toEqual(["5/16/15"]);
  });
  test("old and new shape count both, the ground between them does not", () => {
    const at4 = names([point(61.6, 28.8), point(74.6, 36.8)], world, 4).filter((name) => name.startsWith("4/"));
    expect(at4).toEqual(["4/10/6", "4/11/6"]);
    const at6 = names([point(61.6, 28.8), point(74.6, 36.8)], world, 6).filter((name) => name.startsWith("6/"));
    expect(at6).toEqual(["6/42/26", "6/45/24"]);
  });
  test("a box covers every tile it lies over", () => {
    const at5 = names([[60, 25, 75, 35]], world, 5).filter((name) => name.startsWith("5/"));
    expect(at5.sort()).toEqual(["5/21/12", "5/21/13", "5/22/12", "5/22/13"]);
  });
  test("only what is in sight or next to it is asked for, however large the box", () => {
    const view: Bounds = [71.0, 34.0, 71.2, 34.2];
    const tiles = touchedTiles([[40, 10, 100, 50]], view, 14);
    expect(tiles.filter((tile) => tile.z === 14).length).toBeLessThan(200);
    expect(tiles.every(({ z, x }) => Math.abs((x + 0.5) / 2 ** z - (71.1 + 180) / 360) < 3 / 2 ** z + 0.001)).toBe(true);
    expect(names([point(60, 25)], view, 14).filter((name) => name.startsWith("14/"))).toEqual([]);
  });
  test("a box across the antimeridian touches both ends of the world and not its middle", () => {
    const at3 = names([[179, 10, -179, 12]], world, 3).filter((name) => name.startsWith("3/"));
    expect(at3.sort()).toEqual(["3/0/3", "3/7/3"]);
    const onEdge = names([point(180, 10)], world, 3).filter((name) => name.startsWith("3/"));
    expect(onEdge.sort()).toEqual(["3/0/3", "3/7/3"]);
  });
  test("a view that has gone round the world finds the same tiles", () => {
    const plain = names([point(71.094, 34.123)], [60, 20, 80, 40], 6);
    expect(names([point(71.094, 34.123)], [420, 20, 440, 40], 6)).toEqual(plain);
    expect(names([point(71.094, 34.123)], [-300, 20, -280, 40], 6)).toEqual(plain);
    expect(names([point(-179.9, 10)], [175, 5, 185, 15], 4)).toContain("4/0/7");
  });
  test("no tile twice, none outside the scheme", () => {
    const tiles = touchedTiles([[-180, -90, 180, 90], point(0, 0)], [-540, -90, 540, 90], 4);
    expect(new Set(tiles.map(({ z, x, y }) => `${z}/${x}/${y}`)).size).toBe(tiles.length);
    expect(tiles.length).toBe(1 + 4 + 16 + 64 + 256);
    expect(tiles.every(({ z, x, y }) => x >= 0 && y >= 0 && x < 2 ** z && y < 2 ** z)).toBe(true);
  });
});
