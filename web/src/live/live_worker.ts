// Shared by all pages of this browser: one line to the server for each account, however many maps are open.
import { EventLine } from "./event_line";
import type { FromPage, FromWorker } from "./messages";

declare const self: { onconnect: ((event: MessageEvent) => void) | null }; // TypeScript's page library has no more

const forgetAfter = 200_000; // milliseconds without a sign of life: hidden pages may speak once a minute

interface Page {
  port: MessagePort;
  token: string;
  heard: number;
}

const pages = new Set<Page>();
const lines = new Map<string, EventLine>(); // by token

function lineFor(token: string): EventLine {
  const open = lines.get(token);
  if (open !== undefined) return open;
  const say = (message: FromWorker) => {
    for (const page of pages) if (page.token === token) page.port.postMessage(message);
    if (message.kind === "signed_out") lines.delete(token);
  };
  const line = new EventLine(token, say);
  lines.set(token, line);
  return line;
}

function tidy(): void {
  for (const page of pages) if (Date.now() - page.heard > forgetAfter) pages.delete(page);
  for (const [token, line] of lines) {
    if ([...pages].some((page) => page.token === token)) continue;
    line.end();
    lines.delete(token);
  }
}

self.onconnect = (event) => {
  const port = event.ports[0];
  if (port === undefined) return;
  const page: Page = { port, token: "", heard: Date.now() };
  port.onmessage = ({ data }: MessageEvent<FromPage>) => {
    page.heard = Date.now();
    if (data.kind === "bye") {
      pages.delete(page);
      tidy();
      return;
    }
    page.token = data.token;
    pages.add(page);
    const { line, cursor } = lineFor(data.token);
    port.postMessage({ kind: "line", line } satisfies FromWorker);
    if (cursor !== "") port.postMessage({ kind: "place", cursor } satisfies FromWorker);
  };
};
setInterval(tidy, 60_000);
