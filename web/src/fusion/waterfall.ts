// A score as bars left and right of zero, and a probability in words. Pure but for the language.
import { formatNumber, t, type TextKey } from "../i18n";
import type { ScoredPair, Term } from "./model";

export interface Bar {
  term: Term;
  from: number; // of the whole width, 0 to 1, from its start
  length: number;
}

export interface Waterfall {
  zero: number; // where zero lies, 0 to 1
  bars: readonly Bar[];
  sum: Bar;
}

const leastReach = 4; // bits: a small term looks small

// One scale for all bars and the sum; the sum is the score, whatever terms are hidden from this caller.
export function waterfall(pair: Pick<ScoredPair, "terms" | "score">): Waterfall {
  const all = [...pair.terms.map((term) => term.bits), pair.score];
  const left = Math.max(leastReach, -Math.min(0, ...all));
  const right = Math.max(leastReach, ...all);
  const width = left + right;
  const zero = left / width;
  const bar = (term: Term): Bar => ({ term, from: zero + Math.min(0, term.bits) / width, length: Math.abs(term.bits) / width });
  return { zero, bars: pair.terms.map(bar), sum: bar({ name: "sum", bits: pair.score, said: "" }) };
}

export function bitsText(bits: number): string {
  const rounded = Math.round(bits * 10) / 10;
  const sign = rounded > 0 ? "+" : rounded < 0 ? "−" : "±";
  return `${sign}${Math.abs(rounded).toFixed(1)}`;
}

// Two digits are all that the score can bear, and "100 %" would be a promise.
export function percentText(probability: number): string {
  if (probability > 0.99) return ">\u00a099\u00a0%";
  return probability < 0.01 ? "<\u00a01\u00a0%" : `${formatNumber(probability * 100)}\u00a0%`;
}

const steps: readonly (readonly [least: number, words: TextKey])[] = [
  [0.95, "pair.almost_certain"],
  [0.8, "pair.likely"],
  [0.5, "pair.rather"],
  [0.2, "pair.rather_not"],
  [0, "pair.unlikely"],
];

export function probabilityWords(probability: number): string {
  return t(steps.find(([least]) => probability >= least)?.[1] ?? "pair.unlikely");
}
