// Reports of several agencies become one picture by people's judgements: by keys, by two people at once, taken back, and
// never against what stands.
import type { Page } from "@playwright/test";
import { drawnAt, expect, idle, jump, test } from "./map_page";
import { at, Desk, detail, keyOf, openReview, pair, rows, shownPair } from "./review_page";

const people = [["fia", "analyst", "fia"], ["levies", "analyst", "levies"], ["customs", "viewer", "customs"]] as const;

let desk: Desk;
test.beforeEach(async () => {
  desk = await Desk.start(people);
});
test.afterEach(async ({ browser }) => {
  for (const context of browser.contexts()) await context.close();
  await desk.end();
});

// The same interception told by two agencies; `n` keeps one place from another.
async function told(n: number, more: Record<string, unknown> = {}, other: Record<string, unknown> = {}): Promise<[string, string]> {
  const common = { kind: "som", transport: "pickup", direction: "in", place: `Post ${n}`, count_min: 20, count_max: 20, ...more };
  const one = await desk.report("fia", 62 + n / 2, 28, { ...common, valid_from: at(100 * n), ...more });
  const two = await desk.report("levies", 62 + n / 2 + 0.012, 28.004, { ...common, valid_from: at(100 * n + 0.5), ...more, ...other });
  return [one, two];
}

async function begin(page: Page): Promise<void> {
  await openReview(page);
  await page.keyboard.press("n");
  await expect(pair(page)).toBeVisible();
}

// Presses a key that leads to another pair, and waits for it.
async function pressOn(page: Page, key: string): Promise<string> {
  const before = await shownPair(page);
  await page.keyboard.press(key);
  await expect.poll(() => shownPair(page)).not.toBe(before);
  return shownPair(page);
}

const verdicts = async (name: string) => ((await desk.ask(name, "GET", "/judgements")).body.judgements ?? []).map((one) => one.verdict);

test("the queue is worked through by keys alone, and what was judged is taken back", async ({ browser }) => {
  const pairs = [await told(0), await told(1), await told(2)];
  const page = await desk.open(browser, "fia");
  await page.getByRole("tab", { name: "Layers" }).focus();
  for (let presses = 0; presses < 4; presses++) await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Review" })).toBeFocused();
  await expect(rows(page)).toHaveCount(3);
  await page.keyboard.press("n");
  await expect(pair(page).getByRole("heading", { level: 2 })).toBeFocused();
  const first = await shownPair(page);
  const ids = first.split("~") as [string, string];
  expect(pairs.map(([a, b]) => keyOf(a, b))).toContain(first);

  const second = await pressOn(page, "s");
  expect(await desk.members("fia", ids[0])).toEqual(ids);
  await expect(rows(page)).toHaveCount(2);
  const third = await pressOn(page, "ArrowRight");
  expect(await pressOn(page, "p")).toBe(second);
  await pressOn(page, "u");
  expect(await shownPair(page)).toBe(third);
  await expect(page.getByRole("button", { name: /^Unsure \d/ })).toContainText("1");

  // typing is not judging
  await pair(page).getByRole("textbox", { name: "Reason (optional)" }).focus();
  await page.keyboard.type("sudden dunes, no way past");
  expect(await verdicts("fia")).toEqual(["unsure", "same"]);
  await page.keyboard.press("Escape");
  await expect(pair(page).getByRole("heading", { level: 2 })).toBeFocused();
  await page.keyboard.press("d");
  await expect(page.getByText("No pair of reports waits")).toBeVisible();
  await expect.poll(() => verdicts("fia")).toEqual(["different", "unsure", "same"]);

  for (const back of [third, second, first]) {
    await page.keyboard.press("z");
    await expect.poll(() => shownPair(page)).toBe(back);
  }
  for (const [one, other] of pairs) for (const id of [one, other]) expect(await desk.members("fia", id)).toEqual([id]);
  await expect(rows(page)).toHaveCount(3);
  expect((await verdicts("fia")).slice(0, 3)).toEqual(["none", "none", "none"]);
});

test("a pair shows both reports with what differs, the score's terms, and both places on the map", async ({ browser }) => {
  const [a, b] = await told(0, {}, { transport: "truck", count_min: 24, count_max: 26 });
  const page = await desk.open(browser, "fia");
  await begin(page);
  expect(await shownPair(page)).toBe(keyOf(a, b));
  const row = (name: string) => pair(page).locator(`.compare tr[data-field=${name}]`);
  await expect(row("transport")).toHaveAttribute("data-difference", "differs");
  await expect(row("transport")).toContainText("Pickup");
  await expect(row("transport")).toContainText("Truck");
  await expect(row("count")).toContainText("24–26");
  await expect(row("kind")).toHaveAttribute("data-difference", "alike");
  const terms = pair(page).locator(".waterfall tbody tr");
  await expect(terms.filter({ hasText: /1\.\d km apart/ }).locator(".beam.more")).toBeVisible();
  await expect(terms.filter({ hasText: "Pickup and truck" })).toBeVisible();
  const bits = await pair(page).locator(".waterfall .bits").allTextContents();
  const numbers = bits.map((text) => Number(text.replace("−", "-").replace("±", "")));
  const sum = numbers.slice(0, -1).reduce((total, one) => total + one, 0);
  expect(sum).toBeCloseTo(numbers.at(-1) ?? NaN, 0);
  await expect(pair(page).getByRole("heading", { level: 2 })).toContainText("%");
  const unnamed = await pair(page).locator("button, input, summary, a").evaluateAll((stops) => stops
    .filter((stop) => (stop.getAttribute("aria-label") ?? stop.textContent ?? "").trim() === "").length);
  expect(unnamed, "stops of the Tab key without a name").toBe(0);
  await idle(page);
  const drawn = (await drawnAt(page)).map((one) => one.layer);
  for (const layer of ["mark-a", "mark-b", "between", "precision-a", "precision-b"]) expect(drawn).toContain(`sarhad-overlay-${layer}`);
});

test("two people judge one pair at once: the second is shown the first's word, and nothing is lost", async ({ browser }) => {
  const [a, b] = await told(0);
  await told(1);
  const page = await desk.open(browser, "fia");
  await openReview(page);
  await rows(page).filter({ hasText: "Post 0" }).click();
  await expect(pair(page)).toHaveAttribute("data-pair", keyOf(a, b));
  // the other's judgement is stored while this one is on its way
  let raced = false;
  await page.route("**/judgements", async (route) => {
    if (route.request().method() === "POST" && !raced) {
      raced = true;
      await desk.judge("levies", a, b, "different");
    }
    await route.continue();
  });
  await page.keyboard.press("s");
  const alert = pair(page).getByRole("alert");
  await expect(alert).toContainText("Somebody has judged this pair meanwhile");
  await expect(alert).toContainText("Different · Levies");
  expect(await verdicts("fia")).toEqual(["different"]);
  expect(await shownPair(page)).toBe(keyOf(a, b));

  // knowing of it one may judge again
  await page.keyboard.press("s");
  await expect.poll(() => verdicts("fia")).toEqual(["same", "different"]);
  expect(await desk.members("fia", a)).toEqual([a, b].sort());
  await page.keyboard.press("z"); // what stood before mine is the other's word
  await expect.poll(() => verdicts("fia")).toEqual(["different", "same", "different"]);
});

test("a judgement in one browser puts the merged ring on the map of another within seconds", async ({ browser }) => {
  const [a, b] = await told(0);
  const mine = await desk.open(browser, "fia");
  const theirs = await desk.open(browser, "levies");
  await jump(theirs, 62.006, 28.002, 12);
  const rings = async () => [...new Set((await drawnAt(theirs)).filter((one) => one.collection === "events").map((one) => one.id))].sort();
  await expect.poll(rings).toEqual([a, b].sort());
  await begin(mine);
  await mine.keyboard.press("s");
  await expect.poll(rings).toEqual([a]);
  await expect.poll(async () => (await drawnAt(theirs)).some((one) => one.collection === "events" && one.layer !== "")).toBe(true);
  await mine.keyboard.press("z");
  await expect.poll(rings).toEqual([a, b].sort());
});

test("a contradiction is refused with the way that joins the reports and the word against it", async ({ browser }) => {
  const [a, b] = await told(0);
  const c = await desk.report("fia", 62.02, 28.01, { kind: "som", transport: "pickup", valid_from: at(1), place: "Post 0", source_ref: "THIRD" });
  await desk.judge("levies", a, b, "same");
  await desk.judge("levies", b, c, "different");
  const page = await desk.open(browser, "fia", `#map=12/28/62&sel=reports/${c}`);
  await detail(page).getByText(/May tell of the same/).click();
  await detail(page).locator(".pair-row").filter({ hasText: "FIA · Smuggling" }).click();
  await expect(pair(page)).toHaveAttribute("data-pair", keyOf(a, c));
  await pair(page).locator(".waterfall tfoot").scrollIntoViewIfNeeded(); // what refuses is seen wherever one reads
  await page.keyboard.press("s");
  const alert = pair(page).getByRole("alert");
  await expect(alert).toContainText("This contradicts what was judged before");
  await expect(alert).toBeInViewport();
  await expect(alert.locator(".way li")).toHaveCount(3);
  await expect(alert).toContainText("Different · Levies");
  await idle(page);
  expect((await drawnAt(page)).map((one) => one.layer)).toContain("sarhad-overlay-path");
  expect(await verdicts("fia")).toEqual(["different", "same"]);

  // a report of the way is looked at, and the pair is still there
  await alert.locator(".way button").nth(1).click();
  await expect(detail(page)).toBeVisible();
  await detail(page).getByRole("button", { name: "Back to the pair" }).click();
  await expect(pair(page)).toHaveAttribute("data-pair", keyOf(a, c));
});

test("a pair that another desk has open is marked, and passed over by next", async ({ browser }) => {
  await told(0);
  await told(1);
  await told(2);
  const mine = await desk.open(browser, "fia");
  await begin(mine);
  const first = await shownPair(mine);
  const theirs = await desk.open(browser, "levies");
  await begin(theirs); // the first is taken: another comes
  const second = await shownPair(theirs);
  expect(second).not.toBe(first);
  await expect(theirs.locator(".badge.claimed")).toContainText("open at: FIA");
  const third = await pressOn(theirs, "n");
  expect([first, second]).not.toContain(third);
  expect(await pressOn(theirs, "n")).toBe(second); // past the first, round the end
  await rows(theirs).filter({ has: theirs.locator(".claimed") }).click(); // by its own button it comes, and says so
  await expect.poll(() => shownPair(theirs)).toBe(first);
  await expect(pair(theirs)).toContainText("FIA has this pair open on another desk now");
});

test("the queue follows what others do, and the pair in sight stays", async ({ browser }) => {
  const [a, b] = await told(0);
  const page = await desk.open(browser, "fia");
  await begin(page);
  const [c, d] = await told(1, { kind: "distress", sar_phase: "distress" });
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText("Distress"); // first of all, and marked
  expect(await shownPair(page)).toBe(keyOf(a, b));
  await desk.judge("levies", a, b, "same");
  await expect(pair(page).locator("[data-test=news]")).toContainText("Judged by somebody else meanwhile: Same");
  await expect(pair(page).locator("[data-test=news]")).toBeInViewport();
  expect(await shownPair(page)).toBe(keyOf(a, b));
  await expect(rows(page)).toHaveCount(1);
  expect(await pressOn(page, "n")).toBe(keyOf(c, d));
  await expect(pair(page)).toContainText("Distress. Before everything else");
});

test("across the purpose wall one links, and reads why", async ({ browser }) => {
  const [a, b] = await told(0, {}, { kind: "death" });
  await desk.judge("fia", a, b, "unsure");
  const page = await desk.open(browser, "fia", `#map=12/28/62&sel=reports/${a}`);
  await detail(page).getByText(/May tell of the same/).click();
  await detail(page).locator(".pair-row").first().click();
  await expect(pair(page)).toContainText("One of the two is a rescue report");
  await pair(page).getByRole("button", { name: "Link", exact: true }).click();
  await expect.poll(() => verdicts("fia")).toEqual(["same", "unsure"]);
  expect(await desk.members("fia", a)).toEqual([a]);
  expect(await desk.members("fia", b)).toEqual([b]);
});

test("resubmissions are judged together after a question that says how many, and taken back as one", async ({ browser }) => {
  const sent: string[] = [];
  for (const ref of ["OLD", "NEW"]) {
    for (let n = 0; n < 3; n++)
      sent.push(await desk.report("fia", 63 + n, 27, { kind: "fuel", transport: "pickup", valid_from: at(300 * n), place: `Road ${n}`,
        remarks: `Nine barrels, load ${n}`, source_ref: `${ref}-${n}` }));
  }
  const page = await desk.open(browser, "fia");
  await openReview(page);
  await page.getByRole("button", { name: "Judge them the same" }).click();
  await expect(page.getByRole("dialog")).toContainText("Judge 3 resubmissions the same?");
  await page.getByRole("dialog").getByRole("button", { name: "Judge 3 pairs the same" }).click();
  await expect(page.getByText("No pair of reports waits")).toBeVisible();
  expect(await desk.members("fia", sent[0] ?? "")).toEqual([sent[0], sent[3]].sort());
  await page.getByRole("button", { name: "Take back" }).click();
  await expect.poll(() => desk.members("fia", sent[0] ?? "")).toEqual([sent[0]]);
  for (const id of sent) expect(await desk.members("fia", id)).toEqual([id]);
});

test("a queue that can't be read says so, and is read again on demand", async ({ browser }) => {
  await told(0);
  const page = await desk.open(browser, "fia");
  let broken = true;
  await page.route("**/judgements/queue**", (route) => (broken ? route.abort("connectionrefused") : route.continue()));
  await page.getByRole("tab", { name: "Review" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "The queue could not be read" })).toBeVisible();
  broken = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByText("The queue could not be read")).toBeHidden();
});

// The server stores the first judgement, its answer never comes; `more`: neither does any news of it.
async function loseAnswer(page: Page, more: boolean): Promise<void> {
  let lost = false;
  await page.route("**/judgements", async (route) => {
    if (route.request().method() !== "POST" || lost) return route.continue();
    lost = true;
    if (more) for (const news of ["**/judgements/queue**", "**/candidates**"]) await page.route(news, (asked) => asked.abort("connectionreset"));
    await route.fetch();
    return route.abort("connectionreset");
  });
}

test("a judgement whose answer is lost is sent again and stored once", async ({ browser }) => {
  const [a, b] = await told(0);
  const page = await desk.open(browser, "fia");
  await begin(page);
  await loseAnswer(page, true);
  await page.keyboard.press("s");
  await expect(pair(page).getByRole("alert")).toContainText("No answer from the server");
  expect(await shownPair(page)).toBe(keyOf(a, b));
  await page.keyboard.press("s");
  await expect(pair(page)).toBeHidden(); // it was taken
  expect(await verdicts("fia")).toEqual(["same"]);
});

test("a judgement whose answer is lost is known as one's own when news of it come, and can be taken back", async ({ browser }) => {
  await told(0);
  const page = await desk.open(browser, "fia");
  await begin(page);
  await loseAnswer(page, false);
  await page.keyboard.press("s");
  await expect(pair(page)).toContainText("Your judgement has arrived after all: Same");
  await expect(pair(page).getByRole("alert")).toHaveCount(0);
  await page.keyboard.press("z");
  await expect.poll(() => verdicts("fia")).toEqual(["none", "same"]);
});

test("who may not judge reads the queue and is told why", async ({ browser }) => {
  await told(0);
  const page = await desk.open(browser, "customs");
  await openReview(page);
  await expect(page.getByText("Judging needs the role")).toBeVisible();
  await page.keyboard.press("n");
  await expect(pair(page)).toBeVisible();
  await expect(pair(page).getByRole("button", { name: "Same" })).toHaveCount(0);
  await expect(pair(page).getByText("Judging needs the role")).toBeVisible();
  await page.keyboard.press("s");
  expect(await verdicts("fia")).toEqual([]);
});

test("on a phone the pair lies under its map, and nothing is wider than the screen", async ({ browser }) => {
  const [a, b] = await told(0);
  const page = await desk.open(browser, "fia", "", { width: 360, height: 740 });
  await page.getByRole("button", { name: "Show the panel" }).click();
  await openReview(page);
  await page.getByRole("button", { name: "Begin with the first" }).click();
  await expect(pair(page)).toHaveAttribute("data-pair", keyOf(a, b));
  await expect(pair(page).locator(".waterfall tfoot")).toHaveCount(1);
  const wider = await pair(page).evaluate((panel) => panel.scrollWidth - panel.clientWidth);
  expect(wider).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await expect(pair(page).getByRole("button", { name: "Same" })).toBeInViewport();
  await idle(page);
  const box = await pair(page).boundingBox();
  const marks = await page.evaluate(([lon = 0, lat = 0]) => {
    const map = window.sarhadMap;
    return (map?.project([lon, lat]).y ?? 0) + (map?.getCanvas().getBoundingClientRect().top ?? 0);
  }, [62, 28]);
  expect(marks).toBeLessThan(box?.y ?? 0); // the places are above the panel
});
