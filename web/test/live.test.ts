import { describe, expect, it } from "vitest";
import { EventText } from "../src/live/event_text";
import { changesOf } from "../src/live/messages";

const stream = "retry: 1000\n\nid: A\nevent: open\ndata: {}\n\nid: B\nevent: change\ndata: {\"x\":1}\n\n: quiet\n\nid: C\r\nevent: mark\r\ndata: {}\r\n\r\n";

describe("server-sent events", () => {
  it("are the same however the bytes are cut", () => {
    const whole = new EventText().add(stream);
    expect(whole).toEqual([
      { id: "A", name: "open", data: "{}" },
      { id: "B", name: "change", data: "{\"x\":1}" },
      { id: "C", name: "mark", data: "{}" },
    ]);
    for (let size = 1; size < stream.length; size++) {
      const text = new EventText();
      const found = [];
      for (let at = 0; at < stream.length; at += size) found.push(...text.add(stream.slice(at, at + size)));
      expect(found, `pieces of ${size}`).toEqual(whole);
    }
  });

  it("that are cut off are not told", () => {
    expect(new EventText().add("id: A\nevent: change\ndata: {}\n")).toEqual([]);
  });
});

describe("a change event", () => {
  it("is grouped by collection, with every place", () => {
    const data = JSON.stringify({
      changes: [
        { collection: "reports", id: "1", happened: "created", boxes: [[1, 2, 1, 2]] },
        { collection: "hazards", id: "2", happened: "updated", boxes: [[5, 6, 5, 6], [7, 8, 7, 8]] },
        { collection: "reports", id: "3", happened: "removed", boxes: [] },
      ],
      bulk: [{ collection: "places", count: 900, boxes: [[60, 20, 70, 30]] }],
    });
    expect(changesOf(data)).toEqual([
      { collection: "reports", ids: ["1", "3"], count: 2, boxes: [[1, 2, 1, 2]] },
      { collection: "hazards", ids: ["2"], count: 1, boxes: [[5, 6, 5, 6], [7, 8, 7, 8]] },
      { collection: "places", ids: [], count: 900, boxes: [[60, 20, 70, 30]] },
    ]);
  });

  it("that can't be read changes nothing", () => {
    expect(changesOf("not json")).toEqual([]);
    expect(changesOf("[1]")).toEqual([]);
    expect(changesOf("{\"changes\":[{\"boxes\":[[1]]}]}")).toEqual([]);
  });
});
