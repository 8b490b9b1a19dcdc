// The page's ear: what other people change is on this map within a second. Says what the line to the server is doing.
import { signal } from "@preact/signals";
import type { Bounds } from "../api";
import { refreshTouched } from "../map/refresh";
import { token } from "../session";
import { collections } from "../state";
import { EventLine } from "./event_line";
import type { FromPage, FromWorker, Line } from "./messages";

const restTime = 250; // milliseconds
const signOfLife = 60_000; // milliseconds
const everywhere: Bounds = [-180, -90, 180, 90];

export const line = signal<Line>("connecting");
export const place = signal(""); // in the server's changes: where one would go on who has seen all that was told here
export const heard = signal<number | null>(null); // when something changed last, milliseconds since 1970

function take(message: FromWorker): void {
  if (message.kind === "line") {
    line.value = message.line;
    return;
  }
  if (message.kind === "place") {
    place.value = message.cursor;
    return;
  }
  if (message.kind === "signed_out") {
    line.value = "lost";
    return;
  }
  heard.value = Date.now();
  if (message.kind === "reset") for (const { id } of collections.peek()) note(id, [everywhere]);
  else for (const change of message.changes) note(change.collection, change.boxes);
}

// The first change is drawn at once; what follows on its heels (an import) goes together, a few times a second.
const waiting = new Map<string, Bounds[]>();
let resting = false;

function note(collection: string, boxes: readonly Bounds[]): void {
  waiting.set(collection, [...(waiting.get(collection) ?? []), ...boxes]);
  if (!resting) draw();
}

function draw(): void {
  resting = waiting.size > 0;
  if (!resting) return;
  for (const [collection, boxes] of waiting) refreshTouched(collection, boxes);
  waiting.clear();
  setTimeout(draw, restTime);
}

// Starts listening; what it returns ends it. A browser without shared workers (some phones) has a line of its own.
export function startLive(): () => void {
  if (typeof SharedWorker === "undefined") {
    const own = new EventLine(token.peek(), take);
    return () => own.end();
  }
  const worker = new SharedWorker(new URL("./live_worker.ts", import.meta.url), { type: "module", name: "sarhad-live" });
  const say = (message: FromPage) => worker.port.postMessage(message);
  const hello = () => say({ kind: "hello", token: token.peek() });
  worker.port.onmessage = ({ data }: MessageEvent<FromWorker>) => take(data);
  hello();
  const timer = window.setInterval(hello, signOfLife);
  const bye = () => say({ kind: "bye" });
  window.addEventListener("pagehide", bye);
  window.addEventListener("pageshow", hello);
  return () => {
    window.clearInterval(timer);
    window.removeEventListener("pagehide", bye);
    window.removeEventListener("pageshow", hello);
    bye();
  };
}
