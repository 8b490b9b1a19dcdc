// The keys of the review, wherever the focus is but in a field. They count while a pair is in sight, or its tab is open.
import { useEffect } from "preact/hooks";
import { draft, editorShown } from "../edit/state";
import { direction } from "../i18n";
import { panelShown } from "../shift/shift";
import { panelOpen, panelTab, selection } from "../state";
import { actionOf, type KeyAction } from "./keys";
import { give, move, takeBack } from "./review";
import { current } from "./state";

const needsArrows = ".maplibregl-canvas, [role=tablist], summary";

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select, [role=combobox]"));
}

function listening(): boolean {
  if (document.querySelector("dialog[open]") !== null) return false; // a question comes first
  if (selection.peek() !== null || panelShown.peek() || (draft.peek() !== null && editorShown.peek())) return false; // the pair is covered
  return current.peek() !== null || (panelOpen.peek() && panelTab.peek() === "review");
}

const acts: Readonly<Record<KeyAction, () => Promise<void>>> = {
  same: () => give("same"),
  different: () => give("different"),
  unsure: () => give("unsure"),
  next: () => move(1),
  previous: () => move(-1),
  undo: takeBack,
};

export function useReviewKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || typing(event.target) || !listening()) return;
      const arrows = !(event.target instanceof Element && event.target.closest(needsArrows) !== null);
      const action = actionOf(event, direction.peek() === "rtl" ? "ArrowLeft" : "ArrowRight", arrows);
      if (action === null) return;
      event.preventDefault();
      void acts[action]();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
