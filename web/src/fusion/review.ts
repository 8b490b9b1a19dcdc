// What a person does in the review: go to a pair, judge it, take a judgement back, judge resubmissions together. Nothing
// here moves to another pair unless a key or a button was pressed.
import { batch } from "@preact/signals";
import { ApiError, type Bounds } from "../api";
import { failureOf } from "../edit/failure";
import { makeUuid7 } from "../edit/uuid";
import { boundsOf } from "../geometry";
import { t } from "../i18n";
import { refreshTouched } from "../map/refresh";
import { panelShown } from "../shift/shift";
import { announcement, panelOpen, select } from "../state";
import { pairKey, type Judgement, type ReviewPair, type Verdict } from "./model";
import { neighbour, type MyJudgement, type Step } from "./queue";
import { claimPair, judge, judgeAll, readPair, readQueue, type Refusal, type Wanted } from "./requests";
import {
  busy, current, desk, failure, lookedAt, mayJudge, mine, news, place, queue, queueFailure, reason, refusal, shown, type News,
} from "./state";
import { saidVerdict, verdictText } from "./words";

const mostShown = 50; // pairs of the queue on the page
const mostKept = 100; // judgements that this tab can take back
const mostResubmissions = 200; // the server's own bound of one answer

// ---- the queue

let reading: AbortController | null = null;

export async function loadQueue(): Promise<void> {
  reading?.abort();
  const stop = (reading = new AbortController());
  try {
    const found = await readQueue(shown.peek(), desk, mostShown, stop.signal);
    if (stop.signal.aborted) return;
    batch(() => {
      queue.value = found;
      queueFailure.value = null;
    });
    await followCurrent(found.pairs);
  } catch (reason_) {
    if (!stop.signal.aborted) queueFailure.value = failureOf(reason_);
  }
}

// The pair in front of one's eyes stays; what others did to it is said beside it.
async function followCurrent(pairs: readonly ReviewPair[]): Promise<void> {
  const before = current.peek();
  if (before === null || busy.peek()) return;
  const key = pairKey(before);
  const at = pairs.findIndex((pair) => pairKey(pair) === key);
  if (at >= 0) place.value = at;
  const now = pairs[at] ?? (await readPair(before));
  if (current.peek() !== before || busy.peek()) return;
  const arrived = now === null ? null : ownArrived(now);
  const told = arrived ?? newsOf(before, now);
  if (told !== null) announcement.value = newsText(told);
  batch(() => {
    if (told !== null) news.value = told;
    if (arrived !== null) failure.value = null;
    if (now !== null) current.value = now;
  });
}

export function newsOf(before: ReviewPair, now: ReviewPair | null): News | null {
  if (now === null) return { kind: "gone" };
  if (now.judged !== null && now.basis !== before.basis) return { kind: "judged", judgement: now.judged };
  const together = (pair: ReviewPair) => !pair.acrossWall && pair.events[0] !== "" && pair.events[0] === pair.events[1];
  return together(now) && !together(before) ? { kind: "together" } : null;
}

// A judgement of this page whose answer never came: it is one of mine all the same, and can be taken back.
function ownArrived(pair: ReviewPair): News | null {
  const judgement = pair.judged;
  const [attempt, sent] = [...unanswered].find(([, { id }]) => id === judgement?.id) ?? [];
  if (judgement === null || attempt === undefined || sent === undefined) return null;
  unanswered.delete(attempt);
  keep({ at: Date.now(), verdict: judgement.verdict, pairs: [{ a: pair.a, b: pair.b, ...sent }] });
  return { kind: "arrived", judgement };
}

export function newsText(told: News): string {
  if (told.kind === "arrived") return t("review.news_arrived", { verdict: verdictText(told.judgement.verdict) });
  if (told.kind === "judged") return t("review.news_judged", { verdict: verdictText(told.judgement.verdict) });
  return t(told.kind === "together" ? "review.news_together" : "review.news_gone");
}

// ---- going from pair to pair

// `chosen`: by its own button, so it is shown even when another desk has it.
export async function goTo(pair: ReviewPair | null, chosen: boolean): Promise<void> {
  let wanted = pair;
  busy.value = true;
  try {
    let holder: string | null = null;
    for (let tries = 0; wanted !== null && mayJudge.peek() && tries < mostShown; tries++) {
      holder = await claimPair(wanted, desk).catch(() => null); // a claim is courtesy: without one the work goes on
      if (holder === null || chosen) break;
      const other = skip(wanted, holder);
      if (other === null || other.claimedBy !== null) break;
      wanted = other;
    }
    show(wanted, holder);
  } finally {
    busy.value = false;
  }
}

// Marks a pair that another desk has looked at first; the one after it.
function skip(pair: ReviewPair, holder: string): ReviewPair | null {
  const now = queue.peek();
  if (now === null) return null;
  const pairs = now.pairs.map((one) => (pairKey(one) === pairKey(pair) ? { ...one, claimedBy: holder } : one));
  queue.value = { ...now, pairs };
  return neighbour(pairs, pairKey(pair), place.peek(), 1);
}

function show(pair: ReviewPair | null, holder: string | null): void {
  const at = pair === null ? -1 : (queue.peek()?.pairs.findIndex((one) => pairKey(one) === pairKey(pair)) ?? -1);
  batch(() => {
    current.value = pair;
    lookedAt.value = pair === null ? null : holder;
    if (at >= 0) place.value = at;
    news.value = null;
    refusal.value = null;
    failure.value = null;
    reason.value = "";
  });
  panelShown.value = false;
  select(null); // the pair takes the place of what was looked at
  if (pair !== null && window.matchMedia("(max-width: 45rem)").matches) panelOpen.value = false; // it lies over the map
}

export function closePair(): void {
  show(null, null);
}

export async function move(step: 1 | -1): Promise<void> {
  const pairs = queue.peek()?.pairs ?? [];
  const now = current.peek();
  if (busy.peek()) return;
  const to = neighbour(pairs, now === null ? "" : pairKey(now), now === null ? 0 : place.peek(), step);
  if (to === null) announcement.value = t(now === null ? "review.empty" : "review.no_other");
  else await goTo(to, false);
}

export async function prolong(): Promise<void> {
  const now = current.peek();
  if (now === null || busy.peek() || !mayJudge.peek()) return;
  const holder = await claimPair(now, desk).catch(() => null);
  if (current.peek() !== null && pairKey(now) === pairKey(current.peek() ?? now)) lookedAt.value = holder;
}

// ---- judging

// Judgements without an answer: sent again, they are stored once.
const unanswered = new Map<string, { id: string; before: Verdict }>();

function drawAgain(pairs: readonly ReviewPair[]): void {
  const boxes = pairs.flatMap((pair) => pair.reports.map(({ geometry }) => (geometry === null ? null : boundsOf(geometry))))
    .filter((box): box is Bounds => box !== null);
  refreshTouched("events", boxes);
}

export async function give(verdict: Exclude<Verdict, "none">): Promise<void> {
  const pair = current.peek();
  if (pair === null || busy.peek() || !mayJudge.peek()) return;
  const attempt = `${pairKey(pair)} ${verdict} ${pair.basis}`;
  const before = pair.judged?.verdict ?? "none";
  const id = unanswered.get(attempt)?.id ?? makeUuid7();
  unanswered.set(attempt, { id, before });
  busy.value = true;
  failure.value = null;
  try {
    const outcome = await judge({ id, a: pair.a, b: pair.b, verdict, why: reason.peek().trim(), basis: pair.basis });
    unanswered.delete(attempt);
    if (outcome.kind !== "stored") refuse(pair, outcome);
    else {
      keep({ at: Date.now(), verdict, pairs: [{ a: pair.a, b: pair.b, id, before }] });
      announcement.value = t("review.stored", { verdict: saidVerdict(pair, verdict) });
      drawAgain([pair]);
      await leave(pair);
    }
  } catch (reason_) {
    if (reason_ instanceof ApiError && reason_.status !== 0) unanswered.delete(attempt);
    failure.value = failureOf(reason_);
  } finally {
    busy.value = false;
  }
}

function refuse(pair: ReviewPair, met: Refusal): void {
  const newest = met.kind === "overtaken" ? (met.soFar.at(-1) ?? null) : pair.judged;
  batch(() => {
    refusal.value = met;
    news.value = null;
    // from here on one judges knowing of it
    if (met.kind === "overtaken") current.value = { ...pair, judged: newest, basis: newest?.id ?? null };
  });
  announcement.value = t(met.kind === "overtaken" ? "refusal.overtaken" : "refusal.contradiction");
}

// The judged pair leaves the queue, and the next one comes. What was asked before the judgement would bring it back.
async function leave(pair: ReviewPair): Promise<void> {
  reading?.abort();
  const now = queue.peek();
  const key = pairKey(pair);
  const at = now?.pairs.findIndex((one) => pairKey(one) === key) ?? -1;
  const pairs = now?.pairs.filter((one) => pairKey(one) !== key) ?? [];
  if (now !== null && at >= 0) queue.value = { ...now, pairs };
  if (at >= 0) place.value = at;
  const following = neighbour(pairs, key, place.peek(), 1);
  await goTo(following, false);
  if (following === null) document.getElementById("tab-review")?.focus();
}

function keep(entry: MyJudgement): void {
  mine.value = [entry, ...mine.peek()].slice(0, mostKept);
}

// Judges several pairs in their order, as one act that can be taken back as one. Says what stands in the way.
export async function judgeSteps(steps: readonly Step[], why: string, verdict: Verdict): Promise<Refusal | null> {
  const wanted: Wanted[] = steps.map(({ a, b, verdict: said, basis }) => ({ id: makeUuid7(), a, b, verdict: said, why, basis }));
  const { done, refusal: met } = await judgeAll(wanted);
  const stored = wanted.slice(0, done).map(({ a, b, id }, at) => ({ a, b, id, before: steps[at]?.before ?? "none" as const }));
  if (stored.length > 0) keep({ at: Date.now(), verdict, pairs: stored });
  return met;
}

// ---- taking back

// What is under way comes to its end: one who takes back means the judgement that was just sent.
async function settled(): Promise<void> {
  while (busy.peek()) {
    await new Promise<void>((done) => {
      const stop = busy.subscribe((still) => {
        if (still) return;
        done();
        queueMicrotask(() => stop());
      });
    });
  }
}

// My last judgement, by a new one with the verdict that stood before it.
export async function takeBack(): Promise<void> {
  await settled();
  const last = mine.peek()[0];
  if (!mayJudge.peek()) return;
  if (last === undefined) {
    announcement.value = t("review.nothing_to_undo");
    return;
  }
  busy.value = true;
  failure.value = null;
  let pair: ReviewPair | null = null;
  let met: Refusal | null = null;
  try {
    const wanted = [...last.pairs].reverse().map(({ a, b, id, before }): Wanted =>
      ({ id: makeUuid7(), a, b, verdict: before, why: "", basis: id }));
    const { done, refusal: refused } = await judgeAll(wanted);
    met = refused;
    const left = last.pairs.slice(0, last.pairs.length - done);
    const rest = mine.peek().slice(1);
    mine.value = met?.kind === "contradiction" && left.length > 0 ? [{ ...last, pairs: left }, ...rest] : rest;
    const first = last.pairs[0];
    pair = first === undefined ? null : await readPair(first);
  } catch (reason_) {
    failure.value = failureOf(reason_);
    return;
  } finally {
    busy.value = false;
  }
  announcement.value = t(met === null ? "review.undone" : "refusal.not_undone");
  if (pair !== null) {
    drawAgain([pair]);
    await goTo(pair, true);
  }
  refusal.value = met;
  await loadQueue();
}

// Taken back from a list of judgements: what stood before is judged again, whoever judged it.
export async function judgeAgain(judgement: Judgement, before: Verdict): Promise<Refusal | null> {
  return judgeSteps([{ a: judgement.a, b: judgement.b, verdict: before, before: judgement.verdict, basis: judgement.id }], "", before);
}

// ---- resubmissions

export async function findResubmissions(): Promise<ReviewPair[]> {
  const { pairs } = await readQueue("open", desk, mostResubmissions);
  return pairs.filter((pair) => pair.resubmission && !pair.acrossWall && pair.claimedBy === null);
}

// One that is refused is passed over and left in the queue. How many were judged.
export async function judgeResubmissions(pairs: readonly ReviewPair[]): Promise<number> {
  let left = pairs.map(({ a, b, basis, judged }): Step => ({ a, b, verdict: "same", before: judged?.verdict ?? "none", basis }));
  const made: { a: string; b: string; id: string; before: Verdict }[] = [];
  while (left.length > 0) {
    const wanted = left.map((step): Wanted => ({ id: makeUuid7(), a: step.a, b: step.b, verdict: "same",
      why: t("review.resubmission_why"), basis: step.basis }));
    const { done, refusal: met } = await judgeAll(wanted);
    wanted.slice(0, done).forEach(({ a, b, id }, at) => made.push({ a, b, id, before: left[at]?.before ?? "none" }));
    left = met === null ? [] : left.slice(done + 1);
  }
  if (made.length > 0) keep({ at: Date.now(), verdict: "same", pairs: made });
  drawAgain(pairs);
  return made.length;
}
