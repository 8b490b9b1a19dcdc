import { describe, expect, test } from "vitest";
import type { Judgement } from "../src/fusion/model";
import {
  byOthers, counts, idsOf, longEnough, netChanges, nothingRemembered, parseChange, parseRemembered, whenBack, whenLeaving, type Change,
} from "../src/shift/since";

const noon = 1_780_000_000_000;

describe("leaving and coming back", () => {
  test("who looks away for a moment is told nothing; who was long away is", () => {
    const left = whenLeaving(nothingRemembered, "here", noon, false);
    expect(whenBack(left, noon + longEnough - 1)).toEqual(nothingRemembered);
    expect(whenBack(left, noon + longEnough).unread).toEqual({ cursor: "here", at: noon, ended: false });
  });
  test("the end of a shift is kept, however short the time", () => {
    expect(whenBack(whenLeaving(nothingRemembered, "here", noon, true), noon + 1).unread?.cursor).toBe("here");
  });
  test("what was not read is told from where it began, however often one leaves", () => {
    const unread = whenBack(whenLeaving(nothingRemembered, "first", noon, true), noon + longEnough);
    const again = whenBack(whenLeaving(unread, "second", noon + 2 * longEnough, false), noon + 9 * longEnough);
    expect(again.unread?.cursor).toBe("first");
  });
  test("without a place in the changes nothing is remembered anew", () => {
    expect(whenLeaving(nothingRemembered, "", noon, true)).toEqual(nothingRemembered);
  });
  test("what a former version of the page left is no error", () => {
    expect(parseRemembered(null)).toEqual(nothingRemembered);
    expect(parseRemembered("{broken")).toEqual(nothingRemembered);
    expect(parseRemembered('{"left":{"cursor":7,"at":"x"},"unread":[]}')).toEqual(nothingRemembered);
    const kept = whenLeaving(nothingRemembered, "here", noon, true);
    expect(parseRemembered(JSON.stringify(kept))).toEqual(kept);
  });
});

describe("many changes", () => {
  const change = (collection: string, id: string, happened: Change["happened"]): Change => ({ collection, id, happened });
  const net = netChanges([
    change("reports", "1", "created"), change("reports", "1", "updated"),
    change("reports", "2", "created"), change("reports", "2", "removed"),
    change("reports", "3", "updated"), change("reports", "3", "updated"),
    change("events", "4", "removed"), change("events", "4", "created"),
    change("events", "5", "updated"), change("events", "5", "removed"),
  ]);
  test("come to what became of each row", () => {
    expect(idsOf(net.get("reports"), "created")).toEqual(["1"]);
    expect(idsOf(net.get("reports"), "updated")).toEqual(["3"]);
    expect(idsOf(net.get("events"), "updated")).toEqual(["4"]);
    expect(idsOf(net.get("events"), "removed")).toEqual(["5"]);
    expect(counts(net)).toEqual([
      { collection: "reports", created: 1, updated: 1, removed: 0 },
      { collection: "events", created: 0, updated: 1, removed: 1 },
    ]);
  });
  test("of a collection where nothing is left are not counted", () => {
    expect(counts(netChanges([change("reports", "2", "created"), change("reports", "2", "removed")]))).toEqual([]);
  });
  test("that can't be read are left out", () => {
    expect(parseChange({ collection: "reports", id: "1", happened: "dreamt" })).toBeNull();
    expect(parseChange(null)).toBeNull();
  });
});

test("judgements of others are told, my own are not, and where everybody is one account this tab's own are not", () => {
  const of = (id: string, account: string): Judgement => ({ id, a: "1", b: "2", verdict: "same", agency: "fia", account, why: "", at: "" });
  const all = [of("x", "me"), of("y", "colleague"), of("z", "")];
  expect(byOthers(all, "me", false, new Set()).map(({ id }) => id)).toEqual(["y", "z"]);
  expect(byOthers([of("x", "open"), of("y", "open")], "open", true, new Set(["x"])).map(({ id }) => id)).toEqual(["y"]);
});
