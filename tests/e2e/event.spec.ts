// An event is taken apart on the page: why it is what it is, who said so, and how to undo it.
import type { Page } from "@playwright/test";
import { drawnAt, expect, idle, test } from "./map_page";
import { at, Desk, detail, pair } from "./review_page";

const people = [["fia", "analyst", "fia"], ["levies", "analyst", "levies"], ["customs", "viewer", "customs"]] as const;

let desk: Desk;
let reports: [fia: string, levies: string, third: string];

// One interception as three agencies' desks tell it: FIA's is the best graded, the third contradicts.
test.beforeEach(async () => {
  desk = await Desk.start(people);
  const common = { kind: "som", transport: "pickup", place: "Post" };
  reports = [
    await desk.report("fia", 62, 28, { ...common, valid_from: at(0), count_min: 20, count_max: 20, source_reliability: "B", info_credibility: "2",
      som_status: "confirmed", tip_status: "suspected", direction: "in", geo_precision_m: 500 }),
    await desk.report("levies", 62.012, 28.004, { ...common, valid_from: at(0.5), count_min: 22, count_max: 26, source_reliability: "D",
      info_credibility: "4", som_status: "suspected", direction: "in", handling: "H1" }),
    await desk.report("levies", 62.02, 28.01, { ...common, valid_from: at(1), count_min: 60, count_max: 70, direction: "out", source_ref: "LEV-3" }),
  ];
  await desk.judge("fia", reports[0], reports[1], "same");
  await desk.judge("levies", reports[1], reports[2], "same");
});
test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await desk.end();
});

const openEvent = async (page: Page) => expect(detail(page).locator(".members li")).toHaveCount(3);
const hash = () => `#map=12/28.004/62.008&sel=events/${reports[0]}`;

test("an event says why it is here and now, who corroborates it, and what contradicts", async ({ browser }) => {
  const page = await desk.open(browser, "fia", hash());
  await openEvent(page);
  const panel = detail(page);
  await expect(panel).toContainText("2 independent agencies, 3 reports"); // agencies, not reports
  await expect(panel).toContainText("20–70"); // least and most, no mean
  await expect(panel).toContainText("best graded: B2");
  const trafficking = panel.locator(".status-block[data-code='0204']");
  const smuggling = panel.locator(".status-block[data-code='08051']");
  await expect(trafficking.locator("li")).toHaveCount(1);
  await expect(trafficking).toContainText("Suspected");
  await expect(trafficking).toContainText("FIA");
  await expect(smuggling.locator("li")).toHaveCount(2);
  await expect(smuggling.locator("li").filter({ hasText: "Confirmed" })).toContainText("FIA");
  await expect(smuggling.locator("li").filter({ hasText: "Suspected" })).toContainText("Levies");
  await expect(panel.locator(".conflicts")).toContainText("Direction");
  await expect(panel.locator(".conflicts")).toContainText("How many");
  await expect(panel).toContainText("H1"); // the strictest of its reports
  const score = panel.locator("details.score").first();
  await score.locator("summary").click();
  await expect(score.locator(".waterfall tbody tr").first()).toBeVisible();
  await expect(panel.locator(".judgements li").first()).toContainText("Same · Levies");
  await panel.getByText("History", { exact: true }).click();
  await expect(panel.locator(".versions .history li")).toHaveCount(5); // three reports, two judgements
  await idle(page);
  const drawn = (await drawnAt(page)).map((one) => one.layer);
  for (const layer of ["ghost", "tie", "best", "precision-best"]) expect(drawn).toContain(`sarhad-overlay-${layer}`);
});

test("a ring on the map opens its event, and a report leads to the event it belongs to", async ({ browser }) => {
  const page = await desk.open(browser, "fia", `#map=13/28/62&off=reports`);
  await page.locator(".map canvas").focus();
  await page.keyboard.press("Enter"); // what is at the centre
  await openEvent(page);
  await detail(page).locator(".members li").nth(1).getByRole("button").first().click();
  await expect(detail(page).locator(".kicker")).toContainText("Reports");
  await detail(page).getByRole("button", { name: "Show the event" }).click();
  await openEvent(page);
});

test("a report is taken out, the others are told what that means, and one judgement after the other is taken back", async ({ browser }) => {
  const page = await desk.open(browser, "fia", hash());
  await openEvent(page);
  // the second ties the other two: without it they fall apart
  await detail(page).locator(`[data-report='${reports[1]}']`).getByRole("button", { name: /^Take out/ }).click();
  await expect(page.getByRole("dialog")).toContainText("fall into 2 events");
  await page.getByRole("dialog").getByRole("button", { name: "Take out" }).click();
  await expect(detail(page).locator(".members li")).toHaveCount(1);
  for (const id of reports) expect(await desk.members("fia", id)).toEqual([id]);
  const standing = detail(page).locator(".judgements li[data-stands=true]");
  await expect(standing.first()).toContainText("Different · FIA");
  await standing.first().getByRole("button", { name: "Take back" }).click();
  await expect(detail(page).locator(".members li")).toHaveCount(2);
  expect(await desk.members("fia", reports[0])).toEqual([reports[0], reports[1]].sort());
});

test("the part that was split off says where it came from", async ({ browser }) => {
  await desk.judge("fia", reports[1], reports[2], "different");
  const page = await desk.open(browser, "fia", `#map=12/28/62&sel=events/${reports[2]}`);
  await expect(detail(page)).toContainText("Split from another event");
  await detail(page).getByRole("button", { name: "Show that event" }).click();
  await expect(detail(page).locator(".members li")).toHaveCount(2);
});

test("that something did not happen needs a reason, and is on every map at once", async ({ browser }) => {
  const page = await desk.open(browser, "fia", hash());
  const other = await desk.open(browser, "levies", hash());
  await openEvent(page);
  await openEvent(other);
  await detail(page).getByRole("button", { name: "Did not happen" }).click();
  await detail(page).getByRole("button", { name: "Set: Did not happen" }).click();
  await expect(detail(page).getByRole("alert")).toContainText("needs a reason");
  await detail(page).getByLabel("Reason").fill("An exercise");
  await detail(page).getByRole("button", { name: "Set: Did not happen" }).click();
  await expect(detail(page).locator(".state-now")).toContainText("Did not happen");
  await expect(detail(other).locator(".state-now")).toContainText("Did not happen");
  await expect(detail(other)).toContainText("An exercise");
});

test("a rescue report that was linked is told beside the event and changes nothing of it", async ({ browser }) => {
  const before = (await desk.ask("fia", "GET", `/collections/events/items/${reports[0]}`)).body;
  const rescue = await desk.report("levies", 62.01, 28.005, { kind: "distress", sar_phase: "distress", transport: "pickup", valid_from: at(0.7), count_min: 3 });
  await desk.judge("levies", reports[0], rescue, "same");
  const page = await desk.open(browser, "fia", hash());
  await openEvent(page);
  await expect(detail(page)).toContainText("Across the purpose wall, linked and never a part of it");
  expect((await desk.ask("fia", "GET", `/collections/events/items/${reports[0]}`)).body).toEqual(before);
});

test("who may not judge sees all of it and no button that judges", async ({ browser }) => {
  const page = await desk.open(browser, "customs", hash());
  await openEvent(page);
  await expect(detail(page).getByRole("button", { name: /^Take out/ })).toHaveCount(0);
  await expect(detail(page).getByRole("button", { name: "Take back" })).toHaveCount(0);
  await expect(detail(page).getByRole("group", { name: "Set the state" })).toHaveCount(0);
  await expect(pair(page)).toHaveCount(0);
});
