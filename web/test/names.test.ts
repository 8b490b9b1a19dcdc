import { describe, expect, test } from "vitest";
import { findNames, folded, type NamedPlace } from "../src/names";

function place(name: string, weight = 0, sub = ""): NamedPlace {
  return { collection: "places", id: name, name, sub, position: null, weight };
}

const names = [place("Chāman", 88_000), place("Old Chaman"), place("Lahore", 6_000_000, "لاہور"), place("Labore"),
  place("La")];

describe("finding a name", () => {
  test("needs no marks and no case", () => {
    expect(folded("Chāman")).toBe("chaman");
    expect(findNames(names, "CHAMAN", 5)[0]?.name).toBe("Chāman");
  });
  test("what begins so comes first, then what weighs more", () => {
    expect(findNames(names, "la", 5).map(({ name }) => name)).toEqual(["Lahore", "La", "Labore"]);
    expect(findNames(names, "chaman", 5).map(({ name }) => name)).toEqual(["Chāman", "Old Chaman"]);
  });
  test("works in Urdu", () => expect(findNames(names, "لاہور", 5)[0]?.name).toBe("Lahore"));
  test("one letter finds nothing, and no more than asked for is given", () => {
    expect(findNames(names, "l", 5)).toEqual([]);
    expect(findNames(names, "la", 1)).toHaveLength(1);
  });
});
