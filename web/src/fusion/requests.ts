// What review and events ask of the server. A refusal that a person has to read (409, 412) is an outcome, not an error.
import { address, ApiError, getItems, list, object, send, text, type Feature, type Json } from "../api";
import {
  parseEventHistory, parseJudgement, parseJudgements, parsePairs, parseQueue, parseWhy, pairKey,
  type HistoryEntry, type Judgement, type Queue, type ReviewPair, type Verdict, type Why,
} from "./model";

export interface Wanted {
  id: string; // ours, so that a judgement that is sent twice is stored once
  a: string;
  b: string;
  verdict: Verdict;
  why: string;
  basis: string | null; // the newest judgement that the judge knows of
}

export type Refusal =
  | { kind: "contradiction"; said: string; path: readonly string[]; against: Judgement | null }
  | { kind: "overtaken"; said: string; soFar: readonly Judgement[] };

export type Outcome = { kind: "stored"; note: string } | Refusal;

export async function readQueue(show: "open" | "unsure", desk: string, limit: number, signal?: AbortSignal): Promise<Queue> {
  return parseQueue((await send(address("/judgements/queue", {}, { show, desk, limit }), {}, signal)).body);
}

// Null: the pair is this desk's. Else the agency that looks at it; empty where it is not named.
export async function claimPair(pair: { a: string; b: string }, desk: string): Promise<string | null> {
  const answer = await send(address("/judgements/claims", {}), { method: "POST", body: { a: pair.a, b: pair.b, desk } });
  const document = object(answer.body);
  return document["claimed"] === true ? null : text(object(document["by"])["agency"]);
}

function bodyOf(wanted: Wanted): Json {
  const { id, a, b, verdict, why, basis } = wanted;
  return { id, a, b, verdict, basis, ...(why === "" ? {} : { why }) };
}

export function refusalOf(reason: unknown): Refusal | null {
  if (!(reason instanceof ApiError)) return null;
  const { status, message: said, problem } = reason;
  if (status === 412) return { kind: "overtaken", said, soFar: parseJudgements(problem["so_far"]) };
  if (status !== 409) return null;
  return { kind: "contradiction", said, path: list(problem["path"]).map(text), against: parseJudgement(problem["against"]) };
}

export async function judge(wanted: Wanted): Promise<Outcome> {
  try {
    const answer = await send(address("/judgements", {}), { method: "POST", body: bodyOf(wanted) });
    return { kind: "stored", note: text(object(answer.body)["note"]) };
  } catch (reason) {
    const refusal = refusalOf(reason);
    if (refusal === null) throw reason;
    return refusal;
  }
}

export const mostAtOnce = 500; // of judgements in one request

// In their order; those before the one that is refused stand.
export async function judgeAll(wanted: readonly Wanted[]): Promise<{ done: number; refusal: Refusal | null }> {
  for (let from = 0; from < wanted.length; from += mostAtOnce) {
    const part = wanted.slice(from, from + mostAtOnce);
    try {
      await send(address("/judgements", {}), { method: "POST", body: { judgements: part.map(bodyOf) } });
    } catch (reason) {
      const refusal = refusalOf(reason);
      if (refusal === null || !(reason instanceof ApiError)) throw reason;
      return { done: from + list(reason.problem["done"]).length, refusal };
    }
  }
  return { done: wanted.length, refusal: null };
}

// Newest first, back to `since` (RFC 3339) or `most` of them.
export async function readJudgements(since: string, most: number): Promise<Judgement[]> {
  const found: Judgement[] = [];
  let cursor: string | undefined;
  while (found.length < most) {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const page = parseJudgements(object((await send(address("/judgements", {}, query), {})).body)["judgements"]);
    const newer = page.filter((judgement) => Date.parse(judgement.at) > Date.parse(since));
    found.push(...newer);
    cursor = page.at(-1)?.id;
    if (newer.length < page.length || page.length < query.limit || cursor === undefined) break;
  }
  return found.slice(0, most);
}

export async function readCandidates(report: string, limit: number, signal?: AbortSignal): Promise<ReviewPair[]> {
  const target = address("/collections/reports/items/{fid}/candidates", { fid: report }, { limit });
  return parsePairs((await send(target, {}, signal)).body);
}

// The pair as it stands now; null when it is no longer compared, or not for this caller.
export async function readPair(pair: { a: string; b: string }): Promise<ReviewPair | null> {
  const found = await readCandidates(pair.a, 200).catch((reason: unknown) => {
    if (reason instanceof ApiError && reason.status === 404) return [];
    throw reason;
  });
  return found.find((one) => pairKey(one) === pairKey(pair)) ?? null;
}

// The event that a report belongs to; null when there is none that this caller is shown.
export async function eventOfReport(report: string, signal?: AbortSignal): Promise<Feature | null> {
  const page = await getItems("events", { filter: `A_CONTAINS(members, ('${report}'))`, limit: 1 }, signal);
  return page.features[0] ?? null;
}

export async function readWhy(event: string, signal?: AbortSignal): Promise<Why> {
  return parseWhy((await send(address("/collections/events/items/{fid}/why", { fid: event }), {}, signal)).body);
}

export async function readEventHistory(event: string, signal?: AbortSignal): Promise<HistoryEntry[]> {
  const target = address("/collections/events/items/{fid}/history", { fid: event }, { f: "json" });
  return parseEventHistory((await send(target, {}, signal)).body);
}

export async function setEventState(event: string, id: string, state: string, why: string): Promise<void> {
  const target = address("/collections/events/items/{fid}/statements", { fid: event });
  await send(target, { method: "POST", body: { id, state, ...(why === "" ? {} : { why }) } });
}
