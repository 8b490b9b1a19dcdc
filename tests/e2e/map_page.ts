// What every test of the page shares: the address, waiting for the map, and a watch that fails the test for a request to
// another origin, an error in the console or a breach of the content security policy.
import { expect, test as base, type Page } from "@playwright/test";
import type { Map as MapLibreMap } from "maplibre-gl";

declare global {
  interface Window {
    sarhadMap?: MapLibreMap;
    sarhadViolations?: string[];
  }
}

export function address(): string {
  const url = process.env["SARHAD_URL"];
  if (url === undefined) throw new Error("no server");
  return url;
}

export interface Watch {
  requests: string[];
  faults: string[];
  allow: RegExp[]; // faults that this test makes on purpose
}

export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ page }, use) => {
      const watch: Watch = { requests: [], faults: [], allow: [] };
      await page.addInitScript(() => {
        const seen: string[] = [];
        window.sarhadViolations = seen;
        document.addEventListener("securitypolicyviolation", (event) => seen.push(`${event.effectiveDirective} ${event.blockedURI}`));
      });
      page.on("request", (request) => watch.requests.push(request.url()));
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) watch.faults.push(`${message.type()}: ${message.text()} ${message.location().url}`);
      });
      page.on("pageerror", (error) => watch.faults.push(`exception: ${error.message}`));
      await use(watch);
      const origin = address();
      const outside = watch.requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`)
        && !url.startsWith("data:"));
      expect(outside, "requests to another origin").toEqual([]);
      const violations = page.isClosed() ? [] : await page.evaluate(() => window.sarhadViolations ?? []);
      expect(violations, "breaches of the content security policy").toEqual([]);
      const faults = watch.faults.filter((fault) => !watch.allow.some((pattern) => pattern.test(fault)));
      expect(faults, "errors in the console").toEqual([]);
    },
    { auto: true },
  ],
});

// Opens the map with a view in the fragment and waits until everything is drawn.
export async function open(page: Page, hash = ""): Promise<void> {
  await page.goto(`${address()}/map/${hash}`);
  await idle(page);
}

// Until the map has drawn all it knows of: its own `idle` event, never a length of time.
export async function idle(page: Page): Promise<void> {
  await page.waitForFunction(() => window.sarhadMap !== undefined);
  await page.evaluate(() => new Promise<void>((done) => {
    const map = window.sarhadMap;
    if (map === undefined) throw new Error("no map");
    if (map.loaded() && !map.isMoving()) map.triggerRepaint(); // idle comes after the next frame in any case
    void map.once("idle").then(() => done());
  }));
}

export async function jump(page: Page, lon: number, lat: number, zoom: number): Promise<void> {
  await page.evaluate(([x = 0, y = 0, z = 0]) => window.sarhadMap?.jumpTo({ center: [x, y], zoom: z }), [lon, lat, zoom]);
  await idle(page);
}

export interface Drawn {
  layer: string; // of the style
  collection: string;
  id: string;
}

// What is drawn within a few pixels of a position; the whole window without one.
export async function drawnAt(page: Page, lon?: number, lat?: number, around = 8): Promise<Drawn[]> {
  return page.evaluate(([x, y, r]) => {
    const map = window.sarhadMap;
    if (map === undefined) throw new Error("no map");
    const at = x === undefined || y === undefined || r === undefined ? undefined : map.project([x, y]);
    const found = at === undefined || r === undefined ? map.queryRenderedFeatures()
      : map.queryRenderedFeatures([[at.x - r, at.y - r], [at.x + r, at.y + r]]);
    return found.map((feature) => ({
      layer: feature.layer.id,
      collection: feature.sourceLayer ?? "",
      id: String(feature.properties["id"]),
    }));
  }, [lon, lat, around] as const);
}

export interface Item {
  id: string;
  geometry: { type: string; coordinates: unknown } | null;
  properties: Record<string, unknown>;
}

export async function items(collection: string, query = ""): Promise<Item[]> {
  const response = await fetch(`${address()}/collections/${collection}/items?f=json&limit=1000${query}`);
  expect(response.status, await response.clone().text()).toBe(200);
  return ((await response.json()) as { features: Item[] }).features;
}

// A position on the geometry: a point itself, a vertex in the middle of a line or ring.
export function positionOf(item: Item): [lon: number, lat: number] {
  let part: unknown = item.geometry?.coordinates;
  while (Array.isArray(part) && Array.isArray(part[0])) part = Array.isArray(part[0][0]) ? part[0] : part[Math.floor(part.length / 2)];
  if (!Array.isArray(part) || typeof part[0] !== "number" || typeof part[1] !== "number") throw new Error("no position");
  return [part[0], part[1]];
}

export { expect };
