// All text of the map in one table a language. A language is a table here and nothing else: the page takes its
// direction from it, and a key that a table lacks falls back to English. Coordinates and times stay left to right.
import { computed, signal } from "@preact/signals";
import { english } from "./text/en";

export type TextKey = keyof typeof english;
export type TextTable = Partial<Record<TextKey, string>>;

interface Language {
  name: string; // in the language itself
  direction: "ltr" | "rtl";
  text: TextTable;
}

export const languages: Record<string, Language> = {
  en: { name: "English", direction: "ltr", text: english },
};

export const language = signal("en");
export const direction = computed(() => languages[language.value]?.direction ?? "ltr");

export function knownLanguage(code: string | null | undefined): string {
  return code !== null && code !== undefined && Object.hasOwn(languages, code) ? code : "en";
}

// The text of `key` with {name} replaced; reads the language signal, so what renders it follows the language.
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  const text = languages[language.value]?.text[key] ?? english[key];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

// A word from the data (an enumeration's value): from the table when it is there, else made readable.
export function word(value: string): string {
  const key = `word.${value}`;
  const table: Record<string, string | undefined> = languages[language.value]?.text ?? {};
  const fallback: Record<string, string | undefined> = english;
  return table[key] ?? fallback[key] ?? readable(value);
}

export function readable(value: string): string {
  const spaced = value.replaceAll("_", " ").trim();
  return spaced === "" ? value : spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export function formatNumber(value: number, digits = 0): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: digits }).format(value);
}
