// What a person does with the editor: begin, save, settle a conflict, delete, append a state. Each write names the
// version it was made from; whatever the server says, what was typed stays.
import { batch } from "@preact/signals";
import type { Geometry } from "geojson";
import { ApiError, getCollections, getLayerSchema, type Bounds, type Feature, type Json, type LayerSchema, type Properties } from "../api";
import { titleOf } from "../feature_text";
import { boundsOf } from "../geometry";
import { t } from "../i18n";
import { refreshTouched } from "../map/refresh";
import { caller } from "../session";
import { announcement, collections, legend, panelOpen, select, setLayerShown } from "../state";
import { changesOf, differences, isDecided, merged, plainChoices, type Choices, type Difference, type Version } from "./conflict";
import { failureOf } from "./failure";
import { editableFields, parseField, propertiesOf, textsOf, type FaultKey } from "./form_values";
import {
  appendStatement, createFeature, deleteFeature, readHistory, readTagged, replaceFeature, type Tagged,
} from "./requests";
import { emptyShape, isComplete, type ShapeKind } from "./shape";
import {
  chosenVertex, conflict, draft, draftGeometry, editorShown, failure, faults, kindsOf, leaving, log, saving, schema, setAside,
  shapeForEditing, shapesBefore, statement, tool, type Draft, type LogEntry,
} from "./state";
import { faultInBoxes, settled } from "./structures";
import { makeUuid7 } from "./uuid";

export const reasonField = "reason"; // of a correction, beside the layer's own fields

export function formFields(of: Draft, layer: LayerSchema) {
  return editableFields(layer.fields, {
    change: layer.change,
    fresh: of.fresh,
    mayNameOwner: caller.value?.open === true,
    correcting: of.correcting !== "",
  });
}

export function nameOf(collection: string, id: string, properties: Properties): string {
  const layer = legend.value.layers.find((row) => row.collection === collection);
  const title = titleOf(layer, properties, id);
  return title === id ? (layer?.title ?? collection) : title;
}

// ---- begin and end

function openDraft(next: Draft): void {
  const drawn = next.shape === null ? 0 : next.shape.parts.length;
  batch(() => {
    draft.value = next;
    failure.value = null;
    faults.value = {};
    conflict.value = null;
    shapesBefore.value = [];
    chosenVertex.value = null;
    tool.value = next.shape === null ? null : drawn === 0 ? "draw" : "edit";
    editorShown.value = true;
  });
  setLayerShown(next.collection, true);
  if (window.matchMedia("(max-width: 45rem)").matches) panelOpen.value = false; // it would lie over the map
}

export async function beginNew(collection: string, kind: ShapeKind): Promise<void> {
  schema.value = await getLayerSchema(collection);
  openDraft({ collection, id: makeUuid7(), fresh: true, correcting: "", base: null, etag: "", shape: emptyShape(kind),
    texts: {} });
}

// Where rows are statements nothing is written over: what the form changes is appended as a correction.
export async function beginEdit(collection: string, id: string): Promise<void> {
  const [layer, { feature, etag }] = await Promise.all([getLayerSchema(collection), readTagged(collection, id)]);
  schema.value = layer;
  const shape = shapeForEditing(feature.geometry, kindsOf(collection));
  const correcting = layer.change === "statements" ? makeUuid7() : "";
  openDraft({ collection, id, fresh: false, correcting, base: feature, etag, shape,
    texts: textsOf(feature.properties, layer.fields) });
}

// After a reload the draft is there; what it needs to be shown is read again.
export async function resumeDraft(): Promise<void> {
  const now = draft.peek();
  if (now === null) return;
  schema.value = await getLayerSchema(now.collection);
  if (draft.peek() === now && tool.peek() === null && now.shape !== null)
    tool.value = isComplete(now.shape) ? "edit" : "draw";
}

export function closeDraft(): void {
  batch(() => {
    draft.value = null;
    conflict.value = null;
    failure.value = null;
    faults.value = {};
    tool.value = null;
    chosenVertex.value = null;
    shapesBefore.value = [];
    editorShown.value = false;
  });
}

export function isDirty(of: Draft, layer: LayerSchema | null): boolean {
  if (of.fresh) return Object.values(of.texts).some((typed) => typed.trim() !== "") || (of.shape?.parts.length ?? 0) > 0;
  const before = textsOf(of.base?.properties ?? {}, layer?.fields ?? []);
  const typed = Object.entries(of.texts).some(([name, value]) => value !== (before[name] ?? ""));
  return typed || JSON.stringify(draftGeometry(of)) !== JSON.stringify(of.base?.geometry ?? null);
}

// ---- writing

function boxesOf(...geometries: readonly (Geometry | null | undefined)[]): Bounds[] {
  return geometries.map((geometry) => (geometry == null ? null : boundsOf(geometry))).filter((box) => box !== null);
}

// The map, the list and the counts follow what was written, at once.
export function showWritten(collection: string, before: Feature | null, after: Feature | null): void {
  refreshTouched(collection, boxesOf(before?.geometry, after?.geometry));
  void getCollections().then((found) => (collections.value = found)).catch(() => undefined);
}

export function remember(entry: Omit<LogEntry, "at" | "outcome">): void {
  log.value = [{ ...entry, at: Date.now(), outcome: "" as const }, ...log.peek()].slice(0, 50);
}

function versionOf(of: Draft, layer: LayerSchema): { version: Version; faults: Readonly<Record<string, FaultKey>> } {
  const fields = formFields(of, layer);
  const base = of.base?.properties ?? {};
  const before = textsOf(base, fields);
  const touched = fields.filter((field) => of.texts[field.name] !== before[field.name])
    .map((field) => [field.name, settled(of.texts[field.name] ?? "", field)] as const);
  const read = propertiesOf({ ...of.texts, ...Object.fromEntries(touched) }, base, fields);
  const inBoxes = fields.map((field) => [field.name, faultInBoxes(of.texts[field.name] ?? "", field)] as const)
    .filter((row): row is readonly [string, FaultKey] => row[1] !== null);
  return {
    version: { geometry: draftGeometry(of), properties: read.properties },
    faults: { ...read.faults, ...Object.fromEntries(inBoxes) },
  };
}

export async function save(): Promise<void> {
  const [now, layer] = [draft.peek(), schema.peek()];
  if (now === null || layer === null || saving.peek()) return;
  const read = versionOf(now, layer);
  const half = now.shape !== null && now.shape.parts.length > 0 && !isComplete(now.shape);
  const unreasoned: Readonly<Record<string, FaultKey>> =
    now.correcting !== "" && (now.texts[reasonField] ?? "").trim() === "" ? { [reasonField]: "form.fault_required" } : {};
  faults.value = { ...read.faults, ...unreasoned };
  if (half) {
    failure.value = { status: -1, headline: t("edit.shape_incomplete"), detail: "", field: "geometry" };
    return;
  }
  const faulty = Object.keys(faults.peek()).length;
  if (faulty > 0) {
    failure.value = { status: -1, headline: t("form.faults", { n: faulty }), detail: "", field: "" };
    return;
  }
  await write(now, layer, read.version, now.etag);
}

// `etag`: of the version that this replaces. Nothing of the draft is touched before the server has stored it.
async function write(now: Draft, layer: LayerSchema, version: Version, etag: string): Promise<void> {
  saving.value = true;
  failure.value = null;
  try {
    const before = conflict.peek()?.theirs?.feature ?? now.base;
    const stored = now.fresh ? await createFeature(now.collection, now.id, version.geometry, version.properties)
      : now.correcting !== "" ? await appendStatement(now.collection, now.id, correctionOf(now, before, version), etag)
      : await replaceFeature(now.collection, now.id, etag, version.geometry, version.properties);
    finish(now, stored, before);
  } catch (reason) {
    if (!now.fresh && reason instanceof ApiError && (reason.status === 412 || reason.status === 404))
      await meetOther(now, layer, version, reason);
    else failure.value = failureOf(reason);
  } finally {
    saving.value = false;
  }
}

function correctionOf(now: Draft, before: Feature | null, version: Version): Json {
  const properties = changesOf(before?.properties ?? {}, version.properties);
  const moved = differences(before ?? { geometry: null, properties: {} }, version, before ?? version, []).length > 0;
  return {
    id: now.correcting,
    type: "correction",
    reason: (now.texts[reasonField] ?? "").trim(),
    ...(Object.keys(properties).length > 0 || !moved ? { properties } : {}),
    ...(moved ? { geometry: version.geometry as unknown as Json } : {}), // JSON all through
  };
}

function finish(now: Draft, stored: Tagged | null, before: Feature | null): void {
  const after = stored?.feature ?? null;
  const title = nameOf(now.collection, now.id, after?.properties ?? now.texts);
  remember({ collection: now.collection, id: now.id, title,
    what: now.fresh ? "created" : now.correcting !== "" ? "stated" : "changed",
    before: now.fresh ? null : before, etag: stored?.etag ?? "" });
  closeDraft();
  showWritten(now.collection, before, after);
  select(after === null ? null : { collection: now.collection, id: now.id });
  announcement.value = t(after === null ? "edit.saved_unseen" : "edit.saved", { name: title });
}

// ---- two at once

// Somebody was faster: reads what is there now and who wrote it. Our own write whose answer was lost is no conflict.
async function meetOther(now: Draft, layer: LayerSchema, mine: Version, refusal: ApiError): Promise<void> {
  try {
    const versions = await readHistory(now.collection, now.id).catch(() => []);
    const newest = versions[0];
    const theirs = newest?.removed === true || refusal.status === 404 ? null : await readTagged(now.collection, now.id);
    if (theirs !== null) {
      const rows = rowsOf(now, layer, mine, theirs.feature);
      if (rows.length === 0) return finish(now, theirs, now.base);
      conflict.value = { theirs, by: newest?.account ?? "", at: newest?.recordedAt ?? "", choices: plainChoices(rows) };
    } else conflict.value = { theirs, by: newest?.account ?? "", at: newest?.recordedAt ?? "", choices: {} };
    tool.value = null;
    announcement.value = t("conflict.title");
  } catch (reason) {
    failure.value = failureOf(reason instanceof ApiError && reason.status === 404 ? refusal : reason);
  }
}

function rowsOf(now: Draft, layer: LayerSchema, mine: Version, theirs: Feature): Difference[] {
  return differences(now.base ?? { geometry: null, properties: {} }, mine, theirs, formFields(now, layer).map((field) => field.name));
}

export function conflictRows(): readonly Difference[] {
  const [now, layer, theirs] = [draft.value, schema.value, conflict.value?.theirs];
  if (now === null || layer === null || theirs == null) return [];
  return rowsOf(now, layer, versionOf(now, layer).version, theirs.feature);
}

export function choose(choices: Choices): void {
  const now = conflict.peek();
  if (now !== null) conflict.value = { ...now, choices: { ...now.choices, ...choices } };
}

export async function saveChoice(all?: "mine"): Promise<void> {
  const [now, layer, theirs] = [draft.peek(), schema.peek(), conflict.peek()?.theirs];
  if (now === null || layer === null || theirs == null || saving.peek()) return;
  const mine = versionOf(now, layer).version;
  const rows = rowsOf(now, layer, mine, theirs.feature);
  const choices = all === undefined ? (conflict.peek()?.choices ?? {})
    : Object.fromEntries(rows.map((row) => [row.field, all]));
  if (!isDecided(rows, choices)) return;
  await write(now, layer, merged(mine, theirs.feature, rows, choices), theirs.etag);
}

// Theirs stands. Mine is put aside in this tab, in case that was too quick.
export function keepTheirs(): void {
  const [now, theirs] = [draft.peek(), conflict.peek()?.theirs ?? null];
  if (now === null) return;
  setAside.value = now;
  closeDraft();
  showWritten(now.collection, now.base, theirs?.feature ?? null);
  select(theirs === null ? null : { collection: now.collection, id: now.id });
}

export async function bringBack(): Promise<void> {
  const mine = setAside.peek();
  if (mine === null) return;
  schema.value = await getLayerSchema(mine.collection);
  openDraft(mine);
  setAside.value = null;
}

// They deleted it: mine becomes a new feature, with its own id.
export function makeNew(): void {
  const now = draft.peek();
  if (now === null) return;
  batch(() => {
    conflict.value = null;
    draft.value = { ...now, id: makeUuid7(), fresh: true, correcting: "", base: null, etag: "" };
  });
}

// Back to the form: from here on it is an edit of what is there now, with what I changed on top.
export function backToForm(): void {
  const [now, theirs, layer] = [draft.peek(), conflict.peek()?.theirs, schema.peek()];
  if (now === null || layer === null || theirs == null) return;
  const mine = versionOf(now, layer).version;
  const rows = rowsOf(now, layer, mine, theirs.feature);
  const kept = merged(mine, theirs.feature, rows, { ...plainChoices(rows) });
  const shape = kept.geometry === mine.geometry ? now.shape : shapeForEditing(kept.geometry, kindsOf(now.collection));
  batch(() => {
    conflict.value = null;
    draft.value = { ...now, base: theirs.feature, etag: theirs.etag, shape,
      texts: { ...now.texts, ...textsOf(kept.properties, formFields(now, layer)) } };
    tool.value = shape === null ? null : "edit";
  });
}

// ---- delete, append

// No longer looked at before anybody can hear that it is gone.
export async function takeAway(collection: string, id: string, etag: string): Promise<void> {
  leaving.value = `${collection}/${id}`;
  try {
    await deleteFeature(collection, id, etag);
    select(null);
  } finally {
    leaving.value = "";
  }
}

export async function remove(collection: string, now: Tagged): Promise<void> {
  const { feature, etag } = now;
  await takeAway(collection, feature.id, etag);
  const title = nameOf(collection, feature.id, feature.properties);
  remember({ collection, id: feature.id, title, what: "deleted", before: feature, etag: "" });
  showWritten(collection, feature, null);
  announcement.value = t("edit.deleted", { name: title });
}

// Faults by field; empty when it was stored. Throws what the server refuses.
export async function append(feature: Feature, fields: Parameters<typeof parseField>[1][]):
    Promise<Readonly<Record<string, FaultKey>>> {
  const now = statement.peek();
  if (now === null) return {};
  const found: Record<string, FaultKey> = {};
  const body: Record<string, string> = { id: now.statement, type: now.type };
  for (const field of fields) {
    const parsed = parseField(now.texts[field.name] ?? "", field);
    if ("fault" in parsed) found[field.name] = parsed.fault;
    else if (typeof parsed.value === "string") body[field.name] = parsed.value;
  }
  if (Object.keys(found).length > 0) return found;
  const stored = await appendStatement(now.collection, now.id, body);
  const title = nameOf(now.collection, now.id, feature.properties);
  statement.value = null;
  remember({ collection: now.collection, id: now.id, title, what: "stated", before: feature, etag: stored?.etag ?? "" });
  showWritten(now.collection, feature, stored?.feature ?? null);
  announcement.value = t("state.appended", { name: title });
  return found;
}
