import { afterEach, describe, expect, test } from "vitest";
import type { Feature, Json, SchemaField } from "../src/api";
import { comparedRows, countText, durationText } from "../src/fusion/compare";
import { boundsOfDrawn, drawnEvent, drawnPair } from "../src/fusion/drawing";
import { actionOf } from "../src/fusion/keys";
import { isDistress, pairKey, parseJudgement, parsePair, parseWhy, type Judgement, type ReviewPair, type Verdict } from "../src/fusion/model";
import { neighbour, takingOut, verdictBefore } from "../src/fusion/queue";
import { bitsText, percentText, probabilityWords, waterfall } from "../src/fusion/waterfall";
import { circleAround, distance } from "../src/geometry";

function report(id: string, lon: number, lat: number, properties: Record<string, Json> = {}): Feature {
  return { id, geometry: { type: "Point", coordinates: [lon, lat] }, properties };
}

function pairOf(a: string, b: string, claimedBy: string | null = null): ReviewPair {
  return { a, b, score: 3, probability: 0.9, decision: "review", resubmission: false, acrossWall: false, terms: [],
    reports: [report(a, 62, 28), report(b, 62.01, 28)], events: [a, b], judged: null, basis: null, claimedBy };
}

let seq = 0;
afterEach(() => (seq = 0));
function judged(a: string, b: string, verdict: Verdict): Judgement {
  seq += 1;
  return { id: `j${seq}`, a, b, verdict, agency: "fia", account: "", why: "", at: "" };
}

describe("a score as bars", () => {
  const terms = [{ name: "prior", bits: -6, said: "" }, { name: "distance", bits: 4, said: "" }, { name: "time", bits: 10, said: "" }];
  test("all stand on one zero and one scale, left against and right for", () => {
    const { zero, bars, sum } = waterfall({ terms, score: 8 });
    expect(zero).toBeCloseTo(6 / 16);
    expect(bars[0]).toMatchObject({ from: 0, length: 6 / 16 });
    expect(bars[1]?.from).toBeCloseTo(zero);
    expect((bars[2]?.from ?? 0) + (bars[2]?.length ?? 0)).toBeCloseTo(1);
    expect(sum.from).toBeCloseTo(zero);
    expect(sum.length).toBeCloseTo(8 / 16);
  });
  test("a small term looks small, even alone", () => {
    const { bars } = waterfall({ terms: [{ name: "place", bits: 0.2, said: "" }], score: 0.2 });
    expect(bars[0]?.length).toBeLessThan(0.05);
  });
  test("bits carry their sign, and no probability is certain", () => {
    expect(bitsText(-6.63)).toBe("−6.6");
    expect(bitsText(0.04)).toBe("±0.0");
    expect(bitsText(-0.04)).toBe("±0.0");
    expect(bitsText(3.91)).toBe("+3.9");
    expect(percentText(1)).toBe(">\u00a099\u00a0%");
    expect(percentText(0.954)).toBe("95\u00a0%");
    expect(percentText(0)).toBe("<\u00a01\u00a0%");
    expect(probabilityWords(0.95)).toBe("Almost certainly the same");
    expect(probabilityWords(0.94)).toBe("Probably the same");
    expect(probabilityWords(0.5)).toBe("Rather the same than not");
    expect(probabilityWords(0)).toBe("Probably different");
  });
});

describe("keys", () => {
  const press = (key: string, more = {}) => ({ key, repeat: false, ctrlKey: false, metaKey: false, altKey: false, ...more });
  test("each letter has one meaning, in either case", () => {
    expect(["s", "d", "u", "n", "p", "z", "S"].map((key) => actionOf(press(key), "ArrowRight", true)))
      .toEqual(["same", "different", "unsure", "next", "previous", "undo", "same"]);
    expect(actionOf(press("x"), "ArrowRight", true)).toBeNull();
    expect(actionOf(press("Shift"), "ArrowRight", true)).toBeNull();
  });
  test("a held key and a browser's own shortcut judge nothing", () => {
    expect(actionOf(press("s", { repeat: true }), "ArrowRight", true)).toBeNull();
    for (const held of ["ctrlKey", "metaKey", "altKey"]) expect(actionOf(press("s", { [held]: true }), "ArrowRight", true)).toBeNull();
  });
  test("arrows follow the page's direction, and are left to what needs them", () => {
    expect(actionOf(press("ArrowRight"), "ArrowRight", true)).toBe("next");
    expect(actionOf(press("ArrowRight"), "ArrowLeft", true)).toBe("previous");
    expect(actionOf(press("ArrowLeft"), "ArrowRight", false)).toBeNull();
  });
});

describe("going through the queue", () => {
  const pairs = [pairOf("a", "b"), pairOf("c", "d"), pairOf("e", "f")];
  const key = (at: number) => pairKey(pairs[at] ?? { a: "", b: "" });
  test("goes on, back, and round the end", () => {
    expect(neighbour(pairs, key(0), 0, 1)).toBe(pairs[1]);
    expect(neighbour(pairs, key(2), 2, 1)).toBe(pairs[0]);
    expect(neighbour(pairs, key(0), 0, -1)).toBe(pairs[2]);
    expect(neighbour(pairs, "", 0, 1)).toBe(pairs[0]);
  });
  test("a pair that left the queue leaves its place: the one that moved up is next", () => {
    expect(neighbour(pairs, "gone", 1, 1)).toBe(pairs[1]);
    expect(neighbour(pairs, "gone", 1, -1)).toBe(pairs[0]);
    expect(neighbour(pairs, "gone", 3, 1)).toBe(pairs[0]);
  });
  test("what others look at is passed over, and shown when nothing else is left", () => {
    const busy = [pairs[0] as ReviewPair, pairOf("c", "d", "levies"), pairs[2] as ReviewPair];
    expect(neighbour(busy, key(0), 0, 1)).toBe(busy[2]);
    const all = [pairs[0] as ReviewPair, pairOf("c", "d", "levies")];
    expect(neighbour(all, key(0), 0, 1)).toBe(all[1]);
    expect(neighbour([pairs[0] as ReviewPair], key(0), 0, 1)).toBeNull();
    expect(neighbour([], "", 0, 1)).toBeNull();
  });
});

describe("taking back and taking out", () => {
  test("what stood before a judgement is the one before it about the same pair", () => {
    const log = [judged("a", "b", "unsure"), judged("a", "c", "same"), judged("b", "a", "same")];
    expect(verdictBefore(log, log[2] as Judgement)).toBe("unsure");
    expect(verdictBefore(log, log[1] as Judgement)).toBe("none");
  });
  test("a report at the end of a chain is judged different from its one neighbour", () => {
    const log = [judged("a", "b", "same"), judged("b", "c", "same")];
    expect(takingOut("c", ["a", "b", "c"], log)).toEqual({ parts: 1,
      steps: [{ a: "c", b: "b", verdict: "different", before: "same", basis: "j2" }] });
  });
  test("a report that holds two parts together is judged out of both, and that is told", () => {
    const log = [judged("a", "b", "same"), judged("b", "c", "same")];
    const { steps, parts } = takingOut("b", ["a", "b", "c"], log);
    expect(parts).toBe(2);
    expect(steps.map(({ b, verdict }) => [b, verdict])).toEqual([["a", "different"], ["c", "different"]]);
  });
  test("one that is tied twice into one part is loosened first: no step contradicts those before it", () => {
    const log = [judged("a", "b", "same"), judged("b", "c", "same"), judged("a", "c", "same")];
    const { steps, parts } = takingOut("c", ["a", "b", "c"], log);
    expect(parts).toBe(1);
    expect(steps.map(({ b, verdict }) => [b, verdict])).toEqual([["b", "none"], ["a", "different"]]);
  });
  test("a tie that was taken back ties nothing", () => {
    const log = [judged("a", "b", "same"), judged("b", "c", "same"), judged("a", "c", "same"), judged("a", "c", "none")];
    const { steps } = takingOut("c", ["a", "b", "c"], log);
    expect(steps).toEqual([{ a: "c", b: "b", verdict: "different", before: "same", basis: "j2" }]);
  });
  test("where no judgement ties it, it is judged different all the same", () => {
    expect(takingOut("b", ["a", "b"], [])).toEqual({ parts: 1, steps: [{ a: "b", b: "a", verdict: "different", before: "none", basis: null }] });
  });
});

describe("two reports side by side", () => {
  const plain = { description: "", unit: "", format: "", type: "", kind: "", enumerated: true, values: [], required: false,
    readOnly: false, common: false, access: "open" };
  const fields: SchemaField[] = [["transport", "Transport"], ["remarks", "Remarks"], ["persons", "Persons"], ["version", "Version"]]
    .map(([name = "", title = ""]) => ({ ...plain, name, title, enumerated: name === "transport" }));
  const rows = comparedRows([
    report("a", 62, 28, { agency: "fia", kind: "som", transport: "pickup", remarks: "Found", count_min: 3, count_max: 9, version: 1,
      valid_from: "2026-05-01T00:00:00Z", time_precision_s: 7200, persons: [{ count: 3, nationality: "AFG", sex: "f", age_band: "18_29" }] }),
    report("b", 62, 28, { agency: "levies", kind: "som", transport: "truck", version: 4, count_min: 3, count_max: 9 }),
  ], fields);
  const row = (name: string) => rows.find((one) => one.name === name);
  test("tells what differs, what only one says, and what is alike", () => {
    expect(row("transport")?.difference).toBe("differs");
    expect(row("remarks")?.difference).toBe("one");
    expect(row("kind")?.difference).toBe("alike");
    expect(row("count")).toMatchObject({ said: [["3–9"], ["3–9"]], difference: "alike" });
  });
  test("leaves out what is no part of what happened, and what neither says", () => {
    expect(row("version")).toBeUndefined();
    expect(row("place")).toBeUndefined();
  });
  test("says time with its precision, and counts of persons a line each", () => {
    expect(row("time")?.said[0]).toEqual(["2026-05-01 00:00 UTC", "± 2 h"]);
    expect(row("persons")?.said[0]).toEqual(["3 × AFG Female 18–29"]);
  });
  test("counts are a range or one-sided, never a middle", () => {
    expect(countText({ count_min: 5, count_max: 5 })).toBe("5");
    expect(countText({ count_min: 5 })).toBe("at least 5");
    expect(countText({ count_max: 7 })).toBe("at most 7");
    expect(countText({})).toBe("");
    expect(durationText(1800)).toBe("30 min");
    expect(durationText(432_000)).toBe("5 d");
  });
});

describe("what is drawn", () => {
  const a = report("a", 62, 28, { geo_precision_m: 1000 });
  const b = report("b", 62.01, 28, { geo_precision_m: 5_000_000 });
  test("both places, the line with its length, and how precisely each is stated", () => {
    const drawn = drawnPair([a, b]);
    expect(drawn.features.map((feature) => feature.properties?.["role"])).toEqual(["precision-a", "precision-b", "between", "mark-a", "mark-b"]);
    expect(drawn.features[2]?.properties?.["label"]).toMatch(/^98\d m$/);
  });
  test("a circle wider than a province doesn't push the places together", () => {
    const box = boundsOfDrawn(drawnPair([a, b]));
    expect(box?.[0]).toBeGreaterThan(61.9);
    expect(box?.[2]).toBeLessThan(62.1);
  });
  test("an unlocated report draws nothing, and its fellow is still shown", () => {
    const drawn = drawnPair([a, { ...b, geometry: null }]);
    expect(drawn.features.map((feature) => feature.properties?.["role"])).toEqual(["precision-a", "mark-a"]);
  });
  test("an event's ghosts are tied to the place that was taken, which is no average", () => {
    const why = parseWhy({ members: [a, b].map((one) => ({ report: { type: "Feature", id: one.id, geometry: { type: "Point",
      coordinates: one.id === "a" ? [62, 28] : [62.01, 28] }, properties: {} }, withdrawn: one.id === "b" })), place: { report: "a", reason: "" } });
    const drawn = drawnEvent(why);
    expect(drawn.features.map((feature) => feature.properties?.["role"])).toEqual(["best", "tie", "ghost-withdrawn"]);
    expect(drawn.features[0]?.geometry).toEqual({ type: "Point", coordinates: [62, 28] });
  });
  test("a circle has its radius all round", () => {
    const centre = { lon: 66, lat: 34 };
    for (const [lon = NaN, lat = NaN] of circleAround(centre, 12_000)) expect(distance(centre, { lon, lat })).toBeCloseTo(12_000, 3);
  });
});

describe("what the server says", () => {
  test("a pair whose report is hidden is left out, never an exception", () => {
    expect(parsePair({ a: "1", b: "2", reports: [null, {}] })).toBeNull();
    expect(parsePair(3)).toBeNull();
    expect(parseJudgement({ id: "1", verdict: "maybe" })).toBeNull();
    expect(parseWhy(null).members).toEqual([]);
  });
  test("a pair is the same from either end", () => {
    expect(pairKey({ a: "x", b: "y" })).toBe(pairKey({ a: "y", b: "x" }));
  });
  test("distress is a kind or a phase", () => {
    expect(isDistress(report("a", 0, 0, { kind: "distress" }))).toBe(true);
    expect(isDistress(report("a", 0, 0, { kind: "crossing", sar_phase: "distress" }))).toBe(true);
    expect(isDistress(report("a", 0, 0, { kind: "death", sar_phase: "none" }))).toBe(false);
  });
});
