// Leaving and coming back. What is kept over the night is a place in the server's changes and a time, for each account,
// in this browser; never anything that was shown.
import { batch, effect, signal } from "@preact/signals";
import { ApiError } from "../api";
import { failureOf } from "../edit/failure";
import { mine } from "../fusion/state";
import { t } from "../i18n";
import { place } from "../live/live";
import { caller } from "../session";
import { announcement, collectionById, select } from "../state";
import { readSince, type Since } from "./requests";
import { byOthers, nothingRemembered, parseRemembered, whenBack, whenLeaving, type Left, type Remembered } from "./since";

export const unread = signal<Left | null>(null);
export const since = signal<Since | null>(null);
export const failure = signal("");
export const panelShown = signal(false);
export const ended = signal(false); // the shift, in this page: it waits for the next one

let account: string | null = null;

const placeOf = (of: string) => `sarhad.left.${of}`;

function remembered(): Remembered {
  try {
    return account === null ? nothingRemembered : parseRemembered(window.localStorage.getItem(placeOf(account)));
  } catch {
    return nothingRemembered; // forbidden: nothing is told of the time away
  }
}

function remember(now: Remembered): void {
  if (account === null) return;
  try {
    if (now.left === null && now.unread === null) window.localStorage.removeItem(placeOf(account));
    else window.localStorage.setItem(placeOf(account), JSON.stringify(now));
  } catch {
    // full or forbidden: as above
  }
}

function leave(): void {
  if (!ended.peek()) remember(whenLeaving(remembered(), place.peek(), Date.now(), false));
}

function comeBack(): void {
  const now = whenBack(remembered(), Date.now());
  remember(now);
  batch(() => {
    unread.value = now.unread;
    ended.value = false;
  });
  if (now.unread !== null) void load();
}

// From when it is known whose page this is; what it returns ends it.
export function startShift(): () => void {
  const stop = effect(() => {
    const me = caller.value;
    if (me === null || collectionById.value.size === 0 || account === me.account) return;
    account = me.account;
    comeBack();
  });
  const turn = () => (document.visibilityState === "hidden" ? leave() : comeBack());
  document.addEventListener("visibilitychange", turn);
  window.addEventListener("pagehide", leave);
  return () => {
    stop();
    document.removeEventListener("visibilitychange", turn);
    window.removeEventListener("pagehide", leave);
  };
}

let reading = 0;

async function load(): Promise<void> {
  const from = unread.peek();
  if (from === null) return;
  reading += 1;
  const mineNow = reading;
  try {
    const found = await readSince(from, new Set(collectionById.peek().keys()));
    if (mineNow !== reading || unread.peek() !== from) return;
    const me = caller.peek();
    const own = new Set(mine.peek().flatMap((entry) => entry.pairs.map((pair) => pair.id)));
    const judgements = byOthers(found.judgements, me?.account ?? "", me?.open === true, own);
    const quiet = found.counts.length === 0 && judgements.length === 0;
    if (quiet && !from.ended) return markRead();
    batch(() => {
      since.value = { ...found, judgements };
      failure.value = "";
    });
    announcement.value = t("since.announced");
  } catch (reason) {
    // a log that was put back to an earlier state knows the place no more
    const lost = reason instanceof ApiError && reason.status === 400;
    if (mineNow === reading) failure.value = lost ? t("since.lost") : failureOf(reason).headline;
  }
}

export function markRead(): void {
  remember({ ...remembered(), unread: null });
  batch(() => {
    unread.value = null;
    since.value = null;
    failure.value = "";
    panelShown.value = false;
  });
}

// From here on, whoever comes next with this account is told what happened.
export function endShift(): void {
  const now = whenLeaving({ left: null, unread: null }, place.peek(), Date.now(), true);
  remember(now);
  batch(() => {
    ended.value = now.unread !== null;
    unread.value = now.unread;
    since.value = null;
    panelShown.value = false;
  });
  announcement.value = t(now.unread === null ? "since.not_live" : "since.ended_now");
}

export function showSince(): void {
  ended.value = false;
  panelShown.value = true;
  select(null);
  void load();
}
