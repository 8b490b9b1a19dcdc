// What made the event, newest first: its reports and their versions, judgements, states.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { failureOf } from "../edit/failure";
import { t, word } from "../i18n";
import { touchesOf } from "../map/refresh";
import { select } from "../state";
import { readableInstant } from "../time";
import type { HistoryEntry } from "./model";
import { readEventHistory } from "./requests";
import { agencyName } from "./words";

export function EventHistory({ event }: { event: string }) {
  const open = useSignal(false);
  const entries = useSignal<readonly HistoryEntry[] | null>(null);
  const failed = useSignal("");
  const touched = touchesOf("events") + touchesOf("reports");
  useEffect(() => {
    if (!open.value) return;
    const stop = new AbortController();
    readEventHistory(event, stop.signal).then((found) => {
      if (!stop.signal.aborted) entries.value = found;
    }).catch((reason: unknown) => {
      if (!stop.signal.aborted) failed.value = failureOf(reason).headline;
    });
    return () => stop.abort();
  }, [event, open.value, touched]);
  return (
    <details class="versions" open={open.value} onToggle={(toggled) => (open.value = toggled.currentTarget.open)}>
      <summary><h3>{t("event.history")}</h3></summary>
      {failed.value !== "" && <p class="fault" role="alert">{failed.value}</p>}
      {open.value && entries.value === null && failed.value === "" && <p class="note" role="status">{t("history.loading")}</p>}
      <ol class="history">
        {[...(entries.value ?? [])].reverse().map((entry, at) => (
          <li key={at}>
            <strong>{whatOf(entry)}</strong>
            <span class="history-part">{readableInstant(entry.at)} · {agencyName(entry.agency)}{entry.account !== "" && ` (${entry.account})`}</span>
            {entry.why !== "" && <q class="why">{entry.why}</q>}
            {entry.report !== "" && (
              <button type="button" class="link" onClick={() => select({ collection: "reports", id: entry.report })}>
                {t("event.history_report")}
              </button>
            )}
          </li>
        ))}
      </ol>
    </details>
  );
}

function whatOf(entry: HistoryEntry): string {
  switch (entry.what) {
    case "reported":
      return t("event.history_reported");
    case "report changed":
      return t("event.history_changed", { n: entry.version ?? 0 });
    case "judged":
      return t("review.stored", { verdict: word(entry.verdict) });
    case "state":
      return t("event.state_done", { state: word(entry.state) });
    default:
      return word(entry.what);
  }
}
