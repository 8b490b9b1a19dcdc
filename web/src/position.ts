// Positions as people write them: degrees and MGRS, both ways.
import { forward, toPoint } from "mgrs";

export interface Position {
  lon: number;
  lat: number;
}

// "34.12345° N 71.09876° E"
export function degreesText(position: Position, digits = 5): string {
  const lat = `${Math.abs(position.lat).toFixed(digits)}° ${position.lat < 0 ? "S" : "N"}`;
  const lon = `${Math.abs(wrap(position.lon)).toFixed(digits)}° ${wrap(position.lon) < 0 ? "W" : "E"}`;
  return `${lat} ${lon}`;
}

export function wrap(lon: number): number {
  return lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180;
}

// "42S XD 12345 67890" to the metre; empty where the grid ends (beyond 84° N and 80° S it is another grid).
export function mgrsText(position: Position): string {
  if (!(position.lat >= -80 && position.lat <= 84)) return "";
  const text = forward([wrap(position.lon), position.lat], 5);
  const parts = /^(\d{1,2}[C-X])([A-Z]{2})(\d{5})(\d{5})$/.exec(text);
  return parts === null ? text : `${parts[1]} ${parts[2]} ${parts[3]} ${parts[4]}`;
}

function parseMgrs(text: string): Position | null {
  const compact = text.toUpperCase().replaceAll(/\s+/g, "");
  const parts = /^(\d{1,2})([C-HJ-NP-X])([A-HJ-NP-Z]{2})((?:\d\d){1,5})$/.exec(compact);
  if (parts === null || Number(parts[1]) < 1 || Number(parts[1]) > 60) return null;
  try {
    const [lon, lat] = toPoint(compact);
    return Number.isFinite(lon) && Number.isFinite(lat) ? { lon, lat } : null;
  } catch {
    return null; // letters that no square of this zone has
  }
}

// "34.1, 71.2" (latitude first, as people say it), "34.1N 71.2E", "71.2E 34.1N" or MGRS; null for anything else.
export function parsePosition(text: string): Position | null {
  const trimmed = text.trim();
  const mgrs = parseMgrs(trimmed);
  if (mgrs !== null) return mgrs;
  const pair = /^([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NSEW]?)[\s,;]+([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NSEW]?)$/i.exec(trimmed);
  if (pair === null) return null;
  const [, first = "", firstSide = "", second = "", secondSide = ""] = pair;
  const value = (digits: string, side: string) => Number(digits) * (/[SW]/i.test(side) ? -1 : 1);
  const a = value(first, firstSide);
  const b = value(second, secondSide);
  const lonFirst = /[EW]/i.test(firstSide) || /[NS]/i.test(secondSide);
  if (lonFirst && (/[NS]/i.test(firstSide) || /[EW]/i.test(secondSide))) return null;
  const position = lonFirst ? { lon: a, lat: b } : { lon: b, lat: a };
  return Math.abs(position.lat) <= 90 && Math.abs(position.lon) <= 180 ? position : null;
}
