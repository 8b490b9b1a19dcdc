// What one changes, all see: an edit arrives on open maps by itself, costs only the tiles it touches, and is not missed
// while the line is down.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { address, drawnAt, expect, idle, items, jump, open, test } from "./map_page";

const feature = { "content-type": "application/geo+json" };

function hazard(lon: number, lat: number, remarks = "live") {
  return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { kind: "heat", remarks } };
}

interface Written {
  id: string;
  etag: string;
}

async function write(method: string, path: string, body?: object, etag?: string, at = address()): Promise<Written> {
  const response = await fetch(at + path, {
    method,
    headers: { ...feature, ...(etag === undefined ? {} : { "if-match": etag }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
  const answer = response.status === 204 ? {} : ((await response.json()) as { id?: string });
  return { id: answer.id ?? "", etag: response.headers.get("etag") ?? "" };
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${address()}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? "NaN");
}

const isLive = '[data-test="live"].live';

test("an edit made elsewhere is drawn, moved and taken away without a touch", async ({ page }) => {
  await open(page, "#map=11/29.1/61.9");
  await expect(page.locator(isLive)).toBeVisible();
  const ids = async (lon: number, lat: number) => (await drawnAt(page, lon, lat)).map((drawn) => drawn.id);
  const created = await write("POST", "/collections/hazards/items", hazard(61.9, 29.1));
  await expect.poll(() => ids(61.9, 29.1)).toContain(created.id);
  const moved = await write("PUT", `/collections/hazards/items/${created.id}`, hazard(61.95, 29.15), created.etag);
  await expect.poll(() => ids(61.95, 29.15)).toContain(created.id);
  expect(await ids(61.9, 29.1)).not.toContain(created.id);
  await write("DELETE", `/collections/hazards/items/${created.id}`, undefined, moved.etag);
  await expect.poll(() => ids(61.95, 29.15)).not.toContain(created.id);
});

test("an edit costs the tiles it touches and no other", async ({ page, watch }) => {
  await open(page, "#map=12/29.3/62.2");
  await expect(page.locator(isLive)).toBeVisible();
  await idle(page);
  const zoom = 12;
  const column = Math.floor(((62.2 + 180) / 360) * 2 ** zoom);
  const lonAt = (x: number) => (x / 2 ** zoom) * 360 - 180;
  const lon = lonAt(column + 0.5); // in the middle of its tile
  const row = (lat: number) => Math.floor(((1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2) * 2 ** zoom);
  const latAt = (y: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 2 ** zoom))) * 180) / Math.PI;
  const y = row(29.3);
  const lat = latAt(y + 0.5);
  const built = await metric("sarhad_tiles_built");
  const from = watch.requests.length;
  const created = await write("POST", "/collections/hazards/items", hazard(lon, lat));
  await expect.poll(async () => (await drawnAt(page, lon, lat)).map((drawn) => drawn.id)).toContain(created.id);
  await idle(page);
  const asked = new Set(watch.requests.slice(from).filter((url) => url.includes("/tiles/")).map((url) => {
    const [, z, x, row_] = /\/(\d+)\/(\d+)\/(\d+)\.mvt/.exec(url) ?? [];
    return `${z}/${x}/${row_}`;
  }));
  // The tile it lies in, at the zoom that is drawn (MapLibre draws z+0 or z+1 of 512-pixel tiles).
  const holds = new Set([`12/${column}/${y}`, `11/${column >> 1}/${y >> 1}`, `13/${column * 2}/${y * 2}`,
    `13/${column * 2 + 1}/${y * 2}`, `13/${column * 2}/${y * 2 + 1}`, `13/${column * 2 + 1}/${y * 2 + 1}`]);
  expect(asked.size).toBeGreaterThan(0);
  expect([...asked].filter((tile) => !holds.has(tile)), "tiles that the edit doesn't touch").toEqual([]);
  expect(await metric("sarhad_tiles_built") - built, "tiles built for this edit").toBeLessThanOrEqual(asked.size);
  await write("DELETE", `/collections/hazards/items/${created.id}`, undefined, created.etag);
});

test("all maps of a browser share one stream", async ({ page, context }) => {
  await open(page);
  await expect(page.locator(isLive)).toBeVisible();
  const one = await metric("sarhad_event_streams");
  const second = await context.newPage();
  await open(second);
  await expect(second.locator(isLive)).toBeVisible();
  const third = await context.newPage();
  await open(third);
  await expect(third.locator(isLive)).toBeVisible();
  expect(await metric("sarhad_event_streams")).toBe(one);
  await second.close();
  await third.close();
});

test("a distress report is on the banner of an open map at once", async ({ page }) => {
  await open(page, "#map=8/27/62");
  await expect(page.locator(isLive)).toBeVisible();
  const before = (await items("reports", `&filter=${encodeURIComponent("kind = 'distress' OR sar_phase = 'distress'")}`)).length;
  const report = {
    type: "Feature",
    geometry: { type: "Point", coordinates: [61.7, 26.4] },
    properties: { kind: "distress", sar_phase: "distress", detected_by: "public", valid_from: "2026-06-01T10:00:00Z",
      agency: "coast_guards" },
  };
  await write("POST", "/collections/reports/items", report);
  await expect(page.locator(".distress")).toContainText(String(before + 1));
});

test.describe("with a server that goes away", () => {
  const top = resolve(__dirname, "../..");
  const program = resolve(process.env["SARHAD_PROGRAM"] ?? join(top, "build/release/sarhad"));
  let folder = "";
  let server: ChildProcess | null = null;

  async function freePort(): Promise<number> {
    return new Promise((found) => {
      const probe = createServer().listen(0, "127.0.0.1", () => {
        const at = probe.address();
        probe.close(() => found(typeof at === "object" && at !== null ? at.port : 0));
      });
    });
  }

  async function start(port: number): Promise<void> {
    const child = spawn(program, ["serve", "--data-dir", folder, "--listen", `127.0.0.1:${port}`, "--web",
      join(top, "web/dist"), "--assets", join(top, "build/assets"), "--open"], { stdio: ["ignore", "pipe", "ignore"] });
    server = child;
    await new Promise<void>((listening, failed) => {
      child.once("exit", () => failed(new Error("the server ended")));
      child.stdout.once("data", () => listening());
    });
  }

  async function end(): Promise<void> {
    const child = server;
    server = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }

  test.skip(!existsSync(program), "no program");
  test.beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sarhad-e2e-live-"));
  });
  test.afterEach(async () => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  });

  test("the map says that it isn't live, and catches up when the server is back", async ({ browser }) => {
    const port = await freePort();
    const at = `http://127.0.0.1:${port}`;
    await start(port);
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${at}/map/#map=11/29.1/61.9`);
    await idle(page);
    await expect(page.locator(isLive)).toBeVisible();
    await end();
    await expect(page.locator('[data-test="live"].lost')).toBeVisible();
    await start(port);
    // Written by another before this map's line is up again, or just after: either way it arrives.
    const created = await write("POST", "/collections/hazards/items", hazard(61.9, 29.1), undefined, at);
    await expect(page.locator(isLive)).toBeVisible({ timeout: 30_000 });
    await expect.poll(async () => (await drawnAt(page, 61.9, 29.1)).map((drawn) => drawn.id)).toContain(created.id);
    await context.close();
  });
});
