// The time shown on the map: nothing (all dates), or an instant with a window that reaches back from it. UTC only.

export interface ShownTime {
  at: number; // milliseconds since 1970
  windowHours: number; // 0: that instant
}

export interface TimeRange {
  from: number;
  to: number;
}

export const hour = 3_600_000;
export const day = 24 * hour;

// "2024-03-01T12:00:00Z": to the second, which is what the slider can say.
export function instantText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}

export function parseInstant(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) return null;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

// The `datetime` parameter of tiles and items; undefined asks for all dates.
export function datetimeParameter(time: ShownTime | null): string | undefined {
  if (time === null) return undefined;
  const to = instantText(time.at);
  return time.windowHours === 0 ? to : `${instantText(time.at - time.windowHours * hour)}/${to}`;
}

// In the URL: "2024-03-01T12:00:00Z" or "2024-03-01T12:00:00Z~168" with the window in hours.
export function timeToText(time: ShownTime): string {
  return time.windowHours === 0 ? instantText(time.at) : `${instantText(time.at)}~${time.windowHours}`;
}

export function timeFromText(text: string): ShownTime | null {
  const [instant = "", window = "0", ...rest] = text.split("~");
  const at = parseInstant(instant);
  if (at === null || rest.length > 0 || !/^\d{1,6}$/.test(window)) return null;
  return { at, windowHours: Number(window) };
}

// A step that makes the whole range about a few hundred presses of an arrow key.
export function stepOf(range: TimeRange): number {
  const span = range.to - range.from;
  if (span <= 10 * day) return hour;
  if (span <= 60 * day) return 6 * hour;
  if (span <= 3 * 365 * day) return day;
  return 7 * day;
}

// What the slider reaches over: from the first to the last date in the data, whole days; at least one.
export function rangeOf(intervals: readonly (readonly [string | null, string | null])[], now: number): TimeRange {
  const starts = intervals.map(([from]) => (from === null ? null : parseInstant(from))).filter((v) => v !== null);
  const ends = intervals.map(([, to]) => (to === null ? now : parseInstant(to))).filter((v) => v !== null);
  const from = starts.length > 0 ? Math.min(...starts) : now - 30 * day;
  const to = Math.max(from + day, ends.length > 0 ? Math.max(...ends) : now);
  return { from: Math.floor(from / day) * day, to: Math.ceil(to / day) * day };
}

export function clamp(value: number, range: TimeRange): number {
  return Math.min(range.to, Math.max(range.from, value));
}

// "2024-03-01 12:00 UTC"
export function readableInstant(text: string | number): string {
  const milliseconds = typeof text === "number" ? text : Date.parse(text);
  if (Number.isNaN(milliseconds)) return String(text);
  return `${new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
