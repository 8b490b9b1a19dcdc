// In a report's detail: the event that it belongs to, and which other reports may tell of the same.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Feature } from "../api";
import { formatNumber, t } from "../i18n";
import { touchesOf } from "../map/refresh";
import { select } from "../state";
import { pairKey, type ReviewPair } from "./model";
import { eventOfReport, readCandidates } from "./requests";
import { goTo } from "./review";
import { hasEvents } from "./state";
import { percentText } from "./waterfall";
import { pairSubtitle, reportTitle, verdictText } from "./words";

const mostShown = 8;

export function ReportEvent({ report }: { report: Feature }) {
  const event = useSignal<Feature | null>(null);
  const pairs = useSignal<readonly ReviewPair[]>([]);
  const touched = touchesOf("events") + touchesOf("reports");
  const known = hasEvents.value;
  useEffect(() => {
    if (!known) return;
    const stop = new AbortController();
    const both = Promise.all([eventOfReport(report.id, stop.signal), readCandidates(report.id, mostShown, stop.signal)]);
    both.then(([found, candidates]) => {
      if (stop.signal.aborted) return;
      event.value = found;
      pairs.value = candidates;
    }).catch(() => undefined); // what is known of the report itself stands
    return () => stop.abort();
  }, [report.id, known, touched]);
  const found = event.value;
  if (!known || (found === null && pairs.value.length === 0)) return null;
  const told = Number(found?.properties["reports"] ?? 1);
  const agencies = Number(found?.properties["corroboration"] ?? 1);
  return (
    <section>
      <h3>{t("event.of_report")}</h3>
      {found !== null && (
        <p>
          <button type="button" class="link" onClick={() => select({ collection: "events", id: found.id })}>{t("event.show")}</button>{" "}
          {t(told === 1 ? "event.one_report" : "event.reports", { n: formatNumber(told) })},{" "}
          {t(agencies === 1 ? "event.one_agency" : "event.agencies", { n: agencies })}
        </p>
      )}
      {pairs.value.length > 0 && (
        <details>
          <summary>{t("event.candidates", { n: pairs.value.length })}</summary>
          <ul class="pairs">{pairs.value.map((pair) => <Candidate key={pairKey(pair)} pair={pair} report={report.id} />)}</ul>
        </details>
      )}
    </section>
  );
}

function Candidate({ pair, report }: { pair: ReviewPair; report: string }) {
  const other = pair.reports.find((one) => one.id !== report) ?? pair.reports[1];
  const judged = pair.judged !== null && pair.judged.verdict !== "none" ? ` · ${verdictText(pair.judged.verdict)}` : "";
  return (
    <li>
      <button type="button" class="pair-row" onClick={() => void goTo(pair, true)}>
        <span class="pair-percent">{percentText(pair.probability)}</span>
        <span class="feature-text">
          <span class="feature-title">{reportTitle(other)}</span>
          <span class="feature-sub">{pairSubtitle(pair)}{judged}</span>
        </span>
      </button>
    </li>
  );
}
