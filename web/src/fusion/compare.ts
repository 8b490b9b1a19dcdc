// Two reports side by side: what both say, what only one says, where they differ. Pure but for the language.
import type { Feature, Json, Properties, SchemaField } from "../api";
import { isEmpty, rowsOf, valueText, wordOrText } from "../feature_text";
import { formatNumber, t, word } from "../i18n";
import { anchorOf } from "../geometry";
import { degreesText } from "../position";
import { readableInstant } from "../time";

export type Difference = "alike" | "differs" | "one"; // one: only one of the two says it

export interface ComparedRow {
  name: string;
  title: string;
  said: readonly [readonly string[], readonly string[]]; // lines of each
  difference: Difference;
}

// Always shown, and told together with what belongs to them.
const joined = new Set(["valid_from", "valid_to", "time_precision_s", "geo_precision_m", "geo_method", "source_reliability",
  "info_credibility", "count_min", "count_max", "agency", "kind", "place"]);
// Nothing that tells of what happened.
const passedOver = new Set(["id", "source_ref", "geometry", "geom", "version", "recorded_at", "retain_until", "scenario_id", "handling",
  "releasable_to", "section_id", "distance_along_m", "offset_m", "statements", "statement_details", "sealed", "validation",
  "jurisdictions", "nature"]);

export function comparedRows(reports: readonly [Feature, Feature], fields: readonly SchemaField[]): ComparedRow[] {
  const row = (name: string, title: string, say: (report: Feature) => readonly string[]): ComparedRow => {
    const said = [say(reports[0]), say(reports[1])] as const;
    return { name, title, said, difference: differenceOf(said) };
  };
  const titleOf = (name: string) => fields.find((field) => field.name === name)?.title ?? name;
  const said = (name: string) => (report: Feature) => {
    const value = report.properties[name];
    return typeof value === "string" && value !== "" ? [word(value)] : [];
  };
  return [
    row("agency", titleOf("agency"), said("agency")),
    row("kind", titleOf("kind"), said("kind")),
    row("time", t("compare.time"), ({ properties }) => timeLines(properties)),
    row("place", titleOf("place"), ({ properties }) => (typeof properties["place"] === "string" ? [properties["place"]] : [])),
    row("position", t("detail.position"), positionLines),
    row("count", t("compare.count"), ({ properties }) => countLines(properties)),
    row("grade", t("detail.grade"), ({ properties }) => gradeLines(properties)),
    ...fields.filter((field) => !joined.has(field.name) && !passedOver.has(field.name))
      .map((field) => row(field.name, field.title, ({ properties }) => linesOf(properties[field.name], field))),
  ].filter((compared) => compared.said.some((lines) => lines.length > 0));
}

function differenceOf(said: readonly [readonly string[], readonly string[]]): Difference {
  const [one, other] = said.map((lines) => lines.join("\n"));
  if (one === other) return "alike";
  return one === "" || other === "" ? "one" : "differs";
}

export function durationText(seconds: number): string {
  const [amount, unit] = seconds < 5400 ? [seconds / 60, "min"] : seconds < 172_800 ? [seconds / 3600, "h"] : [seconds / 86_400, "d"];
  return `${formatNumber(amount, 1)} ${unit}`;
}

function timeLines(properties: Properties): string[] {
  const { valid_from: from, valid_to: to, time_precision_s: precision } = properties;
  if (typeof from !== "string") return [];
  const until = typeof to === "string" && to !== from ? [t("compare.until", { time: readableInstant(to) })] : [];
  return [readableInstant(from), ...until, ...(typeof precision === "number" ? [`± ${durationText(precision)}`] : [])];
}

function positionLines({ geometry, properties }: Feature): string[] {
  const position = geometry === null ? null : anchorOf(geometry);
  if (position === null) return [t("compare.not_located")];
  const { geo_precision_m: precision, geo_method: method } = properties;
  const about = [typeof precision === "number" ? `± ${precisionText(precision)}` : "", typeof method === "string" ? word(method) : ""]
    .filter((part) => part !== "");
  return [degreesText(position, 4), ...(about.length > 0 ? [about.join(" · ")] : [])];
}

export function precisionText(metres: number): string {
  return metres >= 1000 ? `${formatNumber(metres / 1000, 1)} km` : `${formatNumber(metres)} m`;
}

export function countText(properties: Properties): string {
  const { count_min: least, count_max: most } = properties;
  if (typeof least !== "number" && typeof most !== "number") return "";
  if (typeof least !== "number") return t("count.at_most", { n: String(most) });
  if (typeof most !== "number") return t("count.at_least", { n: String(least) });
  return least === most ? String(least) : `${least}–${most}`;
}

function countLines(properties: Properties): string[] {
  const said = countText(properties);
  return said === "" ? [] : [said];
}

export function gradeText(properties: Properties): string {
  const { source_reliability: source, info_credibility: information } = properties;
  if (typeof source !== "string" && typeof information !== "string") return "";
  return `${typeof source === "string" ? source : "–"}${typeof information === "string" ? information : "–"}`;
}

function gradeLines(properties: Properties): string[] {
  const said = gradeText(properties);
  return said === "" ? [] : [said];
}

// A list of objects as one line each: "1 · AFG · Established · Unknown · F · 18–29"
function linesOf(value: Json | undefined, field: SchemaField): string[] {
  if (value === undefined || isEmpty(value)) return [];
  const rows = rowsOf(value);
  if (rows !== null) return rows.map((row) => lineOf(row));
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return Object.entries(value).map(([name, part]) => `${word(name)}: ${plain(part)}`);
  return [valueText(value, field)];
}

function lineOf(row: Readonly<Record<string, Json>>): string {
  const { count, min, max, ...others } = row;
  const many = typeof count === "number" ? [`${count} ×`] : typeof min === "number" || typeof max === "number"
    ? [`${String(min ?? "?")}–${String(max ?? "?")} ×`] : [];
  const words = Object.values(others).filter((part) => part !== null && part !== "" && part !== "unknown").map(plain);
  return [...many, ...(words.length > 0 ? words : [t("compare.unknown")])].join(" ").replace(" × ", " × ");
}

function plain(value: Json): string {
  if (typeof value === "string") return /^[a-z]+$/.test(value) ? word(value) : wordOrText(value);
  return typeof value === "number" ? formatNumber(value) : JSON.stringify(value);
}
