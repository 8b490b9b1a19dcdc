// Editing on the map as people do it: by hand, by keys, two at once, refused, cut off, taken back.
import type { Locator, Page } from "@playwright/test";
import { address, drawnAt, expect, idle, items, jump, open, test } from "./map_page";

// Where nothing of the demo lies: what is found there was made by the test.
const ground = { lon: 64.2, lat: 27.1 };
const quiet = "off=reports,places";

interface Stored {
  status: number;
  etag: string;
  geometry: { type: string; coordinates: number[] | number[][] | number[][][] } | null;
  properties: Record<string, unknown>;
}

async function stored(collection: string, id: string): Promise<Stored> {
  const response = await fetch(`${address()}/collections/${collection}/items/${id}`);
  const body = response.status === 200 ? await response.json() : { geometry: null, properties: {} };
  return { status: response.status, etag: response.headers.get("etag") ?? "", geometry: body.geometry, properties: body.properties };
}

async function make(collection: string, geometry: unknown, properties: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${address()}/collections/${collection}/items`, {
    method: "POST",
    headers: { "content-type": "application/geo+json" },
    body: JSON.stringify({ type: "Feature", geometry, properties }),
  });
  expect(response.status, await response.clone().text()).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function change(collection: string, id: string, properties: Record<string, unknown>): Promise<void> {
  const { etag } = await stored(collection, id);
  const response = await fetch(`${address()}/collections/${collection}/items/${id}`, {
    method: "PATCH",
    headers: { "content-type": "application/merge-patch+json", "if-match": etag },
    body: JSON.stringify({ properties }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
}

async function pointOn(page: Page, lon: number, lat: number): Promise<{ x: number; y: number }> {
  return page.evaluate(([x = 0, y = 0]) => {
    const map = window.sarhadMap;
    if (map === undefined) throw new Error("no map");
    const { left, top } = map.getCanvas().getBoundingClientRect();
    const at = map.project([x, y]);
    return { x: left + at.x, y: top + at.y };
  }, [lon, lat]);
}

async function clickOn(page: Page, lon: number, lat: number): Promise<void> {
  const { x, y } = await pointOn(page, lon, lat);
  await page.mouse.click(x, y);
}

async function dragOn(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const [a, b] = [await pointOn(page, ...from), await pointOn(page, ...to)];
  await page.mouse.move(a.x, a.y);
  await page.mouse.down();
  await page.mouse.move((a.x + b.x) / 2, (a.y + b.y) / 2);
  await page.mouse.move(b.x, b.y);
  await page.mouse.up();
}

const editor = (page: Page) => page.getByRole("complementary", { name: "Editor" });
const detail = (page: Page) => page.getByRole("complementary", { name: "Feature" });
const log = (page: Page) => page.locator(".edits li");
const save = (page: Page) => editor(page).getByRole("button", { name: "Save", exact: true }).click();

async function beginNew(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name: "Edit" }).click();
  await page.getByRole("button", { name: `New: ${name}` }).click();
  await expect(editor(page).getByRole("button", { name: "Save" })).toBeVisible();
  await idle(page); // the map has made room
}

async function beginEdit(page: Page): Promise<void> {
  await detail(page).getByRole("button", { name: "Edit", exact: true }).click();
  await expect(editor(page).getByRole("button", { name: "Save" })).toBeVisible();
  await idle(page);
}

// Of what the detail panel shows once a feature is stored.
async function savedId(page: Page, title: string): Promise<string> {
  await expect(detail(page).getByRole("heading", { level: 2, name: title })).toBeVisible();
  await expect.poll(() => /sel=\w+\/([\w-]+)/.exec(page.url())?.[1]).toBeTruthy();
  return /sel=\w+\/([\w-]+)/.exec(page.url())?.[1] ?? "";
}

const field = (page: Page, name: string): Locator => editor(page).getByLabel(name, { exact: false }).first();
const near = (found: unknown, wanted: readonly number[], digits = 2) => {
  const position = found as number[];
  expect(position[0]).toBeCloseTo(wanted[0] ?? NaN, digits);
  expect(position[1]).toBeCloseTo(wanted[1] ?? NaN, digits);
};

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
  await dragOn(page, [64.2, 27.1], [64.22, 27.11]);
  await save(page);
  await expect(editor(page).locator("[data-field=reason] .fault")).toHaveText("This is required");
  await editor(page).locator("[data-field=reason] input").fill("counted again");
  await save(page);
  await savedId(page, "Dry river");
  const corrected = await stored("reports", id);
  expect(corrected.properties["count_min"]).toBe(5);
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

test.describe("two editors at once", () => {
  test("both versions are shown, each field is chosen, and nothing of either is lost", async ({ page, browser, watch }) => {
    watch.allow.push(/412/);
    const id = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] },
      { name: "As it was", kind: "heat", season: "summer" });
    const hash = `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=hazards/${id}`;
    const context = await browser.newContext();
    const other = await context.newPage();
    await open(page, hash);
    await open(other, hash);
    await beginEdit(page);
    await beginEdit(other);
    await field(other, "Name").fill("Theirs");
    await dragOn(other, [64.2, 27.1], [64.22, 27.12]);
    await save(other);
    await savedId(other, "Theirs");
    await field(page, "Name").fill("Mine");
    await field(page, "Season").fill("winter");
    await save(page);

    const conflict = editor(page).getByRole("region", { name: "Somebody else has changed this" });
    await expect(conflict).toBeVisible();
    const row = (name: string) => conflict.locator(`tr[data-field=${name}]`);
    await expect(row("name")).toContainText("Before: As it was");
    await expect(row("name").locator("[data-side=mine]")).toHaveText("Mine");
    await expect(row("name").locator("[data-side=theirs]")).toHaveText("Theirs");
    await expect(row("geometry").getByRole("radio", { name: "Shape: Theirs" })).toBeChecked(); // only they moved it
    await expect(row("season").getByRole("radio", { name: "Season: Mine" })).toBeChecked(); // only I wrote it
    await expect(row("kind")).toHaveCount(0);
    await expect(conflict.getByRole("button", { name: "1 left to choose" })).toBeDisabled();
    expect((await stored("hazards", id)).properties["name"]).toBe("Theirs");
    await row("name").getByRole("radio", { name: "Name: Mine" }).check();
    await conflict.getByRole("button", { name: "Save the choice" }).click();
    await savedId(page, "Mine");
    const result = await stored("hazards", id);
    expect(result.properties).toMatchObject({ name: "Mine", season: "winter", kind: "heat", version: 3 });
    near(result.geometry?.coordinates, [64.22, 27.12], 3);
    await context.close();
  });

  test("mine is taken over theirs; theirs is kept and mine can be brought back", async ({ page, watch }) => {
    watch.allow.push(/412/);
    const id = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] }, { name: "Before", kind: "heat" });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=hazards/${id}`);
    await beginEdit(page);
    await field(page, "Name").fill("Mine one");
    await change("hazards", id, { name: "Theirs one", season: "dry" });
    await save(page);
    await editor(page).getByRole("button", { name: "Take mine over theirs" }).click();
    await savedId(page, "Mine one");
    expect((await stored("hazards", id)).properties).toMatchObject({ name: "Mine one", season: null });

    await beginEdit(page);
    await field(page, "Name").fill("Mine two");
    await change("hazards", id, { name: "Theirs two" });
    await save(page);
    await editor(page).getByRole("button", { name: "Keep theirs" }).click();
    await savedId(page, "Theirs two");
    expect((await stored("hazards", id)).properties["name"]).toBe("Theirs two");
    await page.getByRole("tab", { name: "Edit" }).click();
    await page.getByRole("button", { name: "Bring it back" }).click();
    await expect(field(page, "Name")).toHaveValue("Mine two");
  });

  test("what somebody deleted meanwhile can be made a new feature", async ({ page, watch }) => {
    watch.allow.push(/404/, /412/);
    const id = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] }, { name: "Deleted meanwhile", kind: "heat" });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=hazards/${id}`);
    await beginEdit(page);
    await field(page, "Name").fill("Still mine");
    const { etag } = await stored("hazards", id);
    await fetch(`${address()}/collections/hazards/items/${id}`, { method: "DELETE", headers: { "if-match": etag } });
    await save(page);
    await editor(page).getByRole("button", { name: "Make it a new feature" }).click();
    await expect(field(page, "Name")).toHaveValue("Still mine");
    await save(page);
    const again = await savedId(page, "Still mine");
    expect(again).not.toBe(id);
    expect((await stored("hazards", again)).properties["kind"]).toBe("heat");
  });
});

test.describe("taking back", () => {
  test("an edit, a deletion and a new feature are undone by a new version", async ({ page }) => {
    const id = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] }, { name: "First name", kind: "cold" });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=hazards/${id}`);
    await page.getByRole("tab", { name: "Edit" }).click();
    for (const name of ["Second name", "Third name"]) {
      await beginEdit(page);
      await field(page, "Name").fill(name);
      await save(page);
      await savedId(page, name);
    }
    await expect(log(page).nth(1).getByRole("button", { name: /^Undo/ })).toHaveCount(0); // the later one first
    await log(page).nth(0).getByRole("button", { name: /^Undo/ }).click();
    await savedId(page, "Second name");
    await log(page).nth(1).getByRole("button", { name: /^Undo/ }).click();
    await savedId(page, "First name");
    expect((await stored("hazards", id)).properties).toMatchObject({ name: "First name", version: 5 });

    await detail(page).getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(detail(page)).toBeHidden();
    expect((await stored("hazards", id)).status).toBe(404);
    await log(page).nth(0).getByRole("button", { name: /^Undo/ }).click();
    await savedId(page, "First name");
    expect((await stored("hazards", id)).properties["kind"]).toBe("cold");
    await expect.poll(async () => (await drawnAt(page, 64.2, 27.1)).map((drawn) => drawn.id)).toContain(id);
  });

  test("a deleted fence comes back with all its states", async ({ page }) => {
    const id = await make("fence_segments", { type: "LineString", coordinates: [[64.17, 27.1], [64.23, 27.1]] },
      { name: "Fence to bring back", fence_type: "wall" });
    for (const state of [{ state: "intact", observed_at: "2026-01-01T00:00:00Z" },
      { state: "damaged", observed_at: "2026-02-01T00:00:00Z", cause: "vehicle" }])
      expect((await fetch(`${address()}/collections/fence_segments/items/${id}/statements`, { method: "POST",
        headers: { "content-type": "application/json" }, body: JSON.stringify({ type: "state", ...state }) })).status).toBe(201);
    const before = await stored("fence_segments", id);
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=fence_segments/${id}`);
    await page.getByRole("tab", { name: "Edit" }).click();
    await detail(page).getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(detail(page)).toBeHidden();
    await log(page).nth(0).getByRole("button", { name: /^Undo/ }).click();
    await savedId(page, "Fence to bring back");
    const { properties, geometry } = await stored("fence_segments", id);
    expect(geometry).toEqual(before.geometry);
    expect(properties["states"]).toEqual(before.properties["states"]);
    expect(properties["state"]).toBe("damaged");
  });

  test("what was changed since is said and left alone", async ({ page, watch }) => {
    watch.allow.push(/412/);
    const id = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] }, { name: "Old", kind: "cold" });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=hazards/${id}`);
    await page.getByRole("tab", { name: "Edit" }).click();
    await beginEdit(page);
    await field(page, "Name").fill("New");
    await save(page);
    await savedId(page, "New");
    await change("hazards", id, { name: "Newer, by somebody" });
    await log(page).nth(0).getByRole("button", { name: /^Undo/ }).click();
    await expect(log(page).nth(0)).toContainText("changed by somebody since: not undone");
    expect((await stored("hazards", id)).properties["name"]).toBe("Newer, by somebody");
  });

  test("the history says who and when, and an old version is restored", async ({ page }) => {
    const id = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] }, { name: "Version one", kind: "cold" });
    await change("hazards", id, { name: "Version two", season: "dry" });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=hazards/${id}`);
    await detail(page).getByText("Versions").click();
    const versions = detail(page).locator(".versions li");
    await expect(versions).toHaveCount(2);
    await expect(versions.nth(0)).toContainText("Changed: Name, Season");
    await expect(versions.nth(0)).toContainText("by open");
    await expect(versions.nth(1).locator("time")).toHaveAttribute("datetime", /^20\d\d-/);
    await versions.nth(1).getByRole("button", { name: "Restore version 1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await savedId(page, "Version one");
    expect((await stored("hazards", id)).properties).toMatchObject({ name: "Version one", season: null, version: 3 });
    await expect(versions).toHaveCount(3);
  });
});

test.describe("what was typed is kept", () => {
  test("a refusal is shown at the field that the server points to", async ({ page, watch }) => {
    watch.allow.push(/422/);
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}`);
    await beginNew(page, "Hazards, area");
    for (const [lon, lat] of [[64.17, 27.08], [64.23, 27.12], [64.23, 27.08], [64.17, 27.12]] as const) await clickOn(page, lon, lat);
    await editor(page).locator("[name=remarks]").fill("ring 0300 1234567");
    await save(page);
    await expect(editor(page).locator("[data-field=kind] .fault")).toHaveText("This is required"); // before it is sent
    await expect(field(page, "Kind")).toBeFocused();
    await field(page, "Kind").selectOption("flood");
    await save(page);
    await expect(editor(page).locator("[data-field=geometry] .fault")).toBeVisible(); // a bow-tie
    await editor(page).getByRole("button", { name: "Remove the shape" }).click();
    for (const [lon, lat] of [[64.17, 27.08], [64.23, 27.08], [64.23, 27.12]] as const) await clickOn(page, lon, lat);
    await save(page);
    const remarks = editor(page).locator("[data-field=remarks]");
    await expect(remarks.locator(".fault")).toContainText("telephone");
    await expect(remarks.locator("textarea")).toBeFocused();
    await expect(remarks.locator("textarea")).toHaveValue("ring 0300 1234567");
  });

  test("over a lost network and over a reload, and it is stored once", async ({ page, watch }) => {
    watch.allow.push(/ERR_FAILED|ERR_INTERNET/);
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}`);
    await beginNew(page, "Facilities, point");
    await clickOn(page, 64.21, 27.11);
    await field(page, "Name").fill("Shelter off line");
    await field(page, "Kind").selectOption("shelter");
    await field(page, "Capacity").fill("40");
    let answered = 0;
    await page.route("**/collections/facilities/items", async (route) => { // stored, but the answer is lost
      answered = (await route.fetch()).status();
      await route.abort();
    });
    await save(page);
    await expect(editor(page).getByRole("alert")).toContainText("No answer from the server");
    expect(answered).toBe(201);
    await page.unroute("**/collections/facilities/items");
    await page.reload();
    await idle(page);
    await expect(field(page, "Name")).toHaveValue("Shelter off line");
    await expect(field(page, "Kind")).toHaveValue("shelter");
    await expect(field(page, "Capacity")).toHaveValue("40");
    await expect(editor(page).getByLabel("Vertex 1", { exact: true })).toHaveValue(/^27\.1\d+, 64\.2\d+$/);
    await save(page);
    await savedId(page, "Shelter off line");
    expect((await items("facilities", "&name=Shelter%20off%20line"))).toHaveLength(1);
  });

  test("under another feature that is looked at, and discarded only after a question", async ({ page }) => {
    await make("hazards", { type: "Point", coordinates: [64.2, 27.1] }, { name: "Looked at", kind: "cold" });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}`);
    await beginNew(page, "Facilities, point");
    await field(page, "Name").fill("Half done");
    await page.getByRole("tab", { name: "In view" }).click();
    await page.locator(".feature-row", { hasText: "Looked at" }).first().click();
    await expect(detail(page).getByText("Not saved yet: Half done")).toBeVisible();
    await detail(page).getByRole("button", { name: "Continue editing" }).click();
    await expect(field(page, "Name")).toHaveValue("Half done");
    await editor(page).getByRole("button", { name: "Cancel" }).last().click();
    await page.getByRole("dialog").getByRole("button", { name: "Keep editing" }).click();
    await expect(field(page, "Name")).toHaveValue("Half done");
    await editor(page).getByRole("button", { name: "Cancel" }).last().click();
    await page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
    await expect(editor(page)).toBeHidden();
  });

  for (const [status, said] of [[403, "may not write this"], [409, "contradicts"], [428, "which version"],
    [503, "can't write at the moment. What you entered is kept. Try again in 7 s."], [507, "disk is full"]] as const) {
    test(`an answer of ${status} is said in words`, async ({ page, watch }) => {
      watch.allow.push(new RegExp(String(status)));
      await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}`);
      await beginNew(page, "Facilities, point");
      await field(page, "Name").fill("Never stored");
      await field(page, "Kind").selectOption("shelter");
      await page.route("**/collections/facilities/items", (route) => route.fulfill({ status, contentType: "application/problem+json",
        headers: status === 503 ? { "retry-after": "7" } : {}, body: JSON.stringify({ title: "no", status, detail: "because" }) }));
      await save(page);
      await expect(editor(page).getByRole("alert")).toContainText(said);
      await expect(editor(page).getByRole("alert")).toContainText("because");
      await expect(field(page, "Name")).toHaveValue("Never stored");
    });
  }
});

test.describe("under a token", () => {
  const signIn = async (page: Page, token: string) => {
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Token", { exact: true }).fill(token);
    await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
    await idle(page);
  };

  test("a role that may not write is shown nothing to write with", async ({ page, watch }) => {
    const token = process.env["SARHAD_E2E_VIEWER"];
    test.skip(token === undefined, "no tokens: the server was not started by this run");
    watch.allow.push(/401/);
    const [fence] = (await items("fence_segments")).filter((item) =>
      Array.isArray(item.properties["releasable_to"]) && item.properties["releasable_to"].includes("levies"));
    if (fence === undefined) throw new Error("a fence that is released to levies");
    await open(page, `#sel=fence_segments/${fence.id}`);
    await expect(detail(page).getByRole("button", { name: "Edit", exact: true })).toBeVisible(); // --open
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Token", { exact: true }).fill("sarhad_0000000000");
    await page.getByRole("dialog").getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("dialog")).toContainText("does not know this token");
    await page.keyboard.press("Escape");
    await signIn(page, token ?? "");
    await expect(page.locator(".who")).toContainText("Levies · Viewer");
    await expect(detail(page).getByRole("heading", { level: 2, name: String(fence.properties["name"]) })).toBeVisible();
    await expect(page.getByRole("tab", { name: "In view" })).toBeVisible();
    await expect(page.getByRole("tab", { name: "Edit" })).toHaveCount(0);
    for (const name of ["Edit", "Delete", "Append a state"])
      await expect(detail(page).getByRole("button", { name, exact: true })).toHaveCount(0);
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByRole("tab", { name: "Edit" })).toBeVisible();
  });

  test("an analyst edits what belongs to the own agency and nothing else", async ({ page }) => {
    const token = process.env["SARHAD_E2E_ANALYST"];
    test.skip(token === undefined, "no tokens: the server was not started by this run");
    const theirs = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] },
      { name: "Of the levies", kind: "cold", agency: "levies", releasable_to: ["frontier_corps"] });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=hazards/${theirs}`);
    await signIn(page, token ?? "");
    await expect(detail(page).getByRole("heading", { level: 2, name: "Of the levies" })).toBeVisible();
    await expect(detail(page).getByRole("button", { name: "Edit", exact: true })).toHaveCount(0);
    await beginNew(page, "Hazards, point");
    await clickOn(page, 64.21, 27.12);
    await field(page, "Name").fill("Of the corps");
    await field(page, "Kind").selectOption("water");
    await expect(editor(page).locator("[data-field=agency]")).toHaveCount(0);
    await save(page);
    const id = await savedId(page, "Of the corps");
    await expect(detail(page).getByRole("button", { name: "Edit", exact: true })).toBeVisible();
    expect((await stored("hazards", id)).properties["agency"]).toBe("frontier_corps");
    expect(await page.evaluate(() => Object.keys(window.localStorage))).not.toContain("sarhad.token");
  });
});
