import { expect, idle, items, jump, open, positionOf, test } from "./map_page";
import type { Page } from "@playwright/test";

const view = (page: Page) => page.evaluate(() => {
  const map = window.sarhadMap;
  return { lon: map?.getCenter().lng ?? 0, lat: map?.getCenter().lat ?? 0, zoom: map?.getZoom() ?? 0 };
});

test("the map is moved, asked and left by keys alone", async ({ page }) => {
  const [torkham] = await items("crossing_points", "&name=Torkham");
  if (torkham === undefined) throw new Error("the gazetteer has Torkham");
  const [lon, lat] = positionOf(torkham);
  await open(page, `#map=14/${lat}/${lon}&off=check_posts,reports,facilities,places,patrol_tracks,fence_segments`);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Skip to the map" })).toBeFocused();
  await expect(page.getByRole("button", { name: "Skip to the map" })).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.locator(".map canvas")).toBeFocused();

  await page.keyboard.press("Enter");
  const detail = page.getByRole("complementary", { name: "Feature" });
  await expect(detail.getByRole("heading", { name: "Torkham" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(detail).toBeHidden();
  await expect(page.locator(".map canvas")).toBeFocused();

  const before = await view(page);
  await page.keyboard.press("ArrowRight");
  await idle(page);
  expect((await view(page)).lon).toBeGreaterThan(before.lon);
  await page.keyboard.press("ArrowUp");
  await idle(page);
  expect((await view(page)).lat).toBeGreaterThan(before.lat);
  await page.keyboard.press("-");
  await idle(page);
  expect((await view(page)).zoom).toBeLessThan(before.zoom);
});

test("every stop of the Tab key has a name and a visible focus", async ({ page }) => {
  await open(page, "#time=2026-06-01T00:00:00Z~168");
  const seen = new Set<string>();
  for (let presses = 0; presses < 120; presses++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!(element instanceof HTMLElement) || element === document.body) return null;
      const style = getComputedStyle(element);
      const label = element.getAttribute("aria-label") ?? ("labels" in element && element.labels instanceof NodeList
        ? [...element.labels].map((part) => part.textContent).join(" ") : "") ?? "";
      const name = (label || (element.textContent ?? "")).trim();
      const before = [...document.querySelectorAll("*")].indexOf(element);
      return { key: `${before} ${element.tagName} ${name}`, name, outline: style.outlineStyle, width: style.outlineWidth };
    });
    if (stop === null) break; // past the last one
    if (seen.has(stop.key)) break;
    seen.add(stop.key);
    expect(stop.name, `a name for ${stop.key}`).not.toBe("");
    expect(stop.outline, `a visible focus on ${stop.key}`).toBe("solid");
    expect(parseFloat(stop.width)).toBeGreaterThanOrEqual(2);
  }
  expect(seen.size).toBeGreaterThan(30);
  const names = [...seen].join("\n");
  for (const needed of ["Map.", "Search", "Layers", "Reports", "Date shown", "Zoom in", "All dates"]) expect(names).toContain(needed);
});

test("layers, tabs, list and time answer to keys", async ({ page }) => {
  await open(page);
  await page.getByRole("checkbox", { name: "Places" }).focus();
  await page.keyboard.press("Space");
  await expect.poll(() => page.url()).toContain("off=places");

  await page.getByRole("tab", { name: "Layers" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Legend" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "In view" })).toHaveAttribute("aria-selected", "true");

  const [report] = (await items("reports")).filter((item) => item.geometry !== null);
  if (report === undefined) throw new Error("a report");
  const [lon, lat] = positionOf(report);
  await jump(page, lon, lat, 9);
  const first = page.locator(".feature-row").first();
  await first.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("complementary", { name: "Feature" }).getByRole("heading", { level: 2 })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary", { name: "Feature" })).toBeHidden();
});

test("search is a combobox that keys can use", async ({ page }) => {
  await open(page);
  const box = page.getByRole("combobox", { name: /Search/ });
  await box.focus();
  await page.keyboard.type("cha");
  await expect(page.getByRole("option").nth(1)).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option").nth(1)).toHaveAttribute("aria-selected", "true");
  await expect(box).toHaveAttribute("aria-activedescendant", "search-option-1");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("listbox")).toBeHidden();
});

test("the page mirrors for a language written from the right", async ({ page }) => {
  await open(page);
  const panel = page.getByRole("complementary", { name: "Layers, legend and list" });
  const before = await panel.boundingBox();
  await page.evaluate(() => (document.documentElement.dir = "rtl"));
  const after = await panel.boundingBox();
  expect(before?.x).toBe(0);
  expect((after?.x ?? 0) + (after?.width ?? 0)).toBe(1280);
  expect(await page.locator("[data-test=mgrs]").evaluate((element) => getComputedStyle(element).direction)).toBe("ltr");
});
