// The parts of fields whose schema says only "any value": what a report or a patrol is known to hold there, so that a
// person fills in boxes and not JSON. A value that holds anything else is shown and edited as JSON. Pure.
import { isObject, type Json, type SchemaField } from "../api";
import { readable } from "../i18n";
import { parseField, plainField, textOf, type FaultKey } from "./form_values";

export interface Structure {
  rows: boolean; // a list of such objects; else one
  members: readonly SchemaField[];
}

export type Rows = readonly Readonly<Record<string, string>>[]; // the texts of the boxes

const text = (name: string) => plainField(name, readable(name));
const whole = (name: string) => plainField(name, readable(name), "integer");
const number = (name: string) => plainField(name, readable(name), "number");
const instant = (name: string) => plainField(name, readable(name), "instant");
const yesNo = (name: string) => plainField(name, readable(name), "boolean");
const choice = (name: string, ...values: string[]) => ({
  ...plainField(name, readable(name), "enumeration"),
  enumerated: true,
  values,
});
const direction = choice("direction", "in", "out", "internal", "unknown");
const offered = (name: string) => choice(name, "offered", "accepted", "declined", "unavailable", "not_offered");

const structures: Readonly<Record<string, Structure>> = {
  persons: {
    rows: true,
    members: [
      whole("count"), whole("min"), whole("max"), text("nationality"),
      choice("nationality_basis", "stated", "documented", "established", "unknown"),
      choice("sex", "f", "m", "other", "unknown"),
      choice("age_band", "0_11", "12_17", "18_29", "30_59", "60_plus", "unknown"),
      choice("role", "smuggled_migrant", "possible_tip_victim", "suspect", "witness", "deceased", "unknown"),
      yesNo("unaccompanied_minor"),
    ],
  },
  commodities: { rows: true, members: [text("what"), number("amount"), text("unit"), direction] },
  casualties: {
    rows: false,
    members: [
      whole("dead"), whole("missing_min"), whole("survivors"),
      choice("cause", "drowning", "exposure", "starvation", "suffocation", "animal_bite", "vehicle", "violence", "explosion",
        "medical", "unknown"),
    ],
  },
  referral: { rows: false, members: [offered("shelter"), offered("asylum"), offered("legal_aid"), offered("medical")] },
  declared: { rows: true, members: [number("km"), text("source"), whole("year"), text("of")] },
  legs: { rows: true, members: [text("transport"), instant("start"), instant("end")] },
};

export function structureOf(field: SchemaField): Structure | null {
  return field.kind === "json" && Object.hasOwn(structures, field.name) ? (structures[field.name] ?? null) : null;
}

// The boxes of a JSON text; null where they could not hold all of it.
export function boxesOf(typed: string, structure: Structure): Rows | null {
  if (typed.trim() === "") return [];
  let value: unknown;
  try {
    value = JSON.parse(typed);
  } catch {
    return null;
  }
  const list: readonly unknown[] = structure.rows ? (Array.isArray(value) ? value : [null]) : [value];
  const rows: Record<string, string>[] = [];
  for (const row of list) {
    if (!isObject(row as Json)) return null;
    const boxes: Record<string, string> = {};
    for (const [name, part] of Object.entries(row as Record<string, Json>)) {
      const member = structure.members.find((known) => known.name === name);
      if (member === undefined || (typeof part === "object" && part !== null)) return null;
      boxes[name] = textOf(part, member);
    }
    rows.push(boxes);
  }
  return rows;
}

// While it is typed: a box stays the text it is unless its value would be shown as just that text ("12." is on its way to
// be a number), and a row with nothing in it stays while it is being filled in. An empty box is left out.
export function jsonOf(rows: Rows, structure: Structure): string {
  const objects = rows.map((boxes) => {
    const row: Record<string, Json> = {};
    for (const member of structure.members) {
      const typed = boxes[member.name] ?? "";
      if (typed === "") continue;
      const parsed = parseField(typed, member);
      row[member.name] = "value" in parsed && textOf(parsed.value, member) === typed ? parsed.value : typed;
    }
    return row;
  });
  if (structure.rows) return objects.length === 0 ? "" : JSON.stringify(objects, null, 1);
  const [only] = objects;
  return only === undefined || Object.keys(only).length === 0 ? "" : JSON.stringify(only, null, 1);
}

// As it is sent: every box read, rows with nothing in them gone.
export function settled(typed: string, field: SchemaField): string {
  const structure = structureOf(field);
  const rows = structure === null ? null : boxesOf(typed, structure);
  if (structure === null || rows === null) return typed;
  const read = rows.map((boxes) => Object.fromEntries(structure.members.map((member) => {
    const parsed = parseField(boxes[member.name] ?? "", member);
    return [member.name, "value" in parsed ? textOf(parsed.value, member) : (boxes[member.name] ?? "")];
  })));
  return jsonOf(structure.rows ? read.filter((boxes) => Object.values(boxes).some((text) => text !== "")) : read, structure);
}

// The first box of a field that cannot be read, if any.
export function faultInBoxes(typed: string, field: SchemaField): FaultKey | null {
  const structure = structureOf(field);
  for (const boxes of structure === null ? [] : (boxesOf(typed, structure) ?? []))
    for (const member of structure?.members ?? []) {
      const parsed = parseField(boxes[member.name] ?? "", member);
      if ("fault" in parsed) return parsed.fault;
    }
  return null;
}
