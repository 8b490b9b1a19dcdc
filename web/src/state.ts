// What the whole page shares, as signals: components read them, actions below change them, and the view part is kept in
// the URL's fragment. No signal is changed from anywhere else.
import { batch, computed, effect, signal } from "@preact/signals";
import type { Bounds, Collection, Feature } from "./api";
import { knownLanguage, language } from "./i18n";
import { parseLegend, type Legend } from "./legend";
import type { Position } from "./position";
import { rangeOf, type ShownTime } from "./time";
import { viewFromHash, viewToHash, type Camera, type Selection, type View } from "./view";

export type Theme = "light" | "dark";
export type PanelTab = "layers" | "legend" | "list" | "edit" | "review";

export interface Candidate extends Selection {
  title: string;
}

export const relief = "relief"; // the one layer that is no collection

const initial = viewFromHash(window.location.hash);

export const camera = signal<Camera | null>(initial.camera);
export const bounds = signal<Bounds | null>(null); // of the map's window
export const hidden = signal<ReadonlySet<string>>(new Set(initial.off));
export const shownTime = signal<ShownTime | null>(initial.time);
export const selection = signal<Selection | null>(initial.selection);
export const candidates = signal<readonly Candidate[]>([]); // all that lay under the last click
export const cursor = signal<Position | null>(null);
export const theme = signal<Theme>(preferredTheme());
export const panelTab = signal<PanelTab>("layers");
export const panelOpen = signal(!window.matchMedia("(max-width: 45rem)").matches);
export const collections = signal<readonly Collection[]>([]);
export const legend = signal<Legend>(parseLegend(null));
export const distress = signal<readonly Feature[]>([]);
export const offline = signal(false);
export const announcement = signal(""); // for screen readers

language.value = knownLanguage(initial.language);

export const collectionById = computed(() => new Map(collections.value.map((c) => [c.id, c])));

// Layers whose group follows time give the slider its ends.
export const timeRange = computed(() => {
  const temporal = new Set(legend.value.groups.filter((group) => group.temporal).map((group) => group.id));
  const intervals = legend.value.layers
    .filter((layer) => temporal.has(layer.group))
    .map((layer) => collectionById.value.get(layer.collection)?.interval ?? null)
    .filter((interval) => interval !== null && (interval[0] !== null || interval[1] !== null))
    .filter((interval) => interval !== null);
  return rangeOf(intervals, Date.now());
});

function preferredTheme(): Theme {
  const stored = window.localStorage.getItem("sarhad.theme");
  if (stored === "light" || stored === "dark") return stored;
  return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function setTheme(value: Theme): void {
  theme.value = value;
  window.localStorage.setItem("sarhad.theme", value);
}

export function setLayerShown(id: string, shown: boolean): void {
  setLayersShown([id], shown);
}

export function setLayersShown(ids: readonly string[], shown: boolean): void {
  const next = new Set(hidden.value);
  for (const id of ids) {
    if (shown) next.delete(id);
    else next.add(id);
  }
  hidden.value = next;
}

export function select(chosen: Selection | null, alsoHere: readonly Candidate[] = []): void {
  batch(() => {
    selection.value = chosen;
    candidates.value = alsoHere;
  });
}

export function setLanguage(code: string): void {
  language.value = knownLanguage(code);
}

function currentView(): View {
  return {
    camera: camera.value,
    off: [...hidden.value],
    time: shownTime.value,
    selection: selection.value,
    language: language.value === "en" ? null : language.value,
  };
}

// Keeps the URL in step both ways: replaced, not pushed, so that Back leaves the map instead of replaying it.
export function followUrl(onCamera: (camera: Camera) => void): void {
  effect(() => {
    const hash = viewToHash(currentView());
    if (hash !== window.location.hash) window.history.replaceState(window.history.state, "", hash);
  });
  window.addEventListener("hashchange", () => {
    const view = viewFromHash(window.location.hash);
    batch(() => {
      hidden.value = new Set(view.off);
      shownTime.value = view.time;
      select(view.selection);
      language.value = knownLanguage(view.language);
    });
    if (view.camera !== null) onCamera(view.camera);
  });
}
