import { describe, expect, test } from "vitest";
import {
  clamp, datetimeParameter, day, hour, instantText, parseInstant, rangeOf, readableInstant, stepOf, timeFromText, timeToText,
} from "../src/time";

const noon = Date.UTC(2026, 5, 1, 12);

describe("what tiles and items are asked for", () => {
  test("all dates ask for nothing", () => expect(datetimeParameter(null)).toBeUndefined());
  test("an instant", () => expect(datetimeParameter({ at: noon, windowHours: 0 })).toBe("2026-06-01T12:00:00Z"));
  test("a window ends at the instant and reaches back", () => {
    expect(datetimeParameter({ at: noon, windowHours: 24 })).toBe("2026-05-31T12:00:00Z/2026-06-01T12:00:00Z");
  });
  test("a window never ends before it begins", () => {
    const [from = "", to = ""] = (datetimeParameter({ at: noon, windowHours: 8760 }) ?? "").split("/");
    expect(Date.parse(from)).toBeLessThan(Date.parse(to));
  });
});

describe("instants", () => {
  test.each(["2026-06-01", "2026-06-01T12:00Z", "2026-06-01T12:00:00Z", "2026-06-01T17:00:00+05:00"])("%s is read",
    (text) => expect(parseInstant(text)).not.toBeNull());
  test.each(["", "now", "2026", "2026-06-01T12:00:00", "2026-02-30T25:00:00Z", "1e12", "12/06/2026"])("%s is refused",
    (text) => expect(parseInstant(text)).toBeNull());
  test("an offset is the same instant", () => expect(parseInstant("2026-06-01T17:00:00+05:00")).toBe(noon));
  test("no fraction of a second", () => expect(instantText(noon + 7)).toBe("2026-06-01T12:00:00Z"));
  test("people read UTC", () => expect(readableInstant("2026-06-01T12:00:00Z")).toBe("2026-06-01 12:00 UTC"));
  test("what is no date is shown as it is", () => expect(readableInstant("unknown")).toBe("unknown"));
});

test("the time in a link survives", () => {
  for (const time of [{ at: noon, windowHours: 0 }, { at: noon, windowHours: 720 }])
    expect(timeFromText(timeToText(time))).toEqual(time);
  for (const text of ["", "~", "2026-06-01T12:00:00Z~", "2026-06-01T12:00:00Z~-1", "2026-06-01T12:00:00Z~1~2"])
    expect(timeFromText(text)).toBeNull();
});

describe("the slider's range", () => {
  test("reaches over all intervals, in whole days", () => {
    const range = rangeOf([["2026-01-04T05:00:00Z", "2026-03-01T00:00:00Z"], ["2025-12-31T23:00:00Z", null]], noon);
    expect(instantText(range.from)).toBe("2025-12-31T00:00:00Z");
    expect(instantText(range.to)).toBe("2026-06-02T00:00:00Z");
  });
  test("is never empty", () => {
    const range = rangeOf([], noon);
    expect(range.to).toBeGreaterThan(range.from);
    const one = rangeOf([["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]], noon);
    expect(one.to - one.from).toBeGreaterThanOrEqual(day);
  });
  test("is walked in a few hundred steps at most for years, by the hour for days", () => {
    expect(stepOf({ from: 0, to: 5 * day })).toBe(hour);
    expect((365 * day) / stepOf({ from: 0, to: 365 * day })).toBeLessThan(1000);
    expect((30 * 365 * day) / stepOf({ from: 0, to: 30 * 365 * day })).toBeLessThan(2000);
  });
  test("holds what it shows", () => {
    expect(clamp(5, { from: 10, to: 20 })).toBe(10);
    expect(clamp(25, { from: 10, to: 20 })).toBe(20);
  });
});
