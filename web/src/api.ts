// The one file that speaks to the server. Addresses start at this page's origin and nowhere else; the map library's own
// requests (tiles, glyphs, sprite) go where the style says, which is this origin too.
import type { Geometry } from "geojson";
import type { StyleSpecification } from "maplibre-gl";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Properties = Readonly<Record<string, Json>>;
export type Bounds = readonly [west: number, south: number, east: number, north: number];

export interface Collection {
  id: string;
  title: string;
  description: string;
  geometry: string; // point, line, polygon, any, none
  count: number | null; // null: the server doesn't say
  bounds: Bounds | null;
  interval: readonly [string | null, string | null] | null;
  attribution: string;
}

export interface SchemaField {
  name: string;
  title: string;
  description: string;
  unit: string;
  format: string;
  type: string;
  enumerated: boolean;
  access: string; // open, agency, need_to_know
}

export interface Feature {
  id: string;
  geometry: Geometry | null;
  properties: Properties;
}

export interface FeaturePage {
  features: readonly Feature[];
  matched: number | null;
  next: string | null;
}

export interface ItemsQuery {
  bounds?: Bounds;
  datetime?: string | undefined;
  filter?: string;
  limit: number;
}

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: no answer at all
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

async function read(path: string, signal?: AbortSignal): Promise<Json> {
  const url = new URL(path, window.location.origin);
  if (url.origin !== window.location.origin) throw new ApiError(0, "another origin");
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  } catch (reason) {
    if (signal?.aborted) throw reason;
    throw new ApiError(0, "no answer from the server");
  }
  const body: Json = await response.json().catch(() => null);
  if (!response.ok) {
    const problem = object(body);
    throw new ApiError(response.status, text(problem["detail"]) || text(problem["title"]) || `status ${response.status}`);
  }
  return body;
}

// ---- reading loosely: a field that is missing or odd becomes empty, never an exception in a component

export function object(value: Json | undefined): { readonly [key: string]: Json } {
  return isObject(value) ? value : {};
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function number(value: Json | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function parseBounds(value: Json | undefined): Bounds | null {
  const numbers = list(value).map(number);
  const [west, south, east, north] = numbers.length === 6 ? [numbers[0], numbers[1], numbers[3], numbers[4]] : numbers;
  return west != null && south != null && east != null && north != null ? [west, south, east, north] : null;
}

function parseCollection(value: Json): Collection {
  const document = object(value);
  const own = object(document["sarhad"]);
  const extent = object(document["extent"]);
  const interval = list(list(object(extent["temporal"])["interval"])[0]);
  return {
    id: text(document["id"]),
    title: text(document["title"]) || text(document["id"]),
    description: text(document["description"]),
    geometry: text(own["geometry"]),
    count: number(own["count"]),
    bounds: parseBounds(list(object(extent["spatial"])["bbox"])[0]),
    interval: interval.length === 2 ? [text(interval[0]) || null, text(interval[1]) || null] : null,
    attribution: text(own["attribution"]) || text(document["attribution"]),
  };
}

const geometryTypes = new Set(["Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
  "GeometryCollection"]);

function isGeometry(value: unknown): value is Geometry {
  return typeof value === "object" && value !== null && "type" in value && geometryTypes.has(String(value.type));
}

function parseFeature(value: Json): Feature {
  const document = object(value);
  const geometry: unknown = document["geometry"];
  return {
    id: text(document["id"]) || text(object(document["properties"])["id"]),
    geometry: isGeometry(geometry) ? geometry : null,
    properties: object(document["properties"]),
  };
}

function parsePage(value: Json): FeaturePage {
  const document = object(value);
  const next = list(document["links"]).map(object).find((link) => link["rel"] === "next");
  return {
    features: list(document["features"]).map(parseFeature),
    matched: number(document["numberMatched"]),
    next: text(next?.["href"]) || null,
  };
}

// ---- what the map asks for

export async function getCollections(signal?: AbortSignal): Promise<Collection[]> {
  return list(object(await read("/collections?f=json", signal))["collections"]).map(parseCollection);
}

export async function getSchema(collection: string, signal?: AbortSignal): Promise<SchemaField[]> {
  const document = object(await read(`/collections/${encodeURIComponent(collection)}/schema?f=json`, signal));
  return Object.entries(object(document["properties"])).map(([name, value]) => {
    const field = object(value);
    return {
      name,
      title: text(field["title"]) || name,
      description: text(field["description"]),
      unit: text(field["x-ogc-unit"]),
      format: text(field["format"]),
      type: text(field["type"]),
      enumerated: list(field["enum"]).length > 0,
      access: text(field["x-sarhad-access"]),
    };
  });
}

export async function getFeature(collection: string, id: string, signal?: AbortSignal): Promise<Feature> {
  return parseFeature(await read(featurePath(collection, id), signal));
}

export function featurePath(collection: string, id: string): string {
  return `/collections/${encodeURIComponent(collection)}/items/${encodeURIComponent(id)}?f=json`;
}

export async function getItems(collection: string, query: ItemsQuery, signal?: AbortSignal): Promise<FeaturePage> {
  const parameters = new URLSearchParams({ f: "json", limit: String(query.limit) });
  if (query.bounds) parameters.set("bbox", query.bounds.map((value) => value.toFixed(6)).join(","));
  if (query.datetime !== undefined) parameters.set("datetime", query.datetime);
  if (query.filter !== undefined) parameters.set("filter", query.filter);
  return parsePage(await read(`/collections/${encodeURIComponent(collection)}/items?${parameters}`, signal));
}

// Every feature of a small collection, page by page; stops at `most`.
export async function getAllItems(collection: string, most: number, signal?: AbortSignal): Promise<Feature[]> {
  let page = await getItems(collection, { limit: 1000 }, signal);
  const features = [...page.features];
  while (page.next !== null && features.length < most) {
    const next = new URL(page.next, window.location.origin);
    page = parsePage(await read(next.pathname + next.search, signal));
    if (page.features.length === 0) break;
    features.push(...page.features);
  }
  return features;
}

function isStyle(value: unknown): value is StyleSpecification {
  return typeof value === "object" && value !== null && "version" in value && value.version === 8 && "layers" in value;
}

export async function getStyle(theme: "light" | "dark", signal?: AbortSignal): Promise<StyleSpecification> {
  const document: unknown = await read(theme === "dark" ? "/styles/border-dark" : "/styles/border", signal);
  if (!isStyle(document)) throw new ApiError(0, "not a style");
  return document;
}
