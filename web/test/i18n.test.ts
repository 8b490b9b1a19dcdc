import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { direction, knownLanguage, language, languages, readable, t, word } from "../src/i18n";
import { english } from "../src/text/en";

afterEach(() => {
  delete languages["xx"];
  language.value = "en";
});

describe("the text table", () => {
  test("fills in values and leaves what it has no value for", () => {
    expect(t("list.of", { shown: 3, total: 7 })).toBe("3 of 7");
    expect(t("list.of", { shown: 3 })).toBe("3 of {total}");
  });
  test("a value is never read as a pattern", () => {
    expect(t("list.failed", { name: "$& {name}" })).toBe("Could not read $& {name}");
  });
  test("another language sets direction and falls back key by key", () => {
    languages["xx"] = { name: "Test", direction: "rtl", text: { "panel.layers": "پرتیں" } };
    language.value = "xx";
    expect(direction.value).toBe("rtl");
    expect(t("panel.layers")).toBe("پرتیں");
    expect(t("panel.legend")).toBe(english["panel.legend"]);
  });
  test("an unknown language is English", () => {
    expect(knownLanguage("zz")).toBe("en");
    expect(knownLanguage("constructor")).toBe("en");
    expect(knownLanguage(null)).toBe("en");
  });
  test("a value of the data has its word, or is made readable", () => {
    expect(word("som")).toBe("Smuggling of migrants");
    expect(word("under_construction")).toBe("Under construction");
    expect(readable("")).toBe("");
  });
});

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]);
}

describe("the sources", () => {
  const root = new URL("../src", import.meta.url).pathname;
  const files = sources(root).map((path) => ({ path, text: readFileSync(path, "utf8") }));

  test("every text that is in the table is used", () => {
    const code = files.filter(({ path }) => /\.tsx?$/.test(path) && !path.includes("/text/")).map(({ text }) => text).join();
    const unused = Object.keys(english).filter((key) => !key.startsWith("word.") && !code.includes(`"${key}"`));
    expect(unused).toEqual([]);
  });
  test("only api.ts fetches", () => {
    const fetching = files.filter(({ path, text }) => /\bfetch\(|XMLHttpRequest|EventSource|WebSocket|sendBeacon/.test(text)
      && !path.endsWith("/api.ts"));
    expect(fetching.map(({ path }) => path)).toEqual([]);
  });
  test("styles know no left and right", () => {
    const sided = /(?<![\w-])(((margin|padding|border|inset)-)?(left|right|top|bottom)|((min|max)-)?(width|height))\s*:/;
    const physical = files.filter(({ path, text }) => path.endsWith(".css") && sided.test(text.replaceAll(/@media[^{]*/g, "")));
    expect(physical.map(({ path }) => path)).toEqual([]);
  });
  test("no text is set as markup", () => {
    const raw = files.filter(({ text }) => /innerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write/.test(text));
    expect(raw.map(({ path }) => path)).toEqual([]);
  });
});
