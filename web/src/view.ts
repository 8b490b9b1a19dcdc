// What is looked at, as the URL's fragment and back: a link restores the map as it was. Pure; anything malformed in a
// link is left out, never an error.
import { timeFromText, timeToText, type ShownTime } from "./time";

export interface Camera {
  zoom: number;
  lat: number;
  lon: number;
}

export interface Selection {
  collection: string;
  id: string;
}

export interface View {
  camera: Camera | null;
  off: readonly string[]; // layers switched off; what isn't named is on
  time: ShownTime | null;
  selection: Selection | null;
  language: string | null;
}

const identifier = /^[A-Za-z0-9_-]{1,64}$/;

// What a first look would drown in: it is switched on by whoever asks for it.
export const offAtFirst: readonly string[] = ["silence"];

export function viewToHash(view: View): string {
  const parts: string[] = [];
  if (view.camera !== null) {
    const { zoom, lat, lon } = view.camera;
    const digits = Math.max(2, Math.ceil(zoom / 3) + 1); // below a pixel at that zoom
    parts.push(`map=${Number(zoom.toFixed(2))}/${lat.toFixed(digits)}/${lon.toFixed(digits)}`);
  }
  const off = [...view.off].sort().join(",");
  if (off !== offAtFirst.join(",")) parts.push(`off=${off}`);
  if (view.time !== null) parts.push(`time=${timeToText(view.time)}`);
  if (view.selection !== null) parts.push(`sel=${view.selection.collection}/${view.selection.id}`);
  if (view.language !== null) parts.push(`lang=${view.language}`);
  return `#${parts.join("&")}`;
}

export function viewFromHash(hash: string): View {
  const values = new Map<string, string>();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at > 0) values.set(part.slice(0, at), decode(part.slice(at + 1)));
  }
  const time = values.get("time");
  const language = values.get("lang");
  return {
    camera: parseCamera(values.get("map") ?? ""),
    off: parseOff(values.get("off")),
    time: time === undefined ? null : timeFromText(time),
    selection: parseSelection(values.get("sel") ?? ""),
    language: language !== undefined && /^[a-z]{2}$/.test(language) ? language : null,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

// `off=` with nothing behind it says that every layer is on.
function parseOff(text: string | undefined): readonly string[] {
  if (text === "") return [];
  const ids = (text ?? "").split(",").filter((id) => identifier.test(id));
  return ids.length > 0 ? ids : offAtFirst;
}

function parseCamera(text: string): Camera | null {
  const parts = text.split("/");
  if (parts.length !== 3 || !parts.every((part) => /^-?\d{1,3}(\.\d{1,12})?$/.test(part))) return null;
  const [zoom = NaN, lat = NaN, lon = NaN] = parts.map(Number);
  return zoom >= 0 && zoom <= 24 && Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { zoom, lat, lon } : null;
}

function parseSelection(text: string): Selection | null {
  const [collection = "", id = "", ...rest] = text.split("/");
  return identifier.test(collection) && identifier.test(id) && rest.length === 0 ? { collection, id } : null;
}
