import { drawnAt, expect, idle, items, open, positionOf, test, type Item } from "./map_page";

async function datedReport(): Promise<Item> {
  const reports = await items("reports");
  const found = reports.find((item) => item.properties["kind"] !== "distress" && item.properties["sar_phase"] !== "distress"
    && typeof item.properties["valid_from"] === "string" && item.geometry !== null);
  if (found === undefined) throw new Error("the demo has dated reports");
  return found;
}

const hour = 3_600_000;
const text = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");

test("only what was valid at the shown time is drawn", async ({ page, watch }) => {
  const report = await datedReport();
  const [lon, lat] = positionOf(report);
  const from = Date.parse(String(report.properties["valid_from"]));
  const view = `#map=12/${lat}/${lon}&time=`;
  await open(page, `${view}${text(from + hour)}~24`);
  expect((await drawnAt(page, lon, lat)).map((drawn) => drawn.id)).toContain(report.id);
  expect(watch.requests.some((url) => /\/tiles\/[^/]*\breports\//.test(url) && url.includes("datetime="))).toBe(true);
  await page.goto("about:blank");
  await open(page, `${view}${text(from - 48 * hour)}~24`);
  expect((await drawnAt(page, lon, lat)).map((drawn) => drawn.id)).not.toContain(report.id);
});

test("the slider asks for tiles again and changes what is drawn", async ({ page, watch }) => {
  await open(page);
  const drawnReports = async () => new Set((await drawnAt(page)).filter((d) => d.layer === "reports-points").map((d) => d.id));
  const all = await drawnReports();
  await page.getByRole("button", { name: "By date" }).click();
  await page.getByRole("combobox", { name: "Window" }).selectOption({ label: "7 days before" });
  const slider = page.getByRole("slider", { name: "Date shown" });
  await slider.focus();
  await page.keyboard.press("Home");
  await idle(page);
  const asked = watch.requests.filter((url) => url.includes("datetime="));
  expect(asked.length).toBeGreaterThan(0);
  const first = await drawnReports();
  expect(first.size).toBeLessThan(all.size);
  await page.keyboard.press("PageUp");
  await idle(page);
  expect(page.url()).toContain("time=");
  expect(await slider.getAttribute("aria-valuetext")).toContain("UTC");
  await page.getByRole("button", { name: "All dates" }).click();
  await idle(page);
  expect(await drawnReports()).toEqual(all);
});

test("play walks through time and stops when asked", async ({ page }) => {
  await open(page, "#time=2026-03-01T00:00:00Z~168");
  const shown = () => page.getByRole("slider", { name: "Date shown" }).getAttribute("aria-valuetext");
  const before = await shown();
  await page.getByRole("button", { name: "Play" }).click();
  await expect.poll(shown).not.toBe(before);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByRole("button", { name: "Play" })).toBeVisible();
});

test("a date is typed in UTC", async ({ page }) => {
  await open(page, "#time=2026-03-01T00:00:00Z~168");
  await page.getByLabel("Date and time (UTC)").fill("2026-04-05T06:00");
  await page.getByLabel("Date and time (UTC)").blur();
  await expect.poll(() => page.url()).toContain("time=2026-04-05T06:00:00Z~168");
});

test("reference layers stay at every date", async ({ page, watch }) => {
  await open(page, "#time=1990-01-01T00:00:00Z");
  expect((await drawnAt(page)).some((drawn) => drawn.collection === "border_sections")).toBe(true);
  expect(watch.requests.filter((url) => url.includes("border_sections") && url.includes("datetime="))).toEqual([]);
});
