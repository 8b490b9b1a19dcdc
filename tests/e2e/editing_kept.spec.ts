// A form that is refused or cut off keeps what was typed; who may not write is shown nothing to write with.
import type { Page } from "@playwright/test";
import { beginNew, clickOn, detail, editor, field, ground, make, quiet, save, savedId, stored } from "./editing_page";
import { expect, idle, items, open, test } from "./map_page";

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
