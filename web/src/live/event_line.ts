// One line to the server's events, kept open for good: broken, it is opened again behind the last event that arrived,
// with longer and longer pauses while the server is away.
import { ApiError, openEvents } from "../api";
import { EventText } from "./event_text";
import { changesOf, type FromWorker, type Line } from "./messages";

const firstPause = 500; // milliseconds
const longestPause = 15_000;
const silence = 40_000; // the server says something every 15 s: longer, and the line is dead though it looks open

export class EventLine {
  line: Line = "connecting";
  cursor = ""; // behind the last event that arrived
  #ended = false;
  #current = new AbortController();

  constructor(readonly token: string, private readonly say: (message: FromWorker) => void) {
    void this.#run();
  }

  end(): void {
    this.#ended = true;
    this.#current.abort();
  }

  #set(line: Line): void {
    if (this.line === line) return;
    this.line = line;
    this.say({ kind: "line", line });
  }

  async #run(): Promise<void> {
    let pause = firstPause;
    while (!this.#ended) {
      const began = Date.now();
      try {
        await this.#listen();
      } catch (reason) {
        if (reason instanceof ApiError && reason.status === 401) {
          this.say({ kind: "signed_out" });
          return;
        }
      }
      if (this.#ended) return;
      this.#set("lost");
      pause = Date.now() - began > longestPause ? firstPause : Math.min(pause * 2, longestPause);
      await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random() / 2))); // not all maps at once
    }
  }

  async #listen(): Promise<void> {
    this.#current = new AbortController();
    const watch = { timer: setTimeout(() => this.#current.abort(), silence) };
    try {
      const reader = await openEvents(this.cursor, this.token, this.#current.signal);
      const events = new EventText();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(watch.timer);
        watch.timer = setTimeout(() => this.#current.abort(), silence);
        for (const event of events.add(decoder.decode(value, { stream: true }))) this.#take(event.name, event.data, event.id);
      }
    } finally {
      clearTimeout(watch.timer);
    }
  }

  #take(name: string, data: string, id: string): void {
    this.cursor = id;
    this.say({ kind: "place", cursor: id });
    if (name === "reset") this.say({ kind: "reset" });
    if (name === "change") this.say({ kind: "changes", changes: changesOf(data) });
    if (name !== "behind" && name !== "end") this.#set("live");
  }
}
