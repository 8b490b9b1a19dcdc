// How a feature is named and its values are said. Pure but for the language.
import { isObject, type Json, type Properties, type SchemaField } from "./api";
import { formatNumber, readable, t, word } from "./i18n";
import { entryOf, type LayerLegend } from "./legend";
import { readableInstant } from "./time";

// What to call it in a list: its label, its name, else what kind of thing it is.
export function titleOf(layer: LayerLegend | undefined, properties: Properties, id: string): string {
  for (const field of [layer?.labelField ?? "", "name", "place", "title"]) {
    const value = field === "" ? undefined : properties[field];
    if (typeof value === "string" && value !== "") return value;
  }
  const kind = properties["kind"];
  if (typeof kind === "string") return word(kind);
  const entry = layer === undefined ? null : entryOf(layer, properties);
  return entry?.title ?? id;
}

// The second line in a list: kind or state, then when.
export function subtitleOf(properties: Properties, title: string): string {
  const parts: string[] = [];
  for (const field of ["kind", "state", "status", "point_type", "use", "impact"]) {
    const value = properties[field];
    const said = typeof value === "string" ? word(value) : "";
    if (said !== "" && said !== title && parts.length < 2) parts.push(said);
  }
  const from = properties["valid_from"];
  if (typeof from === "string") parts.push(readableInstant(from));
  return parts.join(" · ");
}

const kilometre = 1000;

export function lengthText(metres: number): string {
  return Math.abs(metres) >= kilometre ? `${formatNumber(metres / kilometre, 1)} km` : `${formatNumber(metres)} m`;
}

export function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

// A plain value as text; lists and objects are shown by their own components.
export function valueText(value: Json, field: SchemaField): string {
  if (typeof value === "boolean") return value ? t("detail.yes") : t("detail.no");
  if (typeof value === "number") {
    if (field.unit === "m") return lengthText(value);
    return field.unit === "" ? formatNumber(value, 3) : `${formatNumber(value, 3)} ${field.unit}`;
  }
  if (typeof value === "string") return field.format === "date-time" ? readableInstant(value) : said(value, field);
  if (Array.isArray(value)) return value.map((part: Json) => (typeof part === "string" ? part : JSON.stringify(part))).join(", ");
  return JSON.stringify(value);
}

function said(value: string, field: SchemaField): string {
  return field.enumerated ? word(value) : value;
}

// Rows of a list of objects ([{km, source, year}, …]); null when it is something else.
export function rowsOf(value: Json | undefined): Readonly<Record<string, Json>>[] | null {
  const parsed = typeof value === "string" ? parsedJson(value) : value;
  if (!Array.isArray(parsed) || parsed.length === 0) return null;
  const rows = parsed.filter((row: Json) => isObject(row));
  return rows.length === parsed.length ? rows : null;
}

function parsedJson(text: string): Json | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

// Of a list's object, whose schema says no more than "text": a code reads as words, a range as a range.
export function wordOrText(value: string): string {
  if (/^\d+_\d+$/.test(value)) return value.replace("_", "–");
  return /^[a-z0-9]+(_[a-z0-9]+)+$/.test(value) ? readable(value) : value;
}

export function columnTitle(name: string): string {
  return readable(name);
}
