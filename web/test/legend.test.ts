import { describe, expect, test } from "vitest";
import { entryOf, parseLegend } from "../src/legend";

const metadata = {
  "sarhad:scenario": "demo",
  "sarhad:groups": [{ id: "reports", title: "Reports", temporal: true }],
  "sarhad:legend": [{
    collection: "reports", title: "Reports", group: "reports", label: "place",
    entries: [
      { title: "Distress", mark: "point", colour: "#c40f2e", icon: "distress", urgent: true,
        when: [{ field: "kind", values: ["distress"] }, { field: "sar_phase", values: ["distress"] }] },
      { title: "Disputed", mark: "line", colour: "#7a3ca3", dash: [4, 2], when: [{ field: "disputed", values: ["true"] }] },
      { title: "No kind", mark: "point", colour: "#111111", when: [{ field: "kind", values: [""] }] },
      { title: "Impact high", mark: "point", colour: "#222222", beside: true, when: [{ field: "impact", values: ["high"] }] },
      { title: "Other", mark: "point", colour: "url(evil)", icon: "circle", when: [] },
    ],
  }],
};

describe("the legend in a style's metadata", () => {
  const legend = parseLegend(metadata);
  const layer = legend.layers[0];
  if (layer === undefined) throw new Error("no layer");

  test("is read whole", () => {
    expect(legend.scenario).toBe("demo");
    expect(layer.entries[1]?.dash).toEqual([4, 2]);
    expect(layer.entries[0]?.urgent).toBe(true);
  });
  test("takes only colours", () => expect(layer.entries[4]?.colour).toBe("#808080"));
  test.each([
    [{ kind: "distress" }, "Distress"],
    [{ kind: "fuel", sar_phase: "distress" }, "Distress"],
    [{ kind: "fuel", disputed: true }, "Disputed"],
    [{ kind: null }, "No kind"],
    [{}, "No kind"],
    [{ kind: "fuel", impact: "high" }, "Other"],
  ])("%j is drawn as %s", (properties, title) => expect(entryOf(layer, properties)?.title).toBe(title));
  test.each([null, undefined, 3, "x", [], { "sarhad:legend": 5 }, { "sarhad:legend": [null, 7] }])("%j is no reason to fail",
    (odd) => expect(parseLegend(odd).scenario).toBe(""));
});
