// Signals that outlive a reload of this tab: what was typed is not lost to a slip on the keyboard.
import { effect, signal, type Signal } from "@preact/signals";

// `check` says whether what was stored still is such a value; a former version of the page may have written it.
export function kept<T>(place: string, initial: T, check: (value: unknown) => value is T): Signal<T> {
  const held = signal(restored(place, initial, check));
  effect(() => {
    const value = held.value;
    try {
      if (value === initial) window.sessionStorage.removeItem(place);
      else window.sessionStorage.setItem(place, JSON.stringify(value));
    } catch {
      // full or forbidden: the page works on, only a reload would lose what is typed
    }
  });
  return held;
}

function restored<T>(place: string, initial: T, check: (value: unknown) => value is T): T {
  try {
    const value: unknown = JSON.parse(window.sessionStorage.getItem(place) ?? "null");
    return check(value) ? value : initial;
  } catch {
    return initial;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
