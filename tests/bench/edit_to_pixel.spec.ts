// How long after an edit is sent it is drawn on an open map, while a hundred maps are open. A figure, not a test: run by
// `./dev bench pixel` with a release build; prints one line of JSON.
//   SARHAD_MAPS (100), SARHAD_EDITS (30)
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { address, expect, idle, open, test } from "../e2e/map_page";

const maps = Number(process.env["SARHAD_MAPS"] ?? 100);
const edits = Number(process.env["SARHAD_EDITS"] ?? 30);
const place = { lon: 61.9, lat: 29.1, zoom: 11 };

// UUIDv7 (RFC 9562): made here, so that the page can be asked for it before the server has answered.
function newId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  const rest = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(15)}`;
}

// What a map does without drawing: hears the events and asks for the tile that an edit touches.
async function listener(stop: AbortSignal, tile: string, fetched: { count: number }): Promise<void> {
  const response = await fetch(`${address()}/events`, { headers: { accept: "text/event-stream" }, signal: stop });
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const piece = await reader?.read();
    if (piece === undefined || piece.done) return;
    if (!decoder.decode(piece.value, { stream: true }).includes("event: change")) continue;
    await (await fetch(`${address()}${tile}`, { signal: stop })).arrayBuffer();
    fetched.count += 1;
  }
}

test("edit to pixel", async ({ page }) => {
  test.setTimeout(600_000);
  await open(page, `#map=${place.zoom}/${place.lat}/${place.lon}`);
  await expect(page.locator('[data-test="live"].live')).toBeVisible();
  const stop = new AbortController();
  const side = 2 ** place.zoom;
  const x = Math.floor(((place.lon + 180) / 360) * side);
  const y = Math.floor(((1 - Math.asinh(Math.tan((place.lat * Math.PI) / 180)) / Math.PI) / 2) * side);
  const tile = `/tiles/hazards/${place.zoom}/${x}/${y}.mvt`;
  const fetched = { count: 0 };
  const others = Array.from({ length: maps - 1 }, () => listener(stop.signal, tile, fetched).catch(() => undefined));
  await expect.poll(async () => /^sarhad_event_streams (\d+)$/m.exec(await (await fetch(`${address()}/metrics`)).text())?.[1])
    .toBe(String(maps));
  const took: number[] = [];
  for (let at = 0; at < edits; at++) {
    const lon = place.lon + (at % 6) * 0.01;
    const lat = place.lat + Math.floor(at / 6) * 0.01;
    const id = newId();
    await idle(page);
    // Ends with the frame in which the new point is among what is drawn.
    const drawn = page.evaluate(([lonlat, wanted]) => new Promise<number>((done) => {
      const map = window.sarhadMap;
      if (map === undefined) throw new Error("no map");
      const look = () => {
        const point = map.project(lonlat as [number, number]);
        const found = map.queryRenderedFeatures([[point.x - 4, point.y - 4], [point.x + 4, point.y + 4]]);
        if (!found.some((feature) => feature.properties["id"] === wanted)) return;
        map.off("render", look);
        done(Date.now());
      };
      map.on("render", look);
    }), [[lon, lat], id] as const);
    const sent = Date.now();
    const response = await fetch(`${address()}/collections/hazards/items`, {
      method: "POST",
      headers: { "content-type": "application/geo+json" },
      body: JSON.stringify({ type: "Feature", id, geometry: { type: "Point", coordinates: [lon, lat] },
        properties: { kind: "heat", remarks: `edit ${at}` } }),
    });
    expect(response.status).toBe(201);
    took.push((await drawn) - sent);
  }
  stop.abort();
  await Promise.all(others);
  took.sort((a, b) => a - b);
  const result = { work: "edit to pixel", maps, edits, median_ms: took[Math.floor(took.length / 2)], worst_ms: took.at(-1),
    tiles_fetched_by_others: fetched.count };
  console.log(JSON.stringify(result));
  const file = process.env["SARHAD_RESULT"];
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
});
