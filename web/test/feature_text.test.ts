import { describe, expect, test } from "vitest";
import type { SchemaField } from "../src/api";
import { isEmpty, lengthText, rowsOf, subtitleOf, titleOf, valueText, wordOrText } from "../src/feature_text";

const field = (given: Partial<SchemaField> = {}): SchemaField => ({
  name: "x", title: "X", description: "", unit: "", format: "", type: "", kind: "", enumerated: false, values: [],
  required: false, readOnly: false, common: false, access: "open", ...given,
});

describe("values are said in their unit", () => {
  test.each([
    [12_345, field({ unit: "m" }), "12.3 km"], [850, field({ unit: "m" }), "850 m"], [600, field({ unit: "s" }), "600 s"],
    [true, field(), "Yes"], ["2026-06-01T12:00:00Z", field({ format: "date-time" }), "2026-06-01 12:00 UTC"],
    ["under_repair", field({ enumerated: true }), "Under repair"], ["under_repair", field(), "under_repair"],
    [["fc", "fia"], field(), "fc, fia"],
  ])("%j", (value, shown, expected) => expect(valueText(value, shown)).toBe(expected));
  test("a zero is a value", () => {
    expect(isEmpty(0)).toBe(false);
    expect(isEmpty(false)).toBe(false);
    expect([null, undefined, "", []].every((value) => isEmpty(value))).toBe(true);
  });
  test("negative offsets keep their length", () => expect(lengthText(-2500)).toBe("-2.5 km"));
});

describe("names of features", () => {
  test("the label comes first, then the kind", () => {
    expect(titleOf(undefined, { name: "Torkham", kind: "official" }, "1")).toBe("Torkham");
    expect(titleOf(undefined, { kind: "fence_breach" }, "1")).toBe("Fence breach");
    expect(titleOf(undefined, {}, "id-1")).toBe("id-1");
  });
  test("the second line never repeats the first", () => {
    expect(subtitleOf({ kind: "fuel", impact: "low" }, "Fuel")).toBe("Low");
  });
});

test("a list of objects becomes rows, also when it comes as text", () => {
  expect(rowsOf('[{"km":5}]')).toEqual([{ km: 5 }]);
  expect(rowsOf([{ km: 5 }])).toEqual([{ km: 5 }]);
  for (const odd of [null, undefined, "", "[", "[1]", [1], [], { km: 5 }, 7]) expect(rowsOf(odd)).toBeNull();
});

test("a code inside a list's object reads as words, anything else stays as it is", () => {
  expect(["smuggled_migrant", "18_29", "60_plus", "AFG", "f", "Case 12_b", "a text"].map(wordOrText))
    .toEqual(["Smuggled migrant", "18–29", "60 plus", "AFG", "f", "Case 12_b", "a text"]);
});
