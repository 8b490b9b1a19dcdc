import { address, drawnAt, expect, idle, items, open, positionOf, test } from "./map_page";

test("a click shows the feature with all its fields", async ({ page }) => {
  const [torkham] = await items("crossing_points", "&name=Torkham");
  if (torkham === undefined) throw new Error("the gazetteer has Torkham");
  const [lon, lat] = positionOf(torkham);
  await open(page, `#map=14/${lat}/${lon}&off=check_posts,reports,facilities,places,patrol_tracks,fence_segments`);
  const box = await page.locator(".map").boundingBox();
  if (box === null) throw new Error("no map");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const detail = page.getByRole("complementary", { name: "Feature" });
  await expect(detail.getByRole("heading", { name: "Torkham" })).toBeVisible();
  await expect(detail).toContainText("Official");
  await expect(detail).toContainText("42S XC 93113 77774"); // 71.094 E 34.123 N, GeographicLib 2.1.2
  await expect(detail).toContainText("34.12300° N 71.09400° E");
  await expect(detail).toContainText("Source that names it");
  await expect(detail).toContainText(torkham.id);
  expect(page.url()).toContain(`sel=crossing_points/${torkham.id}`);
});

test("a border section sets declared lengths beside the measured one", async ({ page }) => {
  const sections = await items("border_sections");
  const section = sections.find((item) => JSON.stringify(item.properties["declared"] ?? "").includes("2611"));
  if (section === undefined) throw new Error("a section with declared lengths");
  const measured = Number(section.properties["measured_length_m"]) / 1000;
  await open(page, `#sel=border_sections/${section.id}`);
  const detail = page.getByRole("complementary", { name: "Feature" });
  const table = detail.locator(".lengths").getByRole("table");
  await expect(table).toContainText("Measured on the ellipsoid");
  await expect(table).toContainText(`${measured.toLocaleString("en", { maximumFractionDigits: 1 })} km`);
  await expect(table).toContainText("2,611 km");
  await expect(detail).toContainText("never overwrite a measurement");
});

test("a report shows its two grades, its agency, version and when it was recorded", async ({ page }) => {
  const report = (await items("reports")).find((item) => item.properties["source_reliability"] === "B");
  if (report === undefined) throw new Error("a graded report");
  await open(page, `#sel=reports/${report.id}`);
  const detail = page.getByRole("complementary", { name: "Feature" });
  await expect(detail).toContainText("Admiralty grade");
  await expect(detail).toContainText("Version");
  await expect(detail).toContainText("Recorded at");
  await expect(detail).toContainText("Agency");
  await expect(detail).toContainText(String(report.properties["agency"]));
});

test("a fence tells its states, newest first, with chainage", async ({ page }) => {
  const fence = (await items("fence_segments")).find((item) => {
    const states = item.properties["states"];
    return Array.isArray(states) && states.length > 1;
  });
  if (fence === undefined) throw new Error("a fence with a history");
  await open(page, `#sel=fence_segments/${fence.id}`);
  const detail = page.getByRole("complementary", { name: "Feature" });
  await expect(detail.getByRole("heading", { name: "Appended states" })).toBeVisible();
  const times = await detail.locator(".history time").evaluateAll((all) => all.map((time) => time.getAttribute("datetime") ?? ""));
  expect(times).toEqual([...times].sort().reverse());
  const km = (metres: unknown) => `${(Number(metres) / 1000).toLocaleString("en", { maximumFractionDigits: 1 })} km`;
  await expect(detail).toContainText(km(fence.properties["from_m"]));
  await expect(detail).toContainText(km(fence.properties["to_m"]));
});

test("text of the data is never markup", async ({ page }) => {
  const [report] = await items("reports");
  if (report === undefined) throw new Error("a report");
  const hostile = "<img src=/x onerror=alert(1)><script>alert(2)</script>";
  await page.route(`**/collections/reports/items/${report.id}*`, async (route) => {
    const response = await route.fetch();
    const feature = (await response.json()) as { properties: Record<string, unknown> };
    await route.fulfill({ response, json: { ...feature, properties: { ...feature.properties, place: hostile, remarks: hostile } } });
  });
  await open(page, `#sel=reports/${report.id}`);
  const detail = page.getByRole("complementary", { name: "Feature" });
  await expect(detail.getByRole("heading", { name: hostile })).toBeVisible();
  expect(await detail.locator("img, script").count()).toBe(0);
});

test("a feature that is gone is said, not shown empty", async ({ page, watch }) => {
  watch.allow.push(/404/);
  await open(page, "#sel=reports/018f3c5e-0000-7000-8000-000000000000");
  await expect(page.getByText("This feature could not be read")).toBeVisible();
});

test("the list says what is in view, beside the map", async ({ page }) => {
  const [report] = (await items("reports")).filter((item) => item.geometry !== null);
  if (report === undefined) throw new Error("a report");
  const [lon, lat] = positionOf(report);
  await open(page, `#map=10/${lat}/${lon}`);
  await page.getByRole("tab", { name: "In view" }).click();
  const list = page.getByRole("region", { name: "Features in view" });
  const box = await page.evaluate(() => window.sarhadMap?.getBounds().toArray().flat().join(","));
  const expected = await items("reports", `&bbox=${box}`);
  const section = list.locator("section", { has: page.getByRole("heading", { name: /^Reports/ }) });
  await expect(section.getByRole("listitem")).toHaveCount(Math.min(40, expected.length));
  await section.getByRole("button").first().click();
  await expect(page.getByRole("complementary", { name: "Feature" })).toBeVisible();
});

test("what no source places is listed and not drawn", async ({ page }) => {
  const lost = await items("crossing_points", "&status=not_located");
  expect(lost.length).toBeGreaterThan(0);
  await open(page);
  await page.getByRole("tab", { name: "In view" }).click();
  await page.getByText("Named by the source, not located").click();
  const name = String(lost[0]?.properties["name"]);
  await expect(page.getByRole("button", { name }).first()).toBeVisible();
  const drawn = new Set((await drawnAt(page)).map((feature) => feature.id));
  for (const item of lost) expect(drawn.has(item.id)).toBe(false);
});

test("search finds a name, a position and a grid reference", async ({ page }) => {
  await open(page);
  const box = page.getByRole("combobox", { name: /Search/ });
  const centre = () => page.evaluate(() => window.sarhadMap?.getCenter().toArray() ?? [0, 0]);
  const expectCentre = async (lon: number, lat: number) => {
    await expect.poll(async () => Math.hypot((await centre())[0]! - lon, (await centre())[1]! - lat)).toBeLessThan(0.05);
  };
  await box.fill("torkh");
  await expect(page.getByRole("option").first()).toContainText("Torkham");
  await box.press("Enter");
  await expectCentre(71.094, 34.123);
  await idle(page);
  await box.fill("25.12, 62.32");
  await expect(page.getByRole("option").first()).toContainText("41R MH 31447 78407");
  await box.press("Enter");
  await expectCentre(62.32, 25.12);
  await idle(page);
  await box.fill("43S FA 86983 91386");
  await box.press("Enter");
  await expectCentre(77.1, 36.95);
});

test("a server that answers no more is said", async ({ page, watch }) => {
  watch.allow.push(/Failed to load resource|ERR_FAILED|Failed to fetch/);
  await open(page);
  await page.route(`${address()}/**`, (route) => route.abort());
  await page.evaluate(() => window.sarhadMap?.jumpTo({ center: [71.09, 34.12], zoom: 12 }));
  const notice = page.getByRole("alert").filter({ hasText: "No answer from the server" });
  await expect(notice).toBeVisible();
  await page.unroute(`${address()}/**`);
  await expect(notice).toBeHidden(); // and the tiles that failed are drawn
  await idle(page);
  expect((await drawnAt(page)).length).toBeGreaterThan(0);
});
