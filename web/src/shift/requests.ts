// What happened since a place in the changes, read page by page and never without end.
import { address, getItems, list, object, send, text, type Feature } from "../api";
import { readJudgements } from "../fusion/requests";
import type { Judgement } from "../fusion/model";
import { isDistress } from "../fusion/model";
import { counts, idsOf, netChanges, parseChange, type Change, type Count, type Left } from "./since";

const mostPages = 30; // of 1000 changes
const mostNamed = 40; // features of a kind that are named; the rest is counted
const mostJoined = 500; // new events that are looked through for those of several reports
const mostJudgements = 1000;
const idsAtOnce = 50; // in one address

export interface Since {
  counts: readonly Count[];
  reports: readonly Feature[]; // new ones, distress first
  newReports: number;
  distress: number;
  events: readonly Feature[]; // that changed, or joined several new reports
  changedEvents: number;
  fences: readonly Feature[];
  changedFences: number;
  judgements: readonly Judgement[];
  whole: boolean; // false: more happened than is counted here
}

async function readChanges(cursor: string): Promise<{ changes: Change[]; whole: boolean }> {
  const changes: Change[] = [];
  let next = cursor;
  for (let page = 0; page < mostPages; page++) {
    const document = object((await send(address("/changes", {}, { cursor: next, limit: 1000 }), {})).body);
    changes.push(...list(document["changes"]).map(parseChange).filter((change) => change !== null));
    next = text(document["cursor"]);
    if (document["more"] !== true || next === "") return { changes, whole: true };
  }
  return { changes, whole: false };
}

async function named(collection: string, ids: readonly string[], and = ""): Promise<Feature[]> {
  const found: Feature[] = [];
  for (let from = 0; from < ids.length; from += idsAtOnce) {
    const wanted = ids.slice(from, from + idsAtOnce).map((id) => `'${id}'`).join(", ");
    found.push(...(await getItems(collection, { filter: `id IN (${wanted})${and}`, limit: idsAtOnce })).features);
  }
  return found;
}

async function distressAmong(ids: ReadonlySet<string>): Promise<Feature[]> {
  const { features } = await getItems("reports", { filter: "kind = 'distress' OR sar_phase = 'distress'", limit: 1000 });
  return features.filter((report) => ids.has(report.id));
}

// `known`: the collections that this caller has; what is asked of others would be refused.
export async function readSince(left: Left, known: ReadonlySet<string>): Promise<Since> {
  const { changes, whole } = await readChanges(left.cursor);
  const net = netChanges(changes);
  const newReports = idsOf(net.get("reports"), "created");
  const fences = idsOf(net.get("fence_segments"), "created", "updated");
  const fresh = new Set(newReports);
  const isFresh = (id: string) => fresh.has(id) && net.get("events")?.get(id) === "created";
  const events = idsOf(net.get("events"), "created", "updated");
  const older = events.filter((id) => !isFresh(id));
  const newest = [...newReports].reverse().slice(0, mostNamed);
  const [urgent, reports, eventRows, joined, fenceRows, judgements] = await Promise.all([
    newReports.length === 0 ? [] : distressAmong(fresh),
    named("reports", newest),
    known.has("events") ? named("events", older.slice(-mostNamed)) : [],
    // an event of one new report says no more than the report
    known.has("events") ? named("events", events.filter(isFresh).slice(-mostJoined), " AND reports > 1") : [],
    named("fence_segments", fences.slice(-mostNamed)),
    known.has("events") ? readJudgements(new Date(left.at).toISOString(), mostJudgements) : [],
  ]);
  const others = reports.filter((report) => !isDistress(report)).sort((a, b) => newest.indexOf(a.id) - newest.indexOf(b.id));
  return {
    counts: counts(net).filter((count) => known.has(count.collection)),
    reports: [...urgent, ...others].slice(0, Math.max(mostNamed, urgent.length)),
    newReports: newReports.length,
    distress: urgent.length,
    events: [...joined, ...eventRows].slice(0, mostNamed),
    changedEvents: older.length + joined.length,
    fences: fenceRows,
    changedFences: fences.length,
    judgements,
    whole,
  };
}
