// What the editor asks of the server: features written with the tag of the version they were made from, statements
// appended, history read.
import type { Geometry } from "geojson";
import { address, list, object, parseFeature, send, text, type Feature, type Json, type Properties } from "../api";

export interface Tagged {
  feature: Feature;
  etag: string;
}

export interface HistoryVersion {
  version: number;
  account: string; // empty: not told to this caller
  recordedAt: string; // empty: not told
  removed: boolean;
  feature: Feature | null; // null where it was removed
}

const geojson = "application/geo+json";

function featureBody(id: string, geometry: Geometry | null, properties: Properties): Json {
  // a geometry is JSON all through, though its type does not say so
  return { type: "Feature", id, geometry: geometry as unknown as Json, properties };
}

const itemPath = (collection: string, id: string) => address("/collections/{id}/items/{fid}", { id: collection, fid: id });

export async function readTagged(collection: string, id: string, signal?: AbortSignal): Promise<Tagged> {
  const { body, etag } = await send(itemPath(collection, id), {}, signal);
  return { feature: parseFeature(body), etag };
}

// Null: stored, but not shown to this caller any more.
async function written(target: string, method: "POST" | "PUT", body: Json, ifMatch?: string): Promise<Tagged | null> {
  const answer = await send(target, { method, body, contentType: geojson, ...(ifMatch === undefined ? {} : { ifMatch }) });
  return answer.body === null ? null : { feature: parseFeature(answer.body), etag: answer.etag };
}

// The id is ours, so that a repeated request stores nothing twice.
export function createFeature(collection: string, id: string, geometry: Geometry | null, properties: Properties):
    Promise<Tagged | null> {
  return written(address("/collections/{id}/items", { id: collection }), "POST", featureBody(id, geometry, properties));
}

export function replaceFeature(collection: string, id: string, etag: string, geometry: Geometry | null,
    properties: Properties): Promise<Tagged | null> {
  return written(itemPath(collection, id), "PUT", featureBody(id, geometry, properties), etag);
}

export async function deleteFeature(collection: string, id: string, etag: string): Promise<void> {
  await send(itemPath(collection, id), { method: "DELETE", ifMatch: etag });
}

// With a tag: only to the version that it is about. Without: to whatever is there, for appending takes nothing away.
export async function appendStatement(collection: string, id: string, statement: Json, etag?: string):
    Promise<Tagged | null> {
  const target = address("/collections/{id}/items/{fid}/statements", { id: collection, fid: id });
  const answer = await send(target, { method: "POST", body: statement, ...(etag === undefined ? {} : { ifMatch: etag }) });
  return answer.body === null ? null : { feature: parseFeature(answer.body), etag: answer.etag };
}

// Newest first.
export async function readHistory(collection: string, id: string, signal?: AbortSignal): Promise<HistoryVersion[]> {
  const target = address("/collections/{id}/items/{fid}/history", { id: collection, fid: id }, { f: "json" });
  const document = object((await send(target, {}, signal)).body);
  return list(document["versions"]).map(object).map((row) => ({
    version: Number(row["version"]),
    account: text(row["account"]),
    recordedAt: text(row["recorded_at"]),
    removed: row["removed"] === true,
    feature: row["feature"] === undefined ? null : parseFeature(row["feature"]),
  })).sort((a, b) => b.version - a.version);
}
