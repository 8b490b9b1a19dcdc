// Two editors of one feature, and taking back: both versions are shown, nothing of either is lost.
import {
  beginEdit, change, detail, dragOn, editor, field, ground, log, make, near, quiet, save, savedId, stored,
} from "./editing_page";
import { address, drawnAt, expect, open, test } from "./map_page";

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

  test("what was deleted is brought back out of its history", async ({ page, watch }) => {
    watch.allow.push(/404/);
    const id = await make("hazards", { type: "Point", coordinates: [64.2, 27.1] }, { name: "Deleted by somebody", kind: "cold" });
    const { etag } = await stored("hazards", id);
    await fetch(`${address()}/collections/hazards/items/${id}`, { method: "DELETE", headers: { "if-match": etag } });
    await open(page, `#map=12/${ground.lat}/${ground.lon}&${quiet}&sel=hazards/${id}`);
    await detail(page).getByText("Versions").click();
    await expect(detail(page).locator(".versions li").first()).toContainText("deleted");
    await detail(page).getByRole("button", { name: "Restore version 1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await savedId(page, "Deleted by somebody");
    expect((await stored("hazards", id)).properties["kind"]).toBe("cold");
    await expect.poll(async () => (await drawnAt(page, 64.2, 27.1)).map((drawn) => drawn.id)).toContain(id);
  });
});
