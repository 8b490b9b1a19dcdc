import type { StyleSpecification } from "maplibre-gl";
import { describe, expect, test } from "vitest";
import { styleFor, timedTiles } from "../src/map/style_view";

const style: StyleSpecification = {
  version: 8,
  sources: {
    reference: { type: "vector", tiles: ["http://h/tiles/places/{z}/{x}/{y}.mvt"] },
    reports: { type: "vector", tiles: ["http://h/tiles/reports/{z}/{x}/{y}.mvt"] },
    urgent: { type: "vector", tiles: ["http://h/tiles/reports/{z}/{x}/{y}.mvt?filter=a"] },
  },
  layers: [
    { id: "background", type: "background" },
    { id: "reports-points", type: "symbol", source: "reports", "source-layer": "reports",
      metadata: { "sarhad:collection": "reports" } },
    { id: "reports-urgent", type: "symbol", source: "urgent", "source-layer": "reports",
      metadata: { "sarhad:collection": "reports", "sarhad:always": true } },
  ],
};
const groups = [
  { id: "reference", title: "", temporal: false },
  { id: "reports", title: "", temporal: true },
];

function visibility(shown: StyleSpecification, id: string): string {
  const layer = shown.layers.find((candidate) => candidate.id === id);
  return String(layer?.layout?.visibility ?? "visible");
}

describe("what the page shows changes the style", () => {
  test("a layer switched off is not drawn", () => {
    const shown = styleFor(style, { hidden: new Set(["reports"]), datetime: undefined, groups });
    expect(visibility(shown, "reports-points")).toBe("none");
    expect(visibility(shown, "background")).toBe("visible");
  });
  test("distress stays, whatever is switched off and whatever time is shown", () => {
    const shown = styleFor(style, { hidden: new Set(["reports"]), datetime: "2026-01-01T00:00:00Z", groups });
    expect(visibility(shown, "reports-urgent")).toBe("visible");
    expect(shown.sources["urgent"]).toEqual(style.sources["urgent"]);
  });
  test("only groups that follow time are asked again", () => {
    const shown = styleFor(style, { hidden: new Set(), datetime: "a/b", groups });
    expect(shown.sources["reports"]).toMatchObject({ tiles: ["http://h/tiles/reports/{z}/{x}/{y}.mvt?datetime=a%2Fb"] });
    expect(shown.sources["reference"]).toEqual(style.sources["reference"]);
  });
  test("the server's style itself stays as it came", () => {
    const before = JSON.stringify(style);
    styleFor(style, { hidden: new Set(["reports"]), datetime: "x", groups });
    expect(JSON.stringify(style)).toBe(before);
  });
  test("an address with a query gets one more parameter", () => {
    expect(timedTiles(["/t?filter=a"], "b")).toEqual(["/t?filter=a&datetime=b"]);
  });
});
