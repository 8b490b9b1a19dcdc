// The styles by themselves, as another client of the style language would read them.
import { latest, validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import { address, expect, test } from "./map_page";

async function style(id: string): Promise<StyleSpecification> {
  return (await (await fetch(`${address()}/styles/${id}`)).json()) as StyleSpecification;
}

function strings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.flatMap(strings) : [];
}

for (const id of ["border", "border-dark"]) {
  test(`${id} keeps to the style specification`, async () => {
    expect(validateStyleMin(await style(id), latest).map((fault) => fault.message)).toEqual([]);
  });

  test(`${id} names only icons of the sprite, and everything on this server`, async () => {
    const document = await style(id);
    const text = JSON.stringify(document);
    for (const url of text.match(/https?:\/\/[^"\\]+/g) ?? []) expect(url.startsWith(`${address()}/`)).toBe(true);
    const sprite = (await (await fetch(`${String(document.sprite)}.json`)).json()) as Record<string, unknown>;
    const known = new Set(Object.keys(sprite));
    for (const layer of document.layers) {
      if (layer.type !== "symbol") continue;
      const image: unknown = layer.layout?.["icon-image"];
      const names = typeof image === "string" ? [image] : Array.isArray(image) ? iconsOf(image) : [];
      for (const name of names) expect(known, `${layer.id}: ${name}`).toContain(name);
    }
  });
}

// The outputs of a "case" expression.
function iconsOf(expression: unknown[]): string[] {
  return expression.slice(1).filter((part) => typeof part === "string").map(String);
}

test("every font range the map may ask for is there, Urdu's presentation forms with their letters", async () => {
  const document = await style("border");
  const stacks = new Set(document.layers.flatMap((layer: LayerSpecification) =>
    layer.type === "symbol" ? [strings(layer.layout?.["text-font"]).join(",")] : []));
  stacks.delete("");
  for (const stack of stacks)
    for (const range of ["0-255", "1536-1791", "64256-64511", "64512-64767", "65024-65279"]) {
      const url = String(document.glyphs).replace("{fontstack}", encodeURIComponent(stack)).replace("{range}", range);
      const response = await fetch(url);
      expect(response.status, url).toBe(200);
      expect((await response.arrayBuffer()).byteLength, url).toBeGreaterThan(10_000);
    }
});

test("an unknown style is not there", async () => {
  expect((await fetch(`${address()}/styles/nothing`)).status).toBe(404);
});
