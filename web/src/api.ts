// The one file that speaks to the server. Addresses start at this page's origin and nowhere else; the map library's own
// requests (tiles, glyphs, sprite) go where the style says, which is this origin too.
import type { Geometry } from "geojson";
import type { StyleSpecification } from "maplibre-gl";
import type { paths } from "./api-types";
import { token, type Caller } from "./session";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Properties = Readonly<Record<string, Json>>;
export type Bounds = readonly [west: number, south: number, east: number, north: number];

export interface Collection {
  id: string;
  title: string;
  description: string;
  geometry: string; // point, line, polygon, any, none
  count: number | null; // null: the server doesn't say
  writable: boolean; // by this caller
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
  kind: string; // the layer's own type: text, enumeration, number, integer, boolean, instant, text_list, json
  enumerated: boolean;
  values: readonly string[]; // of an enumeration
  required: boolean;
  readOnly: boolean;
  common: boolean; // a field that every layer has
  access: string; // open, agency, need_to_know
}

export interface LayerSchema {
  fields: readonly SchemaField[];
  change: string; // how rows change: replace, states (appended), statements (only appended)
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
  properties?: readonly string[]; // only these; all when absent
  limit: number;
}

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: no answer at all
    message: string,
    readonly pointer = "", // RFC 6901, into the body that was sent
    readonly retryAfter: number | null = null, // seconds
    readonly problem: { readonly [key: string]: Json } = {}, // all that the server said
  ) {
    super(message);
    this.name = "ApiError";
  }
}

export interface Answer {
  body: Json;
  etag: string;
}

export interface Outgoing {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: Json;
  contentType?: string;
  ifMatch?: string;
  token?: string; // another one than that of the session
}

// Paths and parameters are those of the server's own document: one that it renames no longer compiles here.
type Path = keyof paths;
type Get<P extends Path> = paths[P] extends { readonly get: { readonly parameters: infer G } } ? G
  : paths[P] extends { readonly post: { readonly parameters: infer G } } ? G : never;
type PathVariables<P extends Path> = Get<P> extends { readonly path: infer V extends object } ? V : Record<never, never>;
type Query<P extends Path> = NonNullable<Get<P> extends { readonly query?: infer Q } ? Q : never>;

// The address below the origin: "/collections/places/items?limit=10". Lists are joined by commas, undefined is left out.
export function address<P extends Path>(path: P, variables: PathVariables<P>, query?: Query<P>): string {
  const values = new Map<string, unknown>(Object.entries(variables));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name) ?? "")));
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) parameters.set(name, Array.isArray(value) ? value.join(",") : String(value));
  return parameters.size === 0 ? filled : `${filled}?${parameters}`;
}

// What goes with every request to this server, the map library's own among them.
export function authorization(held = token.peek()): Record<string, string> {
  return held === "" ? {} : { authorization: `Bearer ${held}` };
}

async function read(target: string, signal?: AbortSignal): Promise<Json> {
  return (await send(target, {}, signal)).body;
}

export async function send(target: string, outgoing: Outgoing, signal?: AbortSignal): Promise<Answer> {
  const url = new URL(target, window.location.origin);
  if (url.origin !== window.location.origin) throw new ApiError(0, "another origin");
  const headers: Record<string, string> = { accept: "application/json", ...authorization(outgoing.token) };
  if (outgoing.body !== undefined) headers["content-type"] = outgoing.contentType ?? "application/json";
  if (outgoing.ifMatch !== undefined) headers["if-match"] = outgoing.ifMatch;
  let response: Response;
  try {
    response = await fetch(url, {
      method: outgoing.method ?? "GET",
      headers,
      ...(outgoing.body === undefined ? {} : { body: JSON.stringify(outgoing.body) }),
      ...(signal ? { signal } : {}),
    });
  } catch (reason) {
    if (signal?.aborted) throw reason;
    throw new ApiError(0, "no answer from the server");
  }
  const body: Json = await response.json().catch((reason: unknown) => {
    if (signal?.aborted) throw reason;
    if (reason instanceof TypeError) throw new ApiError(0, "the answer broke off");
    return null; // none was sent
  });
  if (!response.ok) {
    const problem = object(body);
    const said = text(problem["detail"]) || text(problem["title"]) || `status ${response.status}`;
    const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
    throw new ApiError(response.status, said, text(problem["pointer"]), Number.isNaN(seconds) ? null : seconds, problem);
  }
  return { body, etag: response.headers.get("etag") ?? "" };
}

// The changes as they come, behind `cursor` (empty: from now), as bytes of text/event-stream. Also runs in the shared
// worker, which has no session of its own: the token is handed in.
export async function openEvents(cursor: string, bearer: string, signal: AbortSignal):
  Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (bearer !== "") headers["authorization"] = `Bearer ${bearer}`;
  if (cursor !== "") headers["last-event-id"] = cursor;
  const response = await fetch(new URL(address("/events", {}), self.location.origin), { headers, signal, cache: "no-store" });
  if (!response.ok || response.body === null) throw new ApiError(response.status, "no events");
  return response.body.getReader();
}

// Whether the server answers at all; asked after a failed tile, whose own error doesn't say.
export async function serverAnswers(): Promise<boolean> {
  try {
    await read(address("/health", {}));
    return true;
  } catch (reason) {
    return reason instanceof ApiError && reason.status !== 0;
  }
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

export function number(value: Json | undefined): number | null {
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
    writable: own["writable"] === true,
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

export function parseFeature(value: Json | undefined): Feature {
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
  const document = object(await read(address("/collections", {}, { f: "json" }), signal));
  return list(document["collections"]).map(parseCollection);
}

export async function getSchema(collection: string, signal?: AbortSignal): Promise<readonly SchemaField[]> {
  return (await getLayerSchema(collection, signal)).fields;
}

export async function getLayerSchema(collection: string, signal?: AbortSignal): Promise<LayerSchema> {
  const document = object(await read(address("/collections/{id}/schema", { id: collection }, { f: "json" }), signal));
  const required = list(document["required"]);
  const position = (field: { readonly [key: string]: Json }) => number(field["x-ogc-propertySeq"]) ?? 0;
  const fields = Object.entries(object(document["properties"]))
    .map(([name, value]) => ({ name, field: object(value) }))
    .sort((a, b) => position(a.field) - position(b.field))
    .map(({ name, field }): SchemaField => ({
      name,
      title: text(field["title"]) || name,
      description: text(field["description"]),
      unit: text(field["x-ogc-unit"]),
      format: text(field["format"]),
      type: text(field["type"]),
      kind: text(field["x-sarhad-type"]),
      enumerated: list(field["enum"]).length > 0,
      values: list(field["enum"]).map(text),
      required: required.includes(name),
      readOnly: field["readOnly"] === true,
      common: field["x-sarhad-common"] === true,
      access: text(field["x-sarhad-access"]),
    }));
  return { fields, change: text(document["x-sarhad-change"]) };
}

// Who holds the session's token, or another one that is tried.
export async function getCaller(tried?: string): Promise<Caller> {
  const document = object((await send(address("/me", {}), tried === undefined ? {} : { token: tried })).body);
  return {
    account: text(document["account"]),
    agency: text(document["agency"]) || null,
    roles: list(document["roles"]).map(text),
    open: document["open"] === true,
  };
}

export async function getFeature(collection: string, id: string, signal?: AbortSignal): Promise<Feature> {
  return parseFeature(await read(featurePath(collection, id), signal));
}

export function featurePath(collection: string, id: string): string {
  return address("/collections/{id}/items/{fid}", { id: collection, fid: id }, { f: "json" });
}

export async function getItems(collection: string, query: ItemsQuery, signal?: AbortSignal): Promise<FeaturePage> {
  const target = address("/collections/{id}/items", { id: collection }, {
    f: "json",
    limit: query.limit,
    ...(query.bounds ? { bbox: query.bounds.map((value) => Number(value.toFixed(6))) } : {}),
    ...(query.datetime !== undefined ? { datetime: query.datetime } : {}),
    ...(query.filter !== undefined ? { filter: query.filter } : {}),
    ...(query.properties ? { properties: query.properties } : {}),
  });
  return parsePage(await read(target, signal));
}

// Every feature of a small collection, page by page; stops at `most`.
export async function getAllItems(collection: string, properties: readonly string[], most: number): Promise<Feature[]> {
  let page = await getItems(collection, { limit: 2000, properties });
  const features = [...page.features];
  while (page.next !== null && features.length < most) {
    const next = new URL(page.next, window.location.origin);
    page = parsePage(await read(next.pathname + next.search));
    if (page.features.length === 0) break;
    features.push(...page.features);
  }
  return features;
}

function isStyle(value: unknown): value is StyleSpecification {
  return typeof value === "object" && value !== null && "version" in value && value.version === 8 && "layers" in value;
}

export async function getStyle(theme: "light" | "dark", signal?: AbortSignal): Promise<StyleSpecification> {
  const id = theme === "dark" ? "border-dark" : "border";
  const document: unknown = await read(address("/styles/{id}", { id }), signal);
  if (!isStyle(document)) throw new ApiError(0, "not a style");
  return document;
}
