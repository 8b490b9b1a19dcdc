// The map in a real browser against the real program: Debian's Chromium, WebGL in software, one page at a time.
//   SARHAD_PROGRAM  the program (default build/release/sarhad); it is started with the demo data loaded
//   SARHAD_WEB      the built map (default web/dist)
//   SARHAD_URL      a server that already runs, instead
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "results",
  globalSetup: "./start_server.ts",
  workers: 1,
  retries: 1, // named in the summary when it was needed
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env["SARHAD_CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist",
        "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
  },
});
