// What the tests of the review share: a server of their own with a few reports that they know, people who judge, and the
// parts of the page.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, idle } from "./map_page";

const top = resolve(__dirname, "../..");
export const program = resolve(process.env["SARHAD_PROGRAM"] ?? join(top, "build/release/sarhad"));

export interface Answer {
  status: number;
  body: {
    id?: string;
    features?: { id: string; properties: Record<string, unknown> }[];
    pairs?: { a: string; b: string; judged: { verdict: string } | null }[];
    judgements?: { verdict: string; agency: string }[];
  };
}

type Role = "analyst" | "viewer" | "field_unit";

export class Desk {
  readonly faults: string[] = []; // in the consoles of all its pages; a refusal or a broken line that a test provokes is none

  private constructor(readonly url: string, private readonly folder: string, private readonly server: ChildProcess,
    readonly tokens: Readonly<Record<string, string>>) {}

  // `people`: name, role, agency. Each has a token; the server is open to nobody else.
  static async start(people: readonly (readonly [name: string, role: Role, agency: string])[]): Promise<Desk> {
    const folder = mkdtempSync(join(tmpdir(), "sarhad-e2e-review-"));
    const tokens: Record<string, string> = {};
    for (const [name, role, agency] of people) {
      const made = execFileSync(program, ["token", "create", "--data-dir", folder, "--role", role, "--agency", agency, "--json"],
        { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
      tokens[name] = (JSON.parse(made) as { token: string }).token;
    }
    const server = spawn(program, ["serve", "--data-dir", folder, "--listen", "127.0.0.1:0", "--web",
      process.env["SARHAD_WEB"] ?? join(top, "web/dist"), "--assets", join(top, "build/assets")], { stdio: ["ignore", "pipe", "ignore"] });
    const url = await new Promise<string>((found, failed) => {
      server.once("exit", (code) => failed(new Error(`the server ended: ${code}`)));
      createInterface(server.stdout).on("line", (line) => {
        const address = /^listening on (http:\/\/\S+)$/.exec(line)?.[1];
        if (address !== undefined) found(address);
      });
    });
    return new Desk(url, folder, server, tokens);
  }

  async end(): Promise<void> {
    const gone = new Promise((done) => this.server.once("exit", done));
    this.server.kill("SIGTERM");
    await gone;
    rmSync(this.folder, { recursive: true, force: true });
    expect(this.faults, "errors in the consoles").toEqual([]);
  }

  token(name: string): string {
    const held = this.tokens[name];
    if (held === undefined) throw new Error(`nobody called ${name}`);
    return held;
  }

  async ask(name: string, method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token(name)}`, ...(body === undefined ? {} : {
        "content-type": path.endsWith("/items") ? "application/geo+json" : "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer["body"] };
  }

  // A report of one of the people, told to everybody here.
  async report(name: string, lon: number, lat: number, properties: Record<string, unknown>): Promise<string> {
    const { status, body } = await this.ask(name, "POST", "/collections/reports/items", {
      type: "Feature",
      geometry: { type: "Point", coordinates: [lon, lat] },
      properties: { geo_precision_m: 1000, time_precision_s: 3600, releasable_to: ["fia", "levies", "customs"], ...properties },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    return body.id ?? "";
  }

  async judge(name: string, a: string, b: string, verdict: string): Promise<void> {
    const { status, body } = await this.ask(name, "POST", "/judgements", { a, b, verdict });
    expect(status, JSON.stringify(body)).toBe(201);
  }

  // The reports of the event that a report belongs to, in any order.
  async members(name: string, report: string): Promise<string[]> {
    const filter = encodeURIComponent(`A_CONTAINS(members, ('${report}'))`);
    const { body } = await this.ask(name, "GET", `/collections/events/items?filter=${filter}`);
    const members = body.features?.[0]?.properties["members"];
    return Array.isArray(members) ? members.map(String).sort() : [];
  }

  watch(page: Page): void {
    page.on("pageerror", (error) => this.faults.push(`exception: ${error.message}`));
    page.on("console", (message) => {
      const refused = /status of (409|412)|net::ERR_CONNECTION/.test(message.text());
      if (["error", "warning"].includes(message.type()) && !refused) this.faults.push(`${message.text()} ${message.location().url}`);
    });
  }

  // A browser of one of the people, with its map open and drawn.
  async open(browser: Browser, name: string, hash = "", size = { width: 1280, height: 800 }): Promise<Page> {
    const context: BrowserContext = await browser.newContext({ viewport: size });
    await context.addInitScript((held) => window.sessionStorage.setItem("sarhad.token", held), this.token(name));
    const page = await context.newPage();
    this.watch(page);
    await page.goto(`${this.url}/map/${hash}`);
    await idle(page);
    await expect(page.locator('[data-test="live"].live')).toBeVisible();
    return page;
  }
}

export const pair = (page: Page) => page.getByRole("complementary", { name: "Pair of reports" });
export const detail = (page: Page) => page.getByRole("complementary", { name: "Feature" });
export const rows = (page: Page) => page.locator(".pair-row");

export async function openReview(page: Page): Promise<void> {
  await page.getByRole("tab", { name: "Review" }).click();
  await expect(rows(page).first()).toBeVisible();
}

// The ids of the pair in sight, the smaller first.
export async function shownPair(page: Page): Promise<string> {
  return (await pair(page).getAttribute("data-pair")) ?? "";
}

export const keyOf = (a: string, b: string) => [a, b].sort().join("~");
export const at = (hours: number) => new Date(Date.UTC(2026, 4, 1) + hours * 3_600_000).toISOString().replace(".000", "");
