// The review as the page has it: the queue, the pair that is looked at, what this tab has judged. Components read these
// signals; only review.ts and the tab's own choices change them.
import { computed, signal } from "@preact/signals";
import { isRecord, kept } from "../edit/kept";
import type { Failure } from "../edit/failure";
import { makeUuid7 } from "../edit/uuid";
import { caller } from "../session";
import { collectionById } from "../state";
import type { Judgement, Queue, ReviewPair } from "./model";
import type { MyJudgement } from "./queue";
import type { Refusal } from "./requests";

// What happened to the pair in front of one's eyes while one looked at it.
export type News =
  | { kind: "judged"; judgement: Judgement }
  | { kind: "arrived"; judgement: Judgement } // mine, whose answer was lost
  | { kind: "together" } // others' judgements made one event of the two
  | { kind: "gone" }; // no longer compared, or no longer to be seen

export type Shown = "open" | "unsure";

export const judgingRoles: readonly string[] = ["agency_admin", "analyst", "rescue"];

export const desk = makeUuid7(); // this page, among all that review
export const shown = signal<Shown>("open");
export const queue = signal<Queue | null>(null);
export const queueFailure = signal<Failure | null>(null);
export const current = signal<ReviewPair | null>(null);
export const place = signal(0); // of the current pair in the queue, kept when it leaves
export const lookedAt = signal<string | null>(null); // the agency whose desk has the current pair; null: it is ours
export const news = signal<News | null>(null);
export const refusal = signal<Refusal | null>(null);
export const failure = signal<Failure | null>(null); // of the last judgement
export const reason = signal("");
export const busy = signal(false); // judging, or on the way to another pair: no key counts

function isMine(value: unknown): value is readonly MyJudgement[] {
  return Array.isArray(value) && value.every((entry) => isRecord(entry) && Array.isArray(entry["pairs"]));
}

const none: readonly MyJudgement[] = [];
export const mine = kept<readonly MyJudgement[]>("sarhad.judgements", none, isMine); // newest first

export const hasEvents = computed(() => collectionById.value.has("events"));
export const mayJudge = computed(() => {
  const me = caller.value;
  return me !== null && (me.open || me.roles.some((role) => judgingRoles.includes(role)));
});
