import { describe, expect, test } from "vitest";
import { offAtFirst, viewFromHash, viewToHash, type View } from "../src/view";

const empty: View = { camera: null, off: offAtFirst, time: null, selection: null, language: null };

describe("a link restores the view", () => {
  test("every part survives the way into the URL and back", () => {
    const view: View = {
      camera: { zoom: 8.25, lat: 26.1234, lon: 62.5678 },
      off: ["places", "relief"],
      time: { at: Date.UTC(2026, 5, 1, 12), windowHours: 168 },
      selection: { collection: "reports", id: "018f3c5e-0000-7000-8000-00000000abcd" },
      language: "ur",
    };
    expect(viewFromHash(viewToHash(view))).toEqual(view);
  });

  test("the position keeps better than a pixel at every zoom", () => {
    for (let zoom = 0; zoom <= 19; zoom++) {
      const lon = 62.123456789;
      const back = viewFromHash(viewToHash({ ...empty, camera: { zoom, lat: 26, lon } })).camera;
      const pixel = 360 / (512 * 2 ** zoom);
      expect(Math.abs((back?.lon ?? 0) - lon)).toBeLessThan(pixel);
    }
  });

  test("negative coordinates survive", () => {
    const camera = { zoom: 3, lat: -33.86, lon: -70.65 };
    expect(viewFromHash(viewToHash({ ...empty, camera })).camera).toEqual(camera);
  });

  test("a layer that is off at first stays on for who switched it on", () => {
    expect(viewFromHash(viewToHash({ ...empty, off: [] })).off).toEqual([]);
  });

  test("nothing set makes an empty fragment", () => {
    expect(viewToHash(empty)).toBe("#");
    expect(viewFromHash("")).toEqual(empty);
  });
});

describe("a malformed link is left out, part by part", () => {
  test.each([
    "#map=", "#map=1/2", "#map=1/2/3/4", "#map=1e3/2/3", "#map=5/91/0", "#map=5/0/181", "#map=99/0/0", "#map=NaN/0/0",
    "#sel=reports", "#sel=a/b/c", "#sel=../../etc/x", "#sel=reports/<script>", "#time=yesterday",
    "#time=2026-01-01T00:00:00Z~x", "#time=2026-13-01T00:00:00Z", "#lang=english", "#lang=<b>", "#off=a b,<i>", "#%E0%A4%A",
    "#map=%E0%A4%A", "#=&&==",
  ])("%s", (hash) => {
    expect(viewFromHash(hash)).toEqual(empty);
  });

  test("a good part beside a bad one is kept", () => {
    expect(viewFromHash("#map=bad&off=places").off).toEqual(["places"]);
  });
});
