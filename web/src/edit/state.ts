// What is being edited, as signals: one draft at a time, kept over a reload. Components and the map read them; only
// actions.ts and the setters below change them.
import { batch, computed, signal } from "@preact/signals";
import type { Geometry } from "geojson";
import type { Feature, LayerSchema, Properties } from "../api";
import { caller } from "../session";
import { collectionById, collections } from "../state";
import type { Choices } from "./conflict";
import type { Failure } from "./failure";
import type { FaultKey, Texts } from "./form_values";
import { isRecord, kept } from "./kept";
import type { Tagged } from "./requests";
import { emptyShape, geometryOf, shapeOf, vertexCount, type Shape, type ShapeKind, type VertexAt } from "./shape";

export interface Draft {
  collection: string;
  id: string;
  fresh: boolean; // not stored yet
  correcting: string; // id of the correction that is appended, for a report; empty: it is written over
  base: Feature | null; // the version it was made from
  etag: string; // and its tag
  shape: Shape | null; // null: of a kind that is not edited here, and kept
  texts: Texts;
}

// What is appended to a feature: a state, a grading, a withdrawal.
export interface StatementDraft {
  collection: string;
  id: string; // of the feature
  statement: string; // its own id, so that one that is sent twice is stored once
  type: string;
  texts: Texts;
}

export interface LogEntry {
  id: string; // of the feature
  collection: string;
  title: string;
  at: number;
  what: "created" | "changed" | "deleted" | "stated";
  before: Feature | null;
  etag: string; // as the edit left it
  outcome: "" | "undone" | "changed_since";
}

export interface Conflict {
  theirs: Tagged | null; // null: somebody deleted it
  by: string; // account, empty when not told
  at: string;
  choices: Choices;
}

export type Tool = "draw" | "edit" | null; // what a click on the map does; null: it chooses features

function isDraft(value: unknown): value is Draft | null {
  return isRecord(value) && typeof value["collection"] === "string" && typeof value["id"] === "string"
    && typeof value["fresh"] === "boolean" && typeof value["correcting"] === "string" && typeof value["etag"] === "string" && isRecord(value["texts"])
    && (value["shape"] === null || (isRecord(value["shape"]) && Array.isArray(value["shape"]["parts"])));
}

function isStatement(value: unknown): value is StatementDraft | null {
  return isRecord(value) && typeof value["collection"] === "string" && typeof value["id"] === "string"
    && typeof value["statement"] === "string" && typeof value["type"] === "string" && isRecord(value["texts"]);
}

function isLog(value: unknown): value is readonly LogEntry[] {
  return Array.isArray(value) && value.every((entry) => isRecord(entry) && typeof entry["etag"] === "string");
}

const noEdits: readonly LogEntry[] = [];

export const draft = kept<Draft | null>("sarhad.draft", null, isDraft);
export const statement = kept<StatementDraft | null>("sarhad.statement", null, isStatement);
export const log = kept<readonly LogEntry[]>("sarhad.edits", noEdits, isLog); // newest first
export const setAside = kept<Draft | null>("sarhad.aside", null, isDraft); // mine, when theirs was kept
export const editorShown = signal(draft.peek() !== null);
export const schema = signal<LayerSchema | null>(null); // of the draft's collection
export const tool = signal<Tool>(null);
export const chosenVertex = signal<VertexAt | null>(null);
export const failure = signal<Failure | null>(null);
export const faults = signal<Readonly<Record<string, FaultKey>>>({});
export const saving = signal(false);
export const conflict = signal<Conflict | null>(null);
export const shapesBefore = signal<readonly Shape[]>([]); // of this draft, for taking back a move of the hand

export const leaving = signal(""); // "collection/id" that is being deleted here: not read again when its end is heard of

export const writableCollections = computed(() => collections.value.filter((collection) => collection.writable));

export function mayChange(collection: string, properties: Properties): boolean {
  const me = caller.value;
  if (me === null || collectionById.value.get(collection)?.writable !== true) return false;
  return me.open || (me.agency !== null && properties["agency"] === me.agency);
}

// What can be drawn in a collection; nothing is drawn where rows have no shape.
export function kindsOf(collection: string): readonly ShapeKind[] {
  switch (collectionById.value.get(collection)?.geometry) {
    case "point":
      return ["point"];
    case "line":
      return ["line"];
    case "polygon":
      return ["area"];
    case "any":
      return ["point", "line", "area"];
    default:
      return [];
  }
}

export function setShape(shape: Shape): void {
  const now = draft.peek();
  if (now === null || now.shape === null) return;
  batch(() => {
    shapesBefore.value = [...shapesBefore.peek().slice(-99), now.shape ?? shape];
    draft.value = { ...now, shape };
    if (failure.peek()?.field === "geometry") failure.value = null;
  });
}

export function takeBackShape(): void {
  const before = shapesBefore.peek().at(-1);
  const now = draft.peek();
  if (before === undefined || now === null) return;
  batch(() => {
    shapesBefore.value = shapesBefore.peek().slice(0, -1);
    draft.value = { ...now, shape: before };
    chosenVertex.value = null;
    if (vertexCount(before) === 0) tool.value = "draw";
  });
}

export function setText(field: string, typed: string): void {
  const now = draft.peek();
  if (now === null) return;
  const { [field]: _, ...others } = faults.peek();
  batch(() => {
    draft.value = { ...now, texts: { ...now.texts, [field]: typed } };
    faults.value = others;
    if (failure.peek()?.field === field) failure.value = null;
  });
}

export function draftGeometry(of: Draft): Geometry | null {
  return of.shape === null ? (of.base?.geometry ?? null) : geometryOf(of.shape);
}

export function shapeForEditing(geometry: Geometry | null, kinds: readonly ShapeKind[]): Shape | null {
  return geometry === null ? emptyShape(kinds[0] ?? "point") : shapeOf(geometry);
}
