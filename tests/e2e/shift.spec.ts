// The shift handover: who comes back is told what happened meanwhile, distress first, and only once.
import type { BrowserContext, Page } from "@playwright/test";
import { expect, idle, test } from "./map_page";
import { at, Desk, detail, openReview } from "./review_page";

const people = [["fia", "analyst", "fia"], ["levies", "analyst", "levies"]] as const;

let desk: Desk;
test.beforeEach(async () => {
  desk = await Desk.start(people);
});
test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await desk.end();
});

const bar = (page: Page) => page.locator(".since");
const panel = (page: Page) => page.getByRole("complementary", { name: "Since you left" });
const som = (n: number) => ({ kind: "som", valid_from: at(100 * n), place: `Post ${n}`, transport: "pickup" });

async function comeBack(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  desk.watch(page);
  await page.goto(`${desk.url}/map/`);
  await idle(page);
  return page;
}

test("what happened after the end of a shift is told, distress first, and each can be opened", async ({ browser }) => {
  const before = [await desk.report("fia", 62, 28, som(0)), await desk.report("levies", 62.01, 28, som(0))] as const;
  const page = await desk.open(browser, "fia");
  await openReview(page);
  await page.getByRole("button", { name: "End my shift" }).click();
  await expect(bar(page)).toContainText("Shift ended");
  const context = page.context();
  await page.close();

  await desk.report("levies", 63, 28, som(1));
  await desk.report("levies", 64, 28, { ...som(2), kind: "distress", sar_phase: "distress", place: "Dry well" });
  await desk.judge("levies", before[0], before[1], "same");

  const again = await comeBack(context);
  await expect(bar(again)).toContainText("in distress: 1 · new reports: 2");
  await expect(bar(again)).toContainText("judgements: 1");
  await bar(again).getByRole("button", { name: "Show" }).click();
  await expect(panel(again).getByRole("heading", { level: 2 })).toBeFocused();
  const sections = panel(again).locator("section");
  await expect(sections.nth(0)).toContainText("Distress");
  await expect(sections.nth(0)).toContainText("Dry well");
  await expect(sections.nth(1)).toContainText("Post 1");
  await expect(panel(again)).toContainText("Same · Levies");
  await sections.nth(0).getByRole("button").click();
  await expect(detail(again)).toContainText("Dry well");
  await detail(again).getByRole("button", { name: "Close" }).click();
  await expect(panel(again)).toBeVisible(); // what lay under it
  await panel(again).getByRole("button", { name: "Mark as read" }).click();
  await expect(panel(again)).toBeHidden();

  await again.reload();
  await idle(again);
  await expect(again.locator('[data-test="live"].live')).toBeVisible();
  await expect(bar(again)).toBeHidden(); // read is read
});

test("a page that was closed for long tells it too; one that was away for a moment doesn't", async ({ browser }) => {
  const page = await desk.open(browser, "fia");
  const context = page.context();
  await page.route("**/elsewhere", (route) => route.fulfill({ contentType: "text/html", body: "<link rel='icon' href='data:,'>" }));
  await page.goto(`${desk.url}/elsewhere`); // a moment
  await desk.report("levies", 62, 28, som(0));
  await page.goto(`${desk.url}/map/`);
  await idle(page);
  await expect(page.locator('[data-test="live"].live')).toBeVisible();
  await desk.report("levies", 63, 28, som(1));
  await expect(page.locator('[data-test="live"]')).toContainText("changed"); // it was told to the page
  await expect(bar(page)).toBeHidden();
  await page.close();

  await desk.report("levies", 64, 28, som(2));
  await context.addInitScript(() => {
    for (const [name, value] of Object.entries({ ...window.localStorage })) {
      if (!name.startsWith("sarhad.left.")) continue;
      const kept = JSON.parse(String(value)) as { left: { at: number } | null };
      if (kept.left !== null) kept.left.at -= 3_600_000; // the clock goes on
      window.localStorage.setItem(name, JSON.stringify(kept));
    }
  });
  const again = await comeBack(context);
  await expect(bar(again)).toContainText("new reports: 1");
});

test("what one account left is nothing to another", async ({ browser }) => {
  const page = await desk.open(browser, "fia");
  await openEndShift(page);
  const context = page.context();
  await page.close();
  await desk.report("levies", 63, 28, som(1));
  const other = await context.newPage();
  await other.addInitScript((held) => window.sessionStorage.setItem("sarhad.token", held), desk.token("levies"));
  await other.goto(`${desk.url}/map/`);
  await idle(other);
  await expect(other.locator(".who")).toContainText("Levies");
  await expect(bar(other)).toBeHidden();
});

async function openEndShift(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Review" }).click();
  await page.getByRole("button", { name: "End my shift" }).click();
  await expect(bar(page)).toContainText("Shift ended");
}
