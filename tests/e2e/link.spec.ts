import { address, expect, idle, items, open, test } from "./map_page";

test("a link restores position, layers, time and selection", async ({ page }) => {
  const [report] = await items("reports");
  if (report === undefined) throw new Error("a report");
  const hash = `#map=8.5/26.3/62.2&off=places,relief&time=2026-06-28T02:00:00Z~168&sel=reports/${report.id}`;
  await open(page, hash);
  const view = await page.evaluate(() => {
    const map = window.sarhadMap;
    return { zoom: map?.getZoom(), lon: map?.getCenter().lng, lat: map?.getCenter().lat };
  });
  expect(view.zoom).toBeCloseTo(8.5, 2);
  expect(view.lon).toBeCloseTo(62.2, 3);
  expect(view.lat).toBeCloseTo(26.3, 3);
  await expect(page.getByRole("checkbox", { name: "Places" })).not.toBeChecked();
  await expect(page.getByRole("checkbox", { name: "Relief" })).not.toBeChecked();
  await expect(page.getByRole("slider", { name: "Date shown" })).toBeVisible();
  await expect(page.getByRole("complementary", { name: "Feature" })).toContainText(report.id);
});

test("the address follows what is done, and a reload brings it back", async ({ page }) => {
  await open(page);
  await page.getByRole("checkbox", { name: "Hazards" }).uncheck();
  await page.evaluate(() => window.sarhadMap?.jumpTo({ center: [66.45, 30.92], zoom: 9 }));
  await idle(page);
  await expect.poll(() => page.url()).toContain("map=9/30.92");
  expect(page.url()).toContain("off=hazards");
  await page.reload();
  await idle(page);
  await expect(page.getByRole("checkbox", { name: "Hazards" })).not.toBeChecked();
  expect(await page.evaluate(() => window.sarhadMap?.getZoom())).toBeCloseTo(9, 2);
});

test("a changed fragment moves the map without a reload", async ({ page }) => {
  await open(page);
  await page.evaluate(() => (window.location.hash = "#map=7/25.1/62.3"));
  await expect.poll(() => page.evaluate(() => window.sarhadMap?.getCenter().lng ?? 0)).toBeCloseTo(62.3, 2);
});

test("a link that makes no sense opens the plain map", async ({ page }) => {
  await open(page, "#map=%E0%A4%A&off=<b>&time=soon&sel=../../x");
  await expect(page.getByRole("tab", { name: "Layers" })).toBeVisible();
  expect(await page.getByRole("complementary", { name: "Feature" }).count()).toBe(0);
});

test("the cursor's position is shown in degrees and in the military grid", async ({ page }) => {
  await open(page, "#map=10/34.123/71.094");
  await expect(page.locator("[data-test=degrees]")).toHaveText("34.12300° N 71.09400° E");
  await expect(page.locator("[data-test=mgrs]")).toHaveText("42S XC 93113 77774");
  const box = await page.locator(".map").boundingBox();
  if (box === null) throw new Error("no map");
  await page.mouse.move(box.x + 40, box.y + 40);
  await expect(page.locator("[data-test=degrees]")).not.toHaveText("34.12300° N 71.09400° E");
});

test("the scale bar is as long as it says", async ({ page }) => {
  await open(page, "#map=10/34.123/71.094&off=places");
  const bar = page.getByRole("img", { name: /Scale/ });
  const name = (await bar.getAttribute("aria-label")) ?? "";
  const [, digits = "0", unit = ""] = /([\d.]+) (k?m)/.exec(name) ?? [];
  const stated = Number(digits) * (unit === "km" ? 1000 : 1);
  const pixels = Number(await bar.locator("svg").getAttribute("width")) - 2;
  // On the sphere of Web Mercator's radius, as the map library measures.
  const metres = await page.evaluate((width) => {
    const map = window.sarhadMap;
    if (map === undefined) throw new Error("no map");
    const { clientWidth, clientHeight } = map.getCanvas();
    const y = clientHeight / 2;
    const from = map.unproject([(clientWidth - width) / 2, y]);
    const to = map.unproject([(clientWidth + width) / 2, y]);
    return (((to.lng - from.lng) * Math.PI) / 180) * Math.cos((from.lat * Math.PI) / 180) * 6_378_137;
  }, pixels);
  expect(Math.abs(metres - stated) / stated).toBeLessThan(0.01);
});

test("nothing runs that the security policy would have to look away for", async () => {
  const response = await fetch(`${address()}/map/`);
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe");
  const html = await response.text();
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:\/\//);
});
