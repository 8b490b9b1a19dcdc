// What the tests of editing share: features made and read beside the page, the hand on the map, the editor's own parts.
import type { Locator, Page } from "@playwright/test";
import { address, expect, idle } from "./map_page";

// Where nothing of the demo lies: what is found there was made by the test.
export const ground = { lon: 64.2, lat: 27.1 };
export const quiet = "off=reports,places";

export interface Stored {
  status: number;
  etag: string;
  geometry: { type: string; coordinates: number[] | number[][] | number[][][] } | null;
  properties: Record<string, unknown>;
}

export async function stored(collection: string, id: string): Promise<Stored> {
  const response = await fetch(`${address()}/collections/${collection}/items/${id}`);
  const body = response.status === 200 ? await response.json() : { geometry: null, properties: {} };
  return { status: response.status, etag: response.headers.get("etag") ?? "", geometry: body.geometry, properties: body.properties };
}

export async function make(collection: string, geometry: unknown, properties: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${address()}/collections/${collection}/items`, {
    method: "POST",
    headers: { "content-type": "application/geo+json" },
    body: JSON.stringify({ type: "Feature", geometry, properties }),
  });
  expect(response.status, await response.clone().text()).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

export async function change(collection: string, id: string, properties: Record<string, unknown>): Promise<void> {
  const { etag } = await stored(collection, id);
  const response = await fetch(`${address()}/collections/${collection}/items/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json", "if-match": etag },
    body: JSON.stringify({ properties }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
}

export async function pointOn(page: Page, lon: number, lat: number): Promise<{ x: number; y: number }> {
  return page.evaluate(([x = 0, y = 0]) => {
    const map = window.sarhadMap;
    if (map === undefined) throw new Error("no map");
    const { left, top } = map.getCanvas().getBoundingClientRect();
    const at = map.project([x, y]);
    return { x: left + at.x, y: top + at.y };
  }, [lon, lat]);
}

export async function clickOn(page: Page, lon: number, lat: number): Promise<void> {
  const { x, y } = await pointOn(page, lon, lat);
  await page.mouse.click(x, y);
}

export async function dragOn(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const [a, b] = [await pointOn(page, ...from), await pointOn(page, ...to)];
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
  await page.mouse.move(b.x, b.y);
  await page.mouse.up();
}

export const editor = (page: Page) => page.getByRole("complementary", { name: "Editor" });
export const detail = (page: Page) => page.getByRole("complementary", { name: "Feature" });
export const log = (page: Page) => page.locator(".edits li");
export const save = (page: Page) => editor(page).getByRole("button", { name: "Save", exact: true }).click();

export async function beginNew(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name: "Edit" }).click();
  await page.getByRole("button", { name: `New: ${name}` }).click();
  await expect(editor(page).getByRole("button", { name: "Save" })).toBeVisible();
  await idle(page); // the map has made room
}

export async function beginEdit(page: Page): Promise<void> {
  await detail(page).getByRole("button", { name: "Edit", exact: true }).click();
  await expect(editor(page).getByRole("button", { name: "Save" })).toBeVisible();
  await idle(page);
}

// Of what the detail panel shows once a feature is stored.
export async function savedId(page: Page, title: string): Promise<string> {
  await expect(detail(page).getByRole("heading", { level: 2, name: title })).toBeVisible();
  await expect.poll(() => /sel=\w+\/([\w-]+)/.exec(page.url())?.[1]).toBeTruthy();
  return /sel=\w+\/([\w-]+)/.exec(page.url())?.[1] ?? "";
}

export const field = (page: Page, name: string): Locator => editor(page).getByLabel(name, { exact: false }).first();
export const near = (found: unknown, wanted: readonly number[], digits = 2) => {
  const position = found as number[];
  expect(position[0]).toBeCloseTo(wanted[0] ?? NaN, digits);
  expect(position[1]).toBeCloseTo(wanted[1] ?? NaN, digits);
};
