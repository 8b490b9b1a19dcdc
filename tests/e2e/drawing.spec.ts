import { drawnAt, expect, idle, items, jump, open, positionOf, test } from "./map_page";

const collections = ["border_sections", "disputed_lines", "places", "check_posts", "crossing_points", "crossing_routes",
  "fence_segments", "patrol_tracks", "observed_tracks", "reports", "hazards", "facilities"];

for (const collection of collections)
  test(`${collection} are drawn where they are`, async ({ page }) => {
    await open(page);
    const located = (await items(collection)).filter((item) => item.geometry !== null);
    expect(located.length).toBeGreaterThan(0);
    for (const item of [located[0], located[Math.floor(located.length / 2)], located.at(-1)]) {
      if (item === undefined) continue;
      const [lon, lat] = positionOf(item);
      await jump(page, lon, lat, 13);
      const here = await drawnAt(page, lon, lat);
      expect(here.map((drawn) => drawn.id), `${collection} ${item.id} at ${lon} ${lat}`).toContain(item.id);
    }
  });

test("the overview shows the whole border, relief, towns and what happened", async ({ page }) => {
  await open(page);
  const layers = new Set((await drawnAt(page)).map((drawn) => drawn.collection));
  for (const collection of ["border_sections", "disputed_lines", "places", "check_posts", "crossing_points", "reports"])
    expect(layers).toContain(collection);
  const relief = await page.evaluate(() => window.sarhadMap?.getStyle().layers.some((layer) => layer.type === "raster"));
  expect(relief).toBe(true);
});

test("disputed lines are dashed and their source is named", async ({ page }) => {
  await open(page);
  const dashes = await page.evaluate(() => window.sarhadMap?.getPaintProperty("disputed_lines-line-0", "line-dasharray"));
  expect(dashes).toBeTruthy();
  await expect(page.getByRole("note", { name: "Sources" })).toContainText("Natural Earth");
});

test("the licence of the border lines is always in sight", async ({ page }) => {
  await open(page);
  await expect(page.getByRole("note", { name: "Sources" })).toBeInViewport();
  await expect(page.getByRole("note", { name: "Sources" })).toContainText("OpenStreetMap contributors (ODbL)");
});

test("the legend explains every sign by shape and words", async ({ page }) => {
  await open(page);
  await page.getByRole("tab", { name: "Legend" }).click();
  const legend = page.getByRole("region", { name: "Legend" });
  for (const words of ["Breached", "Intact", "Land border, disputed", "Disputed line", "Official", "Unofficial", "Distress",
    "Impact critical"])
    await expect(legend.getByText(words, { exact: true })).toBeVisible();
  for (const entry of await legend.locator(".entries li").all())
    expect(await entry.locator("svg").locator("path, line, rect, circle").count()).toBeGreaterThan(0);
});

test("a layer that is switched off is not drawn", async ({ page }) => {
  await open(page);
  await page.getByRole("checkbox", { name: "Check posts" }).uncheck();
  await idle(page);
  expect((await drawnAt(page)).filter((drawn) => drawn.collection === "check_posts")).toEqual([]);
  await page.getByRole("checkbox", { name: "Check posts" }).check();
  await idle(page);
  expect((await drawnAt(page)).some((drawn) => drawn.collection === "check_posts")).toBe(true);
});

test("distress is drawn and announced whatever is switched off and whatever date is shown", async ({ page }) => {
  const [distress] = await items("reports", "&kind=distress");
  if (distress === undefined) throw new Error("the demo has a distress report");
  const [lon, lat] = positionOf(distress);
  await open(page, `#map=9/${lat}/${lon}&time=1990-01-01T00:00:00Z`);
  await page.getByRole("button", { name: "Hide all" }).click();
  await idle(page);
  const here = await drawnAt(page, lon, lat);
  expect(here).toContainEqual({ layer: "reports-urgent", collection: "reports", id: distress.id });
  const others = (await drawnAt(page)).filter((drawn) => drawn.layer !== "reports-urgent");
  expect(others.filter((drawn) => drawn.collection !== "")).toEqual([]);
  await expect(page.getByRole("alert")).toContainText("distress");
});

test("counts stand beside the layers", async ({ page }) => {
  await open(page);
  const total = (await items("fence_segments")).length;
  const row = page.locator(".layer-row", { has: page.getByRole("checkbox", { name: "Fence segments" }) });
  await expect(row.locator(".count")).toHaveText(String(total));
});

test("light and dark are two styles of one map", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await open(page, "#map=7/30/67");
  const background = () => page.evaluate(() => {
    const map = window.sarhadMap; // between two styles it has no layer at all
    return map?.getLayer("background") === undefined ? null : map.getPaintProperty("background", "background-color");
  });
  const light = await background();
  expect(light).not.toBeNull();
  await page.getByRole("button", { name: "Dark map" }).click();
  await expect.poll(async () => [null, light].includes((await background()) as typeof light)).toBe(false);
  await idle(page);
  expect((await drawnAt(page)).some((drawn) => drawn.collection === "border_sections")).toBe(true);
  await page.reload();
  await idle(page);
  expect(await background()).not.toBe(light); // the choice is kept
});
