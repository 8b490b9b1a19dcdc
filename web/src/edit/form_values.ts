// Between the values of a feature and the texts of a form. Every input holds text, so what was typed can be kept as it
// was typed, whatever it is. An empty text is no value: nothing is ever filled in by itself. Pure.
import type { Json, Properties, SchemaField } from "../api";

export type Texts = Readonly<Record<string, string>>;
export type FaultKey = "form.fault_number" | "form.fault_integer" | "form.fault_date" | "form.fault_json"
  | "form.fault_required";
export type Parsed = { readonly value: Json } | { readonly fault: FaultKey };

export interface FieldGroup {
  id: "what" | "when" | "source";
  fields: readonly SchemaField[];
}

const inWhen = new Set(["valid_from", "valid_to", "time_precision_s", "geo_precision_m", "geo_method"]);
const notEdited = new Set(["id", "geometry", "scenario_id"]);

export interface FormOf {
  change: string; // of the layer's schema
  fresh: boolean; // a new feature
  mayNameOwner: boolean; // with no agency of one's own the owner is stated, once
  correcting: boolean; // grades are not corrected, they are said anew
}

// What a person fills in: not what the server sets, nor states, which are appended.
export function editableFields(fields: readonly SchemaField[], form: FormOf): SchemaField[] {
  const stated = new Set(form.change === "states" ? ["state", "states"] : []);
  const graded = new Set(form.correcting ? ["source_reliability", "info_credibility"] : []);
  return fields.filter((field) => !field.readOnly && !notEdited.has(field.name) && !stated.has(field.name)
    && !graded.has(field.name)
    && (field.name !== "agency" || (form.fresh && form.mayNameOwner)));
}

// The layer's own fields first, then when and how well it is placed, then who says so.
export function groupsOf(fields: readonly SchemaField[]): FieldGroup[] {
  const groups: FieldGroup[] = [
    { id: "what", fields: [...fields.filter((field) => !field.common), ...fields.filter((field) => field.name === "remarks")] },
    { id: "when", fields: fields.filter((field) => inWhen.has(field.name)) },
    { id: "source", fields: fields.filter((field) => field.common && field.name !== "remarks" && !inWhen.has(field.name)) },
  ];
  return groups.filter((group) => group.fields.length > 0);
}

// A field that no schema has: of a statement about a feature.
export function plainField(name: string, title: string, kind = "text"): SchemaField {
  return { name, title, description: "", unit: "", format: "", type: "string", kind, enumerated: false, values: [],
    required: false, readOnly: false, common: false, access: "open" };
}

// "2026-01-07T00:00": as an input for date and time takes it, in UTC; seconds only where there are some.
export function instantInput(text: string): string {
  const plain = text.replace(/Z$/, "");
  return plain.replace(/(T\d{2}:\d{2}):00(\.0+)?$/, "$1");
}

export function textOf(value: Json | undefined, field: SchemaField): string {
  if (value === undefined || value === null) return "";
  if (field.kind === "json") return JSON.stringify(value, null, 1);
  if (Array.isArray(value)) return value.map((part: Json) => (typeof part === "string" ? part : JSON.stringify(part))).join("\n");
  if (typeof value === "string") return field.kind === "instant" ? instantInput(value) : value;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function textsOf(properties: Properties, fields: readonly SchemaField[]): Texts {
  return Object.fromEntries(fields.map((field) => [field.name, textOf(properties[field.name], field)]));
}

export function parseField(typed: string, field: SchemaField): Parsed {
  const text = typed.trim();
  if (text === "") return field.required ? { fault: "form.fault_required" } : { value: null };
  switch (field.kind) {
    case "number":
    case "integer": {
      const number = Number(text);
      if (!Number.isFinite(number)) return { fault: "form.fault_number" };
      if (field.kind === "integer" && !Number.isSafeInteger(number)) return { fault: "form.fault_integer" };
      return { value: number };
    }
    case "boolean":
      return { value: text === "true" };
    case "instant": {
      if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?$/.test(text) || Number.isNaN(Date.parse(`${text}Z`)))
        return { fault: "form.fault_date" };
      return { value: `${text.length === 16 ? `${text}:00` : text}Z` };
    }
    case "text_list":
      return { value: text.split("\n").map((line) => line.trim()).filter((line) => line !== "") };
    case "json":
      try {
        return { value: JSON.parse(text) as Json };
      } catch {
        return { fault: "form.fault_json" };
      }
    default:
      return { value: text };
  }
}

// The properties to send: a field whose text was not touched keeps the very value it had, to the last digit.
export function propertiesOf(texts: Texts, base: Properties, fields: readonly SchemaField[]):
    { properties: Properties; faults: Readonly<Record<string, FaultKey>> } {
  const properties: Record<string, Json> = {};
  const faults: Record<string, FaultKey> = {};
  for (const field of fields) {
    const before = base[field.name] ?? null;
    const typed = texts[field.name] ?? "";
    if (before !== null && typed === textOf(before, field)) {
      properties[field.name] = before;
      continue;
    }
    const parsed = parseField(typed, field);
    if ("fault" in parsed) faults[field.name] = parsed.fault;
    else properties[field.name] = parsed.value;
  }
  return { properties, faults };
}

// The field that a problem's JSON pointer (RFC 6901) is about: "/properties/name" or, in a statement, "/observed_at".
export function fieldOfPointer(pointer: string): string {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return (parts[0] === "properties" ? parts[1] : parts[0]) ?? "";
}
