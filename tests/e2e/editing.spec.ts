// Editing on the map as people do it: drawn by hand and by keys, states and statements appended; what is drawn is what
// is stored.
import type { Locator } from "@playwright/test";
import {
  beginEdit, beginNew, clickOn, detail, dragOn, editor, field, ground, make, near, quiet, save, savedId, stored,
} from "./editing_page";
import { address, drawnAt, expect, idle, jump, open, test } from "./map_page";

test.describe("drawing by hand", () => {
  test("a point is set, stored, and on the map at once, closer than any tile of its own", async ({ page, watch }) => {
    await open(page, `#map=16/${ground.lat}/${ground.lon}&${quiet}`);
    await beginNew(page, "Facilities, point");
    await clickOn(page, 64.201, 27.101);
    await field(page, "Name").fill("Clinic drawn by hand");
    await field(page, "Kind").selectOption("clinic");
    const asked = watch.requests.length;
    await save(page);
    const id = await savedId(page, "Clinic drawn by hand");
    const { geometry } = await stored("facilities", id);
    expect(geometry?.type).toBe("Point");
    near(geometry?.coordinates, [64.201, 27.101], 4);
    await expect.poll(async () => (await drawnAt(page, 64.201, 27.101)).map((drawn) => drawn.id)).toContain(id);
    const tiles = watch.requests.slice(asked).filter((url) => url.includes("/tiles/"));
    expect(tiles.length).toBeGreaterThan(0);
    for (const url of tiles) expect(url, "only tiles of the layers it was drawn in").toContain("facilities");
  });

  test("a line is drawn vertex by vertex and ended where it ended", async ({ page }) => {
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}`);
    await beginNew(page, "Fence segments, line");
    const line = [[64.17, 27.09], [64.2, 27.11], [64.23, 27.1]] as const;
    for (const [lon, lat] of line) await clickOn(page, lon, lat);
    await expect(page.getByText(/Line, 3 vertices, about/).first()).toBeVisible();
    await clickOn(page, 64.23, 27.1); // as the second click of a double one
    await expect(page.getByText("Drag a square to move it")).toBeVisible();
    await field(page, "Name").fill("Fence drawn by hand");
    await field(page, "Type").selectOption("trench");
    await save(page);
    const id = await savedId(page, "Fence drawn by hand");
    const { geometry, properties } = await stored("fence_segments", id);
    expect(properties["fence_type"]).toBe("trench");
    const coordinates = geometry?.coordinates as number[][];
    expect(coordinates).toHaveLength(3);
    line.forEach((position, at) => near(coordinates[at], position, 3));
    await expect.poll(async () => (await drawnAt(page, 64.2, 27.11)).map((drawn) => drawn.id)).toContain(id);
  });

  test("an area closes on its first vertex", async ({ page }) => {
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}`);
    await beginNew(page, "Hazards, area");
    for (const [lon, lat] of [[64.17, 27.08], [64.23, 27.08], [64.23, 27.12], [64.17, 27.12], [64.17, 27.08]] as const)
      await clickOn(page, lon, lat);
    await field(page, "Name").fill("Area drawn by hand");
    await field(page, "Kind").selectOption("flood");
    await save(page);
    const id = await savedId(page, "Area drawn by hand");
    const { geometry } = await stored("hazards", id);
    expect(geometry?.type).toBe("Polygon");
    expect((geometry?.coordinates as number[][][])[0]).toHaveLength(5);
    await expect.poll(async () => (await drawnAt(page, 64.2, 27.1)).map((drawn) => drawn.id)).toContain(id);
    await detail(page).getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(detail(page)).toBeHidden();
    expect((await stored("hazards", id)).status).toBe(404);
    await expect.poll(async () => (await drawnAt(page, 64.2, 27.1)).map((drawn) => drawn.id)).not.toContain(id);
  });

  test("vertices are moved, inserted and deleted", async ({ page }) => {
    const id = await make("crossing_routes", { type: "LineString", coordinates: [[64.16, 27.1], [64.2, 27.1], [64.24, 27.1]] },
      { name: "Route to change" });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=crossing_routes/${id}`);
    await beginEdit(page);
    await dragOn(page, [64.2, 27.1], [64.2, 27.13]); // a vertex
    await dragOn(page, [64.22, 27.115], [64.23, 27.08]); // the middle of the second half
    await clickOn(page, 64.16, 27.1);
    await page.keyboard.press("Delete");
    await save(page);
    await savedId(page, "Route to change");
    const coordinates = (await stored("crossing_routes", id)).geometry?.coordinates as number[][];
    expect(coordinates).toHaveLength(3);
    near(coordinates[0], [64.2, 27.13], 3);
    near(coordinates[1], [64.23, 27.08], 3);
    near(coordinates[2], [64.24, 27.1], 5);
    await expect.poll(async () => (await drawnAt(page, 64.215, 27.105)).map((drawn) => drawn.id)).toContain(id);
  });
});

test("a feature is drawn, changed and deleted by keys alone", async ({ page }) => {
  await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}`);
  const press = async (target: Locator, key = "Enter") => {
    await target.focus();
    await page.keyboard.press(key);
  };
  await page.getByRole("tab", { name: "Layers" }).focus();
  for (let tabs = 0; tabs < 3; tabs++) await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Edit" })).toBeFocused();
  await press(page.getByRole("button", { name: "New: Hazards, line" }));
  await expect(editor(page).getByRole("heading", { level: 2 })).toBeFocused();
  await idle(page);

  await page.locator(".map canvas").focus(); // the crosshair is the hand
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowRight");
  await idle(page);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("Line, 2 vertices").first()).toBeVisible();

  await editor(page).getByLabel("Add a position").focus(); // or written, as a grid reference
  await page.keyboard.type("41R MK 31447 78407");
  await page.keyboard.press("Enter");
  const last = editor(page).getByLabel("Vertex 3", { exact: true });
  await expect(last).toHaveValue(/^26\.\d+, 62\.\d+$/);
  await last.fill("27.2, 64.3");
  await page.keyboard.press("Enter");
  await editor(page).getByLabel("Vertex 1", { exact: true }).fill("nowhere");
  await page.keyboard.press("Tab");
  await expect(editor(page).getByText("Latitude and longitude, or MGRS")).toBeVisible();
  await editor(page).getByLabel("Vertex 1", { exact: true }).fill("27.1N 64.1E");
  await page.keyboard.press("Tab");
  await field(page, "Name").focus();
  await page.keyboard.type("Line by keys");
  await field(page, "Kind").focus();
  await page.keyboard.press("m"); // as a list of choices takes a letter
  await expect(field(page, "Kind")).toHaveValue("minefield");
  await press(editor(page).getByRole("button", { name: "Save" }));

  const id = await savedId(page, "Line by keys");
  const coordinates = (await stored("hazards", id)).geometry?.coordinates as number[][];
  expect(coordinates).toHaveLength(3);
  near(coordinates[0], [64.1, 27.1], 6);
  near(coordinates[2], [64.3, 27.2], 6);

  await press(detail(page).getByRole("button", { name: "Edit", exact: true }));
  await press(editor(page).getByRole("button", { name: "Delete vertex 2" }));
  await press(editor(page).getByRole("button", { name: "Save" }));
  await savedId(page, "Line by keys");
  expect((await stored("hazards", id)).geometry?.coordinates).toHaveLength(2);
  await press(detail(page).getByRole("button", { name: "Delete" }));
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape"); // no
  await expect(page.getByRole("dialog")).toBeHidden();
  expect((await stored("hazards", id)).status).toBe(200);
  await press(detail(page).getByRole("button", { name: "Delete" }));
  await press(page.getByRole("dialog").getByRole("button", { name: "Delete" }));
  await expect(detail(page)).toBeHidden();
  expect((await stored("hazards", id)).status).toBe(404);
});

test("a state is appended to a fence, with its time and cause, and the fence changes its look", async ({ page, watch }) => {
  watch.allow.push(/422/);
  const id = await make("fence_segments", { type: "LineString", coordinates: [[64.17, 27.1], [64.23, 27.1]] },
    { name: "Fence with states", fence_type: "fence" });
  await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=fence_segments/${id}`);
  await detail(page).getByRole("button", { name: "Append a state" }).click();
  const form = detail(page).getByRole("form", { name: "Append a state" });
  await expect(form.getByLabel("State", { exact: false }).first()).toHaveValue(""); // nothing is filled in by itself
  await form.getByRole("button", { name: "Append" }).click();
  await expect(form.locator("[data-field=observed_at] .fault")).toHaveText("This is required");
  await form.getByLabel("State", { exact: false }).first().selectOption("breached");
  await form.locator("[data-field=observed_at] input").fill("2026-05-01T06:30");
  await form.getByLabel("Cause").fill("call 0300 1234567");
  await form.getByRole("button", { name: "Append" }).click();
  await expect(form.locator("[data-field=cause] .fault")).toContainText("telephone"); // the server's pointer
  await page.reload();
  await expect(form.getByLabel("Cause")).toHaveValue("call 0300 1234567"); // nothing typed is lost
  await form.getByLabel("Cause").fill("flood");
  await form.getByLabel("Reason").fill("river bed");
  await form.getByRole("button", { name: "Append" }).click();

  await expect(detail(page).getByRole("heading", { name: "Appended states" })).toBeVisible();
  await expect(detail(page).locator(".history").first()).toContainText("Breached");
  const { properties } = await stored("fence_segments", id);
  expect(properties["state"]).toBe("breached");
  expect(properties["states"]).toMatchObject([{ state: "breached", observed_at: "2026-05-01T06:30:00Z", cause: "flood", reason: "river bed" }]);
  await expect.poll(() => page.evaluate((wanted) => window.sarhadMap?.queryRenderedFeatures()
    .find((drawn) => drawn.properties["id"] === wanted && drawn.sourceLayer === "fence_segments")?.properties["state"], id)).toBe("breached");
});

test("a report is corrected, graded and withdrawn by what is appended, and stays", async ({ page, watch }) => {
  watch.allow.push(/422/);
  const id = await make("reports", { type: "Point", coordinates: [64.2, 27.1] },
    { kind: "crossing", count_min: 3, place: "Dry river", agency: "frontier_corps" });
  await open(page, `#map=12/${ground.lat}/${ground.lon}&off=places&sel=reports/${id}`);
  await expect(detail(page).getByRole("button", { name: "Delete" })).toHaveCount(0);
  await detail(page).getByRole("button", { name: "Correct", exact: true }).click();
  await expect(editor(page).getByText("A report is never written over")).toBeVisible();
  await idle(page);
  await field(page, "Persons, at least").fill("5");
  await editor(page).getByRole("button", { name: "Add: Persons" }).click(); // boxes, not JSON
  const person = editor(page).getByRole("group", { name: "Persons 1" });
  await person.getByLabel("Count").pressSequentially("4");
  await person.getByLabel("Sex").selectOption("f");
  await person.getByLabel("Age band").selectOption("unknown");
  await dragOn(page, [64.2, 27.1], [64.22, 27.11]);
  await save(page);
  await expect(editor(page).locator("[data-field=reason] .fault")).toHaveText("This is required");
  await editor(page).locator("[data-field=reason] input").fill("counted again");
  await save(page);
  await savedId(page, "Dry river");
  const corrected = await stored("reports", id);
  expect(corrected.properties["count_min"]).toBe(5);
  expect(corrected.properties["persons"]).toEqual([{ count: 4, sex: "f", age_band: "unknown" }]);
  near(corrected.geometry?.coordinates, [64.22, 27.11], 3);
  const statements = () => detail(page).locator("section", { has: page.getByRole("heading", { name: "Appended statements" }) }).locator("li");
  await expect(statements()).toHaveCount(1);
  await expect(statements().first()).toContainText("counted again");
  await expect(statements().first()).toContainText("Persons, at least: 3 → 5");
  await expect.poll(async () => (await drawnAt(page, 64.22, 27.11)).map((drawn) => drawn.id)).toContain(id);

  await detail(page).getByRole("button", { name: "Grade", exact: true }).click();
  const grade = detail(page).getByRole("form", { name: "Grade" });
  await grade.getByLabel("Source reliability").selectOption("B");
  await grade.getByRole("button", { name: "Append" }).click();
  await expect(statements()).toHaveCount(2);
  await detail(page).getByRole("button", { name: "Withdraw", exact: true }).click();
  const withdraw = detail(page).getByRole("form", { name: "Withdraw" });
  await withdraw.getByRole("button", { name: "Append" }).click();
  await expect(withdraw.locator("[data-field=reason] .fault")).toHaveText("This is required");
  await withdraw.getByLabel("Reason").fill("told twice");
  await withdraw.getByRole("button", { name: "Append" }).click();
  await expect(statements()).toHaveCount(3);
  await expect(detail(page).getByRole("button", { name: "Reinstate", exact: true })).toBeVisible();
  expect((await stored("reports", id)).properties).toMatchObject({ source_reliability: "B", withdrawn: true, count_min: 5 });
});

test.describe("what is drawn is what is stored", () => {
  test("also where it was edited while out of sight", async ({ page }) => {
    const id = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] }, { name: "Moved unseen", kind: "cold" });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}`);
    await expect.poll(async () => (await drawnAt(page, 64.2, 27.1)).map((drawn) => drawn.id)).toContain(id);
    await jump(page, 66, 28, 12);
    const { etag } = await stored("hazards", id);
    await fetch(`${address()}/collections/hazards/items/${id}`, { method: "PATCH", headers: { "if-match": etag,
      "content-type": "application/merge-patch+json" }, body: JSON.stringify({ geometry: { type: "Point", coordinates: [64.23, 27.12] } }) });
    await jump(page, ground.lon, ground.lat, 12);
    expect((await drawnAt(page, 64.23, 27.12)).map((drawn) => drawn.id)).toContain(id);
    expect((await drawnAt(page, 64.2, 27.1)).map((drawn) => drawn.id)).not.toContain(id);
  });

  test("also where its tiles were on their way when it was saved", async ({ page }) => {
    await open(page, `#map=12/28/66&${quiet}`);
    await beginNew(page, "Hazards, point");
    await editor(page).getByLabel("Add a position").fill(`${ground.lat}, ${ground.lon}`);
    await page.keyboard.press("Enter");
    await field(page, "Name").fill("Saved meanwhile");
    await field(page, "Kind").selectOption("cold");
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    let old = 0;
    await page.route("**/tiles/**hazards**", async (route) => { // answered before the edit, told after it
      const response = await route.fetch();
      old += 1;
      await held;
      await route.fulfill({ response });
    });
    await page.evaluate(([x = 0, y = 0]) => window.sarhadMap?.jumpTo({ center: [x, y], zoom: 12 }), [ground.lon, ground.lat]);
    await expect.poll(() => old).toBeGreaterThan(0);
    await save(page);
    const id = await savedId(page, "Saved meanwhile");
    release();
    await expect.poll(async () => (await drawnAt(page, ground.lon, ground.lat)).map((drawn) => drawn.id)).toContain(id);
  });
});
