import { describe, expect, test } from "vitest";
import type { SchemaField } from "../src/api";
import { changedBetween, changesOf, differences, isDecided, merged, plainChoices, type Version } from "../src/edit/conflict";
import {
  editableFields, fieldOfPointer, groupsOf, parseField, propertiesOf, textOf, textsOf,
} from "../src/edit/form_values";
import { boxesOf, faultInBoxes, jsonOf, settled, structureOf } from "../src/edit/structures";

const field = (given: Partial<SchemaField> & { name: string }): SchemaField => ({
  title: given.name, description: "", unit: "", format: "", type: "", kind: "text", enumerated: false, values: [],
  required: false, readOnly: false, common: false, access: "open", ...given,
});

const fields = [
  field({ name: "name", required: true }),
  field({ name: "kind", kind: "enumeration", enumerated: true, values: ["water", "unknown"] }),
  field({ name: "staffed", kind: "boolean" }),
  field({ name: "length_m", kind: "number" }),
  field({ name: "count", kind: "integer" }),
  field({ name: "aliases", kind: "text_list" }),
  field({ name: "persons", kind: "json" }),
  field({ name: "valid_from", kind: "instant", common: true }),
];

const stored = {
  name: "Taftan", kind: "water", staffed: false, length_m: 0, count: 12, aliases: ["Taftān", "تفتان"],
  persons: [{ sex: "f", count: 3 }], valid_from: "2026-01-07T00:00:12.345678Z",
};

describe("a form", () => {
  test("that nobody touched sends every value as it was, to the microsecond", () => {
    const { properties, faults } = propertiesOf(textsOf(stored, fields), stored, fields);
    expect(faults).toEqual({});
    expect(properties).toEqual(stored);
  });
  test("reads what is typed by the field's type", () => {
    const read = (name: string, typed: string) => parseField(typed, fields.find((row) => row.name === name)!);
    expect(read("length_m", " 12.5 ")).toEqual({ value: 12.5 });
    expect(read("length_m", "0")).toEqual({ value: 0 });
    expect(read("length_m", "12 km")).toEqual({ fault: "form.fault_number" });
    expect(read("length_m", "1e999")).toEqual({ fault: "form.fault_number" });
    expect(read("count", "3.5")).toEqual({ fault: "form.fault_integer" });
    expect(read("staffed", "false")).toEqual({ value: false });
    expect(read("aliases", "a\n\n b \n")).toEqual({ value: ["a", "b"] });
    expect(read("valid_from", "2026-03-01T12:00")).toEqual({ value: "2026-03-01T12:00:00Z" });
    expect(read("valid_from", "2026-13-01T12:00")).toEqual({ fault: "form.fault_date" });
    expect(read("valid_from", "yesterday")).toEqual({ fault: "form.fault_date" });
    expect(read("persons", "[{]")).toEqual({ fault: "form.fault_json" });
    expect(read("name", "  ")).toEqual({ fault: "form.fault_required" });
  });
  test("fills in nothing by itself: an empty choice is no value, unknown is one", () => {
    const { properties } = propertiesOf({ name: "x" }, {}, fields);
    expect(properties).toEqual({ name: "x", kind: null, staffed: null, length_m: null, count: null, aliases: null,
      persons: null, valid_from: null });
    expect(propertiesOf({ name: "x", kind: "unknown" }, {}, fields).properties["kind"]).toBe("unknown");
  });
  test("clears a value that is emptied", () => {
    expect(propertiesOf({ ...textsOf(stored, fields), count: "" }, stored, fields).properties["count"]).toBeNull();
  });
  test("does not ask for what the server sets or what is appended", () => {
    const all = [...fields, field({ name: "state" }), field({ name: "states", kind: "json" }), field({ name: "id" }),
      field({ name: "version", readOnly: true }), field({ name: "agency", common: true })];
    const names = (form: Parameters<typeof editableFields>[1]) => editableFields(all, form).map((row) => row.name);
    expect(names({ change: "states", fresh: true, mayNameOwner: false, correcting: false })).toEqual(fields.map((row) => row.name));
    expect(names({ change: "replace", fresh: true, mayNameOwner: true, correcting: false })).toContain("state");
    expect(names({ change: "replace", fresh: true, mayNameOwner: true, correcting: false })).toContain("agency");
    expect(names({ change: "replace", fresh: false, mayNameOwner: true, correcting: false })).not.toContain("agency");
    expect(groupsOf(editableFields(all, { change: "states", fresh: true, mayNameOwner: true, correcting: false })).map((group) => group.id))
      .toEqual(["what", "when", "source"]);
  });
  test("a correction does not grade: a grade is a statement of its own", () => {
    const graded = [...fields, field({ name: "source_reliability", kind: "enumeration", common: true })];
    const names = (correcting: boolean) =>
      editableFields(graded, { change: "statements", fresh: false, mayNameOwner: false, correcting }).map((row) => row.name);
    expect(names(true)).not.toContain("source_reliability");
    expect(names(false)).toContain("source_reliability");
  });
  test("says what changed and only that", () => {
    const changed = { ...stored, name: "Taftan town", persons: [{ count: 3, sex: "f" }], count: null };
    expect(changesOf(stored, changed)).toEqual({ name: "Taftan town", count: null });
    expect(changesOf({}, { name: null, kind: "water" })).toEqual({ kind: "water" });
  });
  test("finds the field that a problem points to", () => {
    expect(fieldOfPointer("/properties/from_m")).toBe("from_m");
    expect(fieldOfPointer("/properties/a~1b")).toBe("a/b");
    expect(fieldOfPointer("/geometry/coordinates/0")).toBe("geometry");
    expect(fieldOfPointer("/observed_at")).toBe("observed_at");
    expect(fieldOfPointer("")).toBe("");
  });
  test("shows a list one a line and a time without empty seconds", () => {
    expect(textOf(["a", "b"], fields[5]!)).toBe("a\nb");
    expect(textOf("2026-01-07T00:00:00Z", fields[7]!)).toBe("2026-01-07T00:00");
    expect(textOf(false, fields[2]!)).toBe("false");
  });
});

describe("a field of known parts", () => {
  const persons = field({ name: "persons", kind: "json" });
  const casualties = field({ name: "casualties", kind: "json" });
  const structure = structureOf(persons)!;
  test("is boxes both ways, and counts stay numbers", () => {
    const typed = JSON.stringify([{ count: 3, sex: "f", age_band: "18_29", unaccompanied_minor: false }]);
    const boxes = boxesOf(typed, structure)!;
    expect(boxes).toEqual([{ count: "3", sex: "f", age_band: "18_29", unaccompanied_minor: "false" }]);
    expect(JSON.parse(jsonOf(boxes, structure))).toEqual(JSON.parse(typed));
    expect(JSON.parse(jsonOf([{ count: "", sex: "m" }], structure))).toEqual([{ sex: "m" }]);
    expect(jsonOf([], structure)).toBe("");
    expect(jsonOf([{ dead: "" }], structureOf(casualties)!)).toBe("");
  });
  test("can be typed letter by letter, and is read when it is sent", () => {
    const commodities = field({ name: "commodities", kind: "json" });
    const parts = structureOf(commodities)!;
    for (const boxes of [{ what: "fuel ", amount: "12." }, { what: "fuel oil", amount: "12.50" }])
      expect(boxesOf(jsonOf([boxes], parts), parts)).toEqual([boxes]);
    const typed = jsonOf([{ what: "fuel oil ", amount: "12.50", direction: "in" }, {}], parts);
    expect(JSON.parse(settled(typed, commodities))).toEqual([{ what: "fuel oil", amount: 12.5, direction: "in" }]);
    expect(settled(jsonOf([{}], parts), commodities)).toBe("");
    expect(settled("[{", commodities)).toBe("[{");
  });
  test("that holds anything else stays JSON", () => {
    for (const typed of ['[{"count":1,"tattoo":"x"}]', '{"count":1}', "[1]", '[{"count":[1]}]', "[{"]) expect(boxesOf(typed, structure)).toBeNull();
    expect(structureOf(field({ name: "stages", kind: "json" }))).toBeNull();
    expect(structureOf(field({ name: "persons", kind: "text" }))).toBeNull();
  });
  test("keeps what is typed wrong, and says so", () => {
    const typed = jsonOf([{ count: "three" }], structure);
    expect(boxesOf(typed, structure)).toEqual([{ count: "three" }]);
    expect(faultInBoxes(typed, persons)).toBe("form.fault_number");
    expect(faultInBoxes(jsonOf([{ count: "1.5" }], structure), persons)).toBe("form.fault_integer");
    expect(faultInBoxes('[{"count":3}]', persons)).toBeNull();
  });
});

describe("two edits of one version", () => {
  const at = (lon: number) => ({ type: "Point" as const, coordinates: [lon, 28] });
  const version = (lon: number, properties: Version["properties"]): Version => ({ geometry: at(lon), properties });
  const base = version(61, { name: "a", kind: "water", season: "dry", same: 1 });
  const mine = version(61, { name: "mine", kind: "heat", season: "dry", same: 2 });
  const theirs = version(62, { name: "theirs", kind: "water", season: "wet", same: 2 });
  const names = ["name", "kind", "season", "same"];
  const rows = differences(base, mine, theirs, names);

  test("differ where they differ, and only what both changed is a question", () => {
    expect(rows.map((row) => [row.field, row.both])).toEqual([["geometry", false], ["name", true], ["kind", false], ["season", false]]);
    expect(plainChoices(rows)).toEqual({ geometry: "theirs", kind: "mine", season: "theirs" });
    expect(isDecided(rows, plainChoices(rows))).toBe(false);
    expect(isDecided(rows, { ...plainChoices(rows), name: "mine" })).toBe(true);
  });
  test("are put together field by field, and nothing of either gets lost unchosen", () => {
    expect(merged(mine, theirs, rows, { ...plainChoices(rows), name: "mine" }))
      .toEqual(version(62, { name: "mine", kind: "heat", season: "wet", same: 2 }));
    const all = (side: "mine" | "theirs") => Object.fromEntries(rows.map((row) => [row.field, side]));
    expect(merged(mine, theirs, rows, all("mine"))).toEqual(mine);
    expect(merged(mine, theirs, rows, all("theirs"))).toEqual(theirs);
  });
  test("do not differ by the order of names", () => {
    const a = version(61, { persons: [{ sex: "f", count: 1 }] });
    const b = version(61, { persons: [{ count: 1, sex: "f" }] });
    expect(differences(a, a, b, ["persons"])).toEqual([]);
    expect(changedBetween(a, b, ["persons"])).toEqual([]);
    expect(changedBetween(base, theirs, names)).toEqual(["geometry", "name", "season", "same"]);
  });
});
