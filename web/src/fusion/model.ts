// What the server says of reports that may tell of the same: scored pairs, judgements, events taken apart. Pure.
import { isObject, list, number, object, parseFeature, text, type Feature, type Json } from "../api";

export type Verdict = "same" | "different" | "unsure" | "none"; // none: as if nobody had judged

export interface Term {
  name: string;
  bits: number; // log2 of a Bayes factor
  said: string;
}

export interface Judgement {
  id: string;
  a: string;
  b: string;
  verdict: Verdict;
  agency: string; // empty: not told
  account: string; // empty: not told
  why: string;
  at: string;
}

export interface ScoredPair {
  a: string;
  b: string;
  score: number; // bits: log2 of the odds
  probability: number;
  decision: string; // identical, strong, review, person, apart
  resubmission: boolean;
  acrossWall: boolean; // one of the two is of rescue: judged the same, they are linked and stay two events
  terms: readonly Term[];
}

export interface ReviewPair extends ScoredPair {
  reports: readonly [Feature, Feature];
  events: readonly [string, string];
  judged: Judgement | null; // the newest about it
  basis: string | null; // its id
  claimedBy: string | null; // agency whose desk looks at it; empty: an unnamed one
}

export interface Queue {
  pairs: readonly ReviewPair[];
  open: number;
  unsure: number;
  resubmissions: number;
}

export interface Member {
  report: Feature;
  withdrawn: boolean;
  fromPlace: number | null; // metres from the event's place
}

export interface Conflict {
  field: string;
  one: string;
  other: string;
  said: string;
}

export interface StatusSaid {
  report: string;
  status: string;
}

export interface EventStatement {
  id: string;
  state: string;
  agency: string;
  account: string;
  why: string;
  at: string;
}

export interface Best {
  report: string;
  reason: string;
}

export interface Why {
  members: readonly Member[];
  place: Best | null;
  time: Best | null;
  trafficking: readonly StatusSaid[]; // 0204
  smuggling: readonly StatusSaid[]; // 08051
  conflicts: readonly Conflict[];
  contested: readonly { a: string; b: string }[];
  pairs: readonly ScoredPair[];
  judgements: readonly Judgement[]; // ascending
  statements: readonly EventStatement[];
  across: readonly Feature[];
  splitFrom: string;
  handling: string;
  releasableTo: readonly string[];
}

export function memberOf(why: Why, id: string): Feature | undefined {
  return why.members.find(({ report }) => report.id === id)?.report;
}

export interface HistoryEntry {
  what: string; // reported, report changed, judged, state
  at: string;
  report: string;
  version: number | null;
  agency: string;
  account: string;
  verdict: string;
  state: string;
  why: string;
}

export function pairKey(pair: { a: string; b: string }): string {
  return pair.a < pair.b ? `${pair.a}~${pair.b}` : `${pair.b}~${pair.a}`;
}

const verdicts: readonly string[] = ["same", "different", "unsure", "none"] satisfies readonly Verdict[];

function isVerdict(value: string): value is Verdict {
  return verdicts.includes(value);
}

export function parseJudgement(value: Json | undefined): Judgement | null {
  const row = object(value);
  const verdict = text(row["verdict"]);
  if (text(row["id"]) === "" || !isVerdict(verdict)) return null;
  return { id: text(row["id"]), a: text(row["a"]), b: text(row["b"]), verdict, agency: text(row["agency"]),
    account: text(row["account"]), why: text(row["why"]), at: text(row["at"]) };
}

export function parseJudgements(value: Json | undefined): Judgement[] {
  return list(value).map(parseJudgement).filter((judgement) => judgement !== null);
}

export function parseScored(value: Json | undefined): ScoredPair {
  const row = object(value);
  return {
    a: text(row["a"]),
    b: text(row["b"]),
    score: number(row["score"]) ?? 0,
    probability: number(row["probability"]) ?? 0,
    decision: text(row["decision"]),
    resubmission: row["resubmission"] === true,
    acrossWall: row["across_purpose_wall"] === true,
    terms: list(row["terms"]).map(object)
      .map((term) => ({ name: text(term["name"]), bits: number(term["bits"]) ?? 0, said: text(term["said"]) })),
  };
}

// Null where a report is missing: there is nothing to compare.
export function parsePair(value: Json): ReviewPair | null {
  const row = object(value);
  const [one, other] = list(row["reports"]);
  if (!isObject(one) || !isObject(other)) return null;
  const events = list(row["events"]).map(text);
  return {
    ...parseScored(value),
    reports: [parseFeature(one), parseFeature(other)],
    events: [events[0] ?? "", events[1] ?? ""],
    judged: parseJudgement(row["judged"]),
    basis: text(row["basis"]) || null,
    claimedBy: isObject(row["claimed_by"]) ? text(row["claimed_by"]["agency"]) : null,
  };
}

export function parsePairs(value: Json | undefined): ReviewPair[] {
  return list(object(value)["pairs"]).map(parsePair).filter((pair) => pair !== null);
}

export function parseQueue(value: Json): Queue {
  const document = object(value);
  const count = (name: string) => number(document[name]) ?? 0;
  return { pairs: parsePairs(value), open: count("open"), unsure: count("unsure"), resubmissions: count("resubmissions") };
}

function parseBest(value: Json | undefined): Best | null {
  return isObject(value) ? { report: text(value["report"]), reason: text(value["reason"]) } : null;
}

function parseStatus(value: Json | undefined): StatusSaid[] {
  return list(value).map(object).map((row) => ({ report: text(row["report"]), status: text(row["status"]) }));
}

function parseStatement(row: { readonly [key: string]: Json }): EventStatement {
  return { id: text(row["id"]), state: text(row["state"]), agency: text(row["agency"]), account: text(row["account"]),
    why: text(row["why"]), at: text(row["at"]) };
}

export function parseWhy(value: Json): Why {
  const document = object(value);
  const label = object(document["label"]);
  return {
    members: list(document["members"]).map(object).filter((row) => isObject(row["report"])).map((row) => ({
      report: parseFeature(row["report"]),
      withdrawn: row["withdrawn"] === true,
      fromPlace: number(row["from_place_m"]),
    })),
    place: parseBest(document["place"]),
    time: parseBest(document["time"]),
    trafficking: parseStatus(document["trafficking_0204"]),
    smuggling: parseStatus(document["smuggling_08051"]),
    conflicts: list(document["conflicts"]).map(object).map((row) => ({ field: text(row["field"]), one: text(row["one"]),
      other: text(row["other"]), said: text(row["said"]) })),
    contested: list(document["contested"]).map(object).map((row) => ({ a: text(row["a"]), b: text(row["b"]) })),
    pairs: list(document["pairs"]).map(parseScored),
    judgements: parseJudgements(document["judgements"]),
    statements: list(document["statements"]).map(object).map(parseStatement),
    across: list(document["linked_across_purpose_wall"]).filter(isObject).map(parseFeature),
    splitFrom: text(document["split_from"]),
    handling: text(label["handling"]),
    releasableTo: list(label["releasable_to"]).map(text),
  };
}

export function parseEventHistory(value: Json): HistoryEntry[] {
  return list(object(value)["history"]).map(object).map((row) => ({
    what: text(row["what"]),
    at: text(row["at"]),
    report: text(row["report"]),
    version: number(row["version"]),
    agency: text(row["agency"]),
    account: text(row["account"]),
    verdict: text(row["verdict"]),
    state: text(row["state"]),
    why: text(row["why"]),
  }));
}

export function isDistress(report: Feature): boolean {
  return report.properties["kind"] === "distress" || report.properties["sar_phase"] === "distress";
}
