// Writes src/api-types.ts from a running server's OpenAPI document: npm run api-types [-- http://127.0.0.1:8080]
// The file is committed, so that a build needs no server; run this again when the interface has changed.
import { writeFileSync } from "node:fs";
import openapi, { astToString } from "openapi-typescript";

const server = process.argv[2] ?? "http://127.0.0.1:8080";
const response = await fetch(new URL("/api?f=json", server), { headers: { accept: "application/json" } });
if (!response.ok) throw new Error(`${server}/api answers ${response.status}`);
const document = await response.json();
document.servers = []; // where it ran is nobody's business
const body = astToString(await openapi(document, { alphabetize: true, immutable: true }));
const head = "// Made by `npm run api-types` from the server's OpenAPI document. Not to be edited.\n/* eslint-disable */\n\n";
writeFileSync(new URL("../src/api-types.ts", import.meta.url), head.replace("/* eslint-disable */\n", "") + body);
console.log(`src/api-types.ts: ${body.split("\n").length} lines`);
