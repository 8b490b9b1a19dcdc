// Loads the shipped data into an empty directory, serves it on a free port of this machine, and takes both away again.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const top = resolve(__dirname, "../..");

interface Import {
  layer: string;
  file: string;
  mapping?: string;
  agency?: string;
  scenario?: string;
}

function load(program: string, directory: string): void {
  const manifest = JSON.parse(readFileSync(join(top, "data/manifest.json"), "utf8")) as Import[];
  for (const row of manifest) {
    const options = (["mapping", "agency", "scenario"] as const).flatMap((name) => {
      const value = row[name];
      return value === undefined ? [] : [`--${name}`, value];
    });
    execFileSync(program, ["import", "--data-dir", directory, "--layer", row.layer, ...options, join(top, "data", row.file)],
      { stdio: ["ignore", "ignore", "pipe"] });
  }
}

// Offline tiles of what the demo shows, for offline.spec.ts; written before the server holds the data.
function exportTiles(program: string, directory: string): string {
  const file = join(directory, "border.mbtiles");
  const layers = "border_sections,places,check_posts,crossing_points,fence_segments";
  execFileSync(program, ["export", "--data-dir", directory, "--layer", layers, "--tiles", "0-10", "--bbox", "61,28,67,32",
    "--scenario", "demo", "--out", file], { stdio: ["ignore", "ignore", "pipe"] });
  return file;
}

// Tokens for tests that sign in; made before the server holds the data.
function makeTokens(program: string, directory: string): void {
  for (const [variable, role, agency] of [["SARHAD_E2E_ANALYST", "analyst", "frontier_corps"], ["SARHAD_E2E_VIEWER", "viewer", "levies"]] as const) {
    const made = execFileSync(program, ["token", "create", "--data-dir", directory, "--role", role, "--agency", agency, "--json"],
      { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    process.env[variable] = (JSON.parse(made) as { token: string }).token;
  }
}

export default async function startServer(): Promise<(() => Promise<void>) | undefined> {
  if (process.env["SARHAD_URL"] !== undefined) return undefined;
  const program = resolve(process.env["SARHAD_PROGRAM"] ?? join(top, "build/release/sarhad"));
  if (!existsSync(program)) throw new Error(`no program at ${program}: build it or set SARHAD_PROGRAM`);
  const directory = mkdtempSync(join(tmpdir(), "sarhad-e2e-"));
  load(program, directory);
  makeTokens(program, directory);
  process.env["SARHAD_E2E_MBTILES"] = exportTiles(program, directory);
  const server = spawn(program, ["serve", "--data-dir", directory, "--listen", "127.0.0.1:0", "--web", process.env["SARHAD_WEB"] ?? join(top, "web/dist"),
    "--assets", join(top, "build/assets"), "--elevation", join(top, "data/relief/etopo5_window.tif"), "--open", "--demo"], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<never>((_, reject) => server.once("exit", (code) => reject(new Error(`server ended: ${code}`))));
  const listening = new Promise<string>((found) => {
    createInterface(server.stdout).on("line", (line) => {
      const address = /^listening on (http:\/\/\S+)$/.exec(line)?.[1];
      if (address !== undefined) found(address);
    });
  });
  process.env["SARHAD_URL"] = await Promise.race([listening, ended]);
  ended.catch(() => undefined); // from here on its end is expected
  return async () => {
    const gone = new Promise((done) => server.once("exit", done));
    server.kill("SIGTERM");
    await gone;
    rmSync(directory, { recursive: true, force: true });
  };
}
