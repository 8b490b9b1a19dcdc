// Review by keys. Pure.
import type { Verdict } from "./model";

export type KeyAction = Exclude<Verdict, "none"> | "next" | "previous" | "undo";

export const keyOf: Readonly<Record<KeyAction, string>> = {
  same: "S",
  different: "D",
  unsure: "U",
  next: "N",
  previous: "P",
  undo: "Z",
};

interface Press {
  key: string;
  repeat: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

// Null: the press is not for the review. A key that is held down judges nothing: only the press counts. `forward` is
// the arrow that points on in the page's direction; `arrows` is false where something else needs them.
export function actionOf(press: Press, forward: "ArrowRight" | "ArrowLeft", arrows: boolean): KeyAction | null {
  if (press.repeat || press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === "ArrowRight" || press.key === "ArrowLeft")
    return !arrows ? null : press.key === forward ? "next" : "previous";
  const pressed = press.key.toUpperCase();
  const names: readonly KeyAction[] = ["same", "different", "unsure", "next", "previous", "undo"];
  return names.find((name) => keyOf[name] === pressed) ?? null;
}
