// The symbology as the style's metadata carries it: one table on the server draws the map and explains it. Pure.
import { isObject, list, object, text, type Json, type Properties } from "./api";

export interface LegendEntry {
  title: string;
  mark: "point" | "line" | "area";
  colour: string;
  icon: string;
  size: number;
  width: number;
  dash: readonly number[];
  urgent: boolean;
  beside: boolean; // a second sign around the mark of another entry
  when: readonly { field: string; values: readonly string[] }[];
}

export interface LayerLegend {
  collection: string;
  title: string;
  attribution: string;
  group: string;
  labelField: string;
  note: string;
  entries: readonly LegendEntry[];
}

export interface LayerGroup {
  id: string; // also the id of its source in the style
  title: string;
  temporal: boolean;
}

export interface Legend {
  scenario: string;
  groups: readonly LayerGroup[];
  layers: readonly LayerLegend[];
}

const hexColour = /^#[0-9a-fA-F]{6}$/;

function parseEntry(value: Json): LegendEntry {
  const row = object(value);
  const mark = text(row["mark"]);
  const colour = text(row["colour"]);
  const number = (key: string, otherwise: number) => (typeof row[key] === "number" ? row[key] : otherwise);
  return {
    title: text(row["title"]),
    mark: mark === "line" || mark === "area" ? mark : "point",
    colour: hexColour.test(colour) ? colour : "#808080",
    icon: text(row["icon"]),
    size: number("size", 1),
    width: number("width", 2),
    dash: list(row["dash"]).filter((part) => typeof part === "number"),
    urgent: row["urgent"] === true,
    beside: row["beside"] === true,
    when: list(row["when"]).filter(isObject).map((condition) => ({
      field: text(condition["field"]),
      values: list(condition["values"]).map(text),
    })),
  };
}

export function parseLegend(metadata: unknown): Legend {
  const document = isJsonObject(metadata) ? metadata : {};
  return {
    scenario: text(document["sarhad:scenario"]),
    groups: list(document["sarhad:groups"]).map(object).map((group) => ({
      id: text(group["id"]),
      title: text(group["title"]),
      temporal: group["temporal"] === true,
    })),
    layers: list(document["sarhad:legend"]).map(object).map((layer) => ({
      collection: text(layer["collection"]),
      title: text(layer["title"]),
      attribution: text(layer["attribution"]),
      group: text(layer["group"]),
      labelField: text(layer["label"]),
      note: text(layer["note"]),
      entries: list(layer["entries"]).map(parseEntry),
    })),
  };
}

function isJsonObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// As the page lists layers: what happens first, what it happens on last; within a group, what is drawn on top first.
export function inReadingOrder(legend: Legend): { group: LayerGroup; layers: LayerLegend[] }[] {
  return [...legend.groups].reverse()
    .map((group) => ({ group, layers: legend.layers.filter((layer) => layer.group === group.id).reverse() }))
    .filter(({ layers }) => layers.length > 0);
}

// The entry that draws this feature: the first with a condition that holds, as in the map's own expressions.
export function entryOf(layer: LayerLegend, properties: Properties): LegendEntry | null {
  const holds = (entry: LegendEntry) =>
    entry.when.length === 0 ||
    entry.when.some(({ field, values }) => values.includes(String(properties[field] ?? "")));
  return layer.entries.find((entry) => !entry.beside && holds(entry)) ?? null;
}
