// Exported vector tiles drawn by MapLibre: the tiles of an MBTiles file answer in place of the server's.
import { gunzipSync } from "node:zlib";
import { address, drawnAt, expect, idle, items, jump, test } from "./map_page";

interface Row {
  [column: string]: unknown;
}

interface Database {
  prepare(sql: string): { all(...values: number[]): Row[]; get(...values: number[]): Row | undefined };
}

// Node's own SQLite is there from version 22 on, which is what ./dev brings.
async function openDatabase(file: string): Promise<Database | null> {
  const name = "node:sqlite";
  const module = (await import(name).catch(() => null)) as { DatabaseSync: new (path: string) => Database } | null;
  return module === null ? null : new module.DatabaseSync(file);
}

function verticesOf(part: unknown): [lon: number, lat: number][] {
  if (!Array.isArray(part)) return [];
  return typeof part[0] === "number" && typeof part[1] === "number" ? [[part[0], part[1]]] : part.flatMap(verticesOf);
}

test("exported MBTiles are drawn by MapLibre, feature for feature where they are", async ({ page }) => {
  const file = process.env["SARHAD_E2E_MBTILES"];
  test.skip(file === undefined, "no exported tiles: the server was not started by this run");
  const database = await openDatabase(file ?? "");
  test.skip(database === null, "this Node has no node:sqlite");
  if (database === null) return;

  const metadata = new Map(database.prepare("SELECT name, value FROM metadata").all().map((row) => [row["name"], row["value"]]));
  expect(metadata.get("format")).toBe("pbf");
  expect(String(metadata.get("json"))).toContain("fence_segments");

  const one = database.prepare("SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?");
  let served = 0;
  await page.route(`${address()}/tiles/**`, async (route) => {
    const [, z, x, y] = /\/(\d+)\/(\d+)\/(\d+)\.mvt/.exec(route.request().url())?.map(Number) ?? [];
    if (z === undefined || x === undefined || y === undefined) return route.fulfill({ status: 404 });
    const data = one.get(z, x, 2 ** z - 1 - y)?.["tile_data"]; // rows of MBTiles count from the south
    if (!(data instanceof Uint8Array)) return route.fulfill({ status: 204 });
    served += 1;
    const body = data[0] === 0x1f && data[1] === 0x8b ? gunzipSync(data) : Buffer.from(data);
    return route.fulfill({ body, contentType: "application/vnd.mapbox-vector-tile" });
  });
  await page.goto(`${address()}/map/`);
  await idle(page);
  for (const collection of ["fence_segments", "crossing_points", "places", "border_sections"]) {
    const found = (await items(collection, "&bbox=61.3,28.3,66.7,31.7")).flatMap((item) =>
      verticesOf(item.geometry?.coordinates)
        .filter(([lon, lat]) => lon > 61.3 && lon < 66.7 && lat > 28.3 && lat < 31.7)
        .map(([lon, lat]) => ({ id: item.id, lon, lat })));
    const chosen = found[Math.floor(found.length / 2)];
    if (chosen === undefined) throw new Error(`no ${collection} in the exported area`);
    const { id, lon, lat } = chosen;
    await jump(page, lon, lat, 10);
    expect((await drawnAt(page, lon, lat)).map((drawn) => drawn.id), collection).toContain(id);
  }
  expect(served).toBeGreaterThan(0);
});
