// Going through the queue, and what has to be judged to take something back. Pure.
import { isDistress, pairKey, type Judgement, type ReviewPair, type Verdict } from "./model";

export const urgent = (pair: ReviewPair): boolean => pair.reports.some(isDistress);

// Of what this tab has judged at once: one pair, or many.
export interface MyJudgement {
  at: number;
  verdict: Verdict;
  pairs: readonly { a: string; b: string; id: string; before: Verdict }[];
}

// The pair after (before) the one at `at`, round the end; those that others look at are passed over, and only shown
// when nothing else is left. `at` is where the current one stood when it has left the queue: then that place is next.
export function neighbour(pairs: readonly ReviewPair[], current: string, at: number, step: 1 | -1): ReviewPair | null {
  const found = pairs.findIndex((pair) => pairKey(pair) === current);
  const start = found >= 0 ? found : step > 0 ? at - 1 : at;
  const around = pairs.map((_, ahead) => {
    const index = start + step * (ahead + 1);
    return pairs[((index % pairs.length) + pairs.length) % pairs.length];
  }).filter((pair) => pair !== undefined && pairKey(pair) !== current) as ReviewPair[];
  return around.find((pair) => pair.claimedBy === null) ?? around[0] ?? null;
}

// The judgement that stands for each pair: its newest. `judgements` ascend.
export function newestOfPairs(judgements: readonly Judgement[]): Map<string, Judgement> {
  return new Map(judgements.map((judgement) => [pairKey(judgement), judgement]));
}

// What stood about a pair before its newest judgement.
export function verdictBefore(judgements: readonly Judgement[], newest: Judgement): Verdict {
  const of = judgements.filter((judgement) => pairKey(judgement) === pairKey(newest));
  return of[of.findIndex((judgement) => judgement.id === newest.id) - 1]?.verdict ?? "none";
}

export interface Step {
  a: string;
  b: string;
  verdict: Verdict;
  before: Verdict;
  basis: string | null;
}

export interface TakingOut {
  steps: readonly Step[]; // in this order none of them contradicts those before it
  parts: number; // that the others fall into without it
}

// Judges a report out of its event: each judgement that ties it is taken back, then it is judged different from one
// report of each part that is left. Where no judgement ties it (an identical one), it is judged different from all.
export function takingOut(report: string, members: readonly string[], judgements: readonly Judgement[]): TakingOut {
  const standing = newestOfPairs(judgements);
  const ties = [...standing.values()].filter((judgement) => judgement.verdict === "same");
  const others = members.filter((member) => member !== report);
  const parts = partsOf(others, ties.filter((tie) => tie.a !== report && tie.b !== report));
  const basisOf = (other: string) => standing.get(pairKey({ a: report, b: other })) ?? null;
  const tied = (other: string) => basisOf(other)?.verdict === "same";
  const step = (other: string, verdict: Verdict): Step => ({ a: report, b: other, verdict,
    before: basisOf(other)?.verdict ?? "none", basis: basisOf(other)?.id ?? null });
  const anyTie = others.some(tied);
  const apart = parts.map((part) => part.find(tied) ?? (anyTie ? undefined : part[0])).filter((other) => other !== undefined);
  const loosened = others.filter((other) => tied(other) && !apart.includes(other));
  return {
    steps: [...loosened.map((other) => step(other, "none")), ...apart.map((other) => step(other, "different"))],
    parts: anyTie ? parts.filter((part) => part.some(tied)).length : 1,
  };
}

function partsOf(ids: readonly string[], ties: readonly { a: string; b: string }[]): string[][] {
  let parts = ids.map((id) => [id]);
  for (const { a, b } of ties) {
    const joined = parts.filter((part) => part.includes(a) || part.includes(b));
    if (joined.length > 1) parts = [...parts.filter((part) => !joined.includes(part)), joined.flat()];
  }
  return parts;
}
