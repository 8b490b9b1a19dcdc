// How reports, pairs and judgements are named in lists.
import type { ComponentChildren } from "preact";
import type { Feature } from "../api";
import { lengthText } from "../feature_text";
import { distance } from "../geometry";
import { t, word, type TextKey } from "../i18n";
import { select } from "../state";
import { readableInstant } from "../time";
import { placeOf } from "./drawing";
import type { Judgement, ReviewPair, Verdict } from "./model";

const verdictTitles: Readonly<Record<Verdict, TextKey>> = {
  same: "verdict.same",
  different: "verdict.different",
  unsure: "verdict.unsure",
  none: "verdict.none",
};

export function verdictText(verdict: Verdict): string {
  return t(verdictTitles[verdict]);
}

// Across the purpose wall two reports are linked, never one event.
export function saidVerdict(pair: { acrossWall: boolean }, verdict: Verdict): string {
  if (pair.acrossWall && verdict === "same") return t("verdict.link");
  if (pair.acrossWall && verdict === "different") return t("verdict.no_link");
  return verdictText(verdict);
}

export function agencyName(agency: string): string {
  return agency === "" ? t("review.somebody") : word(agency);
}

const textOf = (report: Feature, field: string): string => {
  const value = report.properties[field];
  return typeof value === "string" ? value : "";
};

// "FIA · Distress · 2026-06-10 05:53 UTC"
export function reportTitle(report: Feature): string {
  const from = textOf(report, "valid_from");
  return [agencyName(textOf(report, "agency")), word(textOf(report, "kind")), from === "" ? "" : readableInstant(from)]
    .filter((part) => part !== "").join(" · ");
}

// "FIA · FIA-0260": among the reports of one event, which are of one kind and time.
export function reportShort(report: Feature): string {
  const from = textOf(report, "valid_from");
  return [agencyName(textOf(report, "agency")), textOf(report, "source_ref") || (from === "" ? "" : readableInstant(from))]
    .filter((part) => part !== "").join(" · ");
}

export function ReportLink({ report, children }: { report: Feature; children?: ComponentChildren }) {
  return (
    <button type="button" class="link report-link" onClick={() => select({ collection: "reports", id: report.id })}>
      {children ?? reportTitle(report)}
    </button>
  );
}

export function pairTitle(pair: ReviewPair): string {
  const kinds = [...new Set(pair.reports.map((report) => word(textOf(report, "kind"))))].join(" / ");
  const agencies = pair.reports.map((report) => agencyName(textOf(report, "agency")));
  return `${kinds} · ${agencies[0] === agencies[1] ? t("pair.twice", { agency: agencies[0] ?? "" }) : agencies.join(" + ")}`;
}

// "3.5 km, 1.5 h apart · 2026-06-10"
export function pairSubtitle(pair: ReviewPair): string {
  const [a, b] = pair.reports;
  const [from, to] = [placeOf(a), placeOf(b)];
  const apart = from === null || to === null ? t("compare.not_located") : t("pair.apart", { distance: lengthText(distance(from, to)) });
  return [apart, textOf(a, "valid_from").slice(0, 10), textOf(a, "place") || textOf(b, "place")]
    .filter((part) => part !== "").join(" · ");
}

// "Levies, 2026-06-10 05:53 UTC"
export function judgedBy({ agency, account, at }: Pick<Judgement, "agency" | "account" | "at">): string {
  const who = agency === "" ? (account === "" ? t("review.somebody") : account)
    : account === "" ? word(agency) : `${word(agency)} (${account})`;
  return `${who}, ${readableInstant(at)}`;
}

export function Letter({ of }: { of: "A" | "B" }) {
  return <span class={`letter letter-${of.toLowerCase()}`}>{of}</span>;
}
