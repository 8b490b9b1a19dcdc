// Server-sent events out of a stream of text (WHATWG HTML 9.2.6): pure, piece by piece.

export interface ServerEvent {
  id: string; // where to go on after it
  name: string;
  data: string;
}

export class EventText {
  #rest = "";
  #id = "";

  // The events that are whole once `piece` is there.
  add(piece: string): ServerEvent[] {
    const lines = (this.#rest + piece).split("\n");
    const found: ServerEvent[] = [];
    let name = "";
    const data: string[] = [];
    let begun = 0; // line where the unfinished event starts
    lines.forEach((line, at) => {
      if (at === lines.length - 1) return; // unfinished
      const text = line.endsWith("\r") ? line.slice(0, -1) : line;
      if (text === "") {
        if (data.length > 0) found.push({ id: this.#id, name: name || "message", data: data.join("\n") });
        name = "";
        data.length = 0;
        begun = at + 1;
        return;
      }
      const colon = text.indexOf(":");
      const field = colon < 0 ? text : text.slice(0, colon);
      const value = colon < 0 ? "" : text.slice(text[colon + 1] === " " ? colon + 2 : colon + 1);
      if (field === "id" && !value.includes("\0")) this.#id = value;
      if (field === "event") name = value;
      if (field === "data") data.push(value);
    });
    this.#rest = lines.slice(begun).join("\n");
    return found;
  }
}
