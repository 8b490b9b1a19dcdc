import { describe, expect, test } from "vitest";
import { degreesText, mgrsText, parsePosition, wrap } from "../src/position";

describe("military grid references", () => {
  // Reference values: UTMUPS and MGRS of GeographicLib 2.1.2.
  test.each([
    [71.094, 34.123, "42S XC 93113 77774"],
    [62.32, 25.12, "41R MH 31447 78407"],
    [77.1, 36.95, "43S FA 86983 91386"],
    [72, 33, "43S BS 19700 55285"],
    [66, 30.9, "42R TV 13241 22377"],
  ])("%f, %f is %s", (lon, lat, expected) => {
    expect(mgrsText({ lon, lat })).toBe(expected);
  });
  test("read back to within a metre", () => {
    for (let lon = 60.5; lon < 81; lon += 2.3)
      for (let lat = 23.5; lat < 38; lat += 1.7) {
        const back = parsePosition(mgrsText({ lon, lat }));
        expect(Math.abs((back?.lat ?? 0) - lat)).toBeLessThan(1.5e-5);
        expect(Math.abs((back?.lon ?? 0) - lon)).toBeLessThan(1.5e-5);
      }
  });
  test("empty where the grid ends", () => {
    expect(mgrsText({ lon: 0, lat: 85 })).toBe("");
    expect(mgrsText({ lon: 0, lat: -81 })).toBe("");
    expect(mgrsText({ lon: 0, lat: NaN })).toBe("");
  });
  test("west of the date line by wrapping", () => expect(mgrsText({ lon: 431.094, lat: 34.123 }))
    .toBe(mgrsText({ lon: 71.094, lat: 34.123 })));
});

describe("degrees", () => {
  test("are named by their side", () => {
    expect(degreesText({ lon: 71.1, lat: 34.1 }, 1)).toBe("34.1° N 71.1° E");
    expect(degreesText({ lon: -71.1, lat: -34.1 }, 1)).toBe("34.1° S 71.1° W");
  });
  test("wrap around the world", () => {
    expect(wrap(181)).toBe(-179);
    expect(wrap(-541)).toBe(179);
    expect(wrap(180)).toBe(180);
  });
});

describe("positions as people write them", () => {
  test.each([
    ["34.1, 71.2", 34.1, 71.2], ["34.1 71.2", 34.1, 71.2], ["34.1N 71.2E", 34.1, 71.2], ["71.2E, 34.1N", 34.1, 71.2],
    ["34.1° N 71.2° E", 34.1, 71.2], ["-33.9; -70.6", -33.9, -70.6], ["33.9 S 70.6 W", -33.9, -70.6],
  ])("%s", (text, lat, lon) => expect(parsePosition(text)).toEqual({ lat, lon }));
  test.each(["", "Torkham", "34.1", "34.1,71.2,5", "91, 0", "0, 181", "34.1N 71.2N", "42S", "42S XD", "61S XD 12345 67890",
    "42I XD 1 2", "1e1, 2"])("%s is none", (text) => expect(parsePosition(text)).toBeNull());
});
