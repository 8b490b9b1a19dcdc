// The panel's tab for the review: which pairs wait, what this tab has judged.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "../edit/confirm";
import { failureOf } from "../edit/failure";
import { formatNumber, t } from "../i18n";
import { line } from "../live/live";
import { touchesOf } from "../map/refresh";
import { caller } from "../session";
import { endShift } from "../shift/shift";
import { announcement } from "../state";
import { readableInstant } from "../time";
import { pairKey, type ReviewPair } from "./model";
import { Keyed } from "./pair_panel";
import { urgent } from "./queue";
import { findResubmissions, goTo, judgeResubmissions, loadQueue, move, prolong, takeBack } from "./review";
import { busy, current, mayJudge, mine, queue, queueFailure, shown, type Shown } from "./state";
import { percentText } from "./waterfall";
import { agencyName, pairSubtitle, pairTitle, verdictText } from "./words";

const settle = 300; // milliseconds: an import is many changes
const again = 2000; // milliseconds
const every = 30_000; // claims are told by nobody, and last three times as long

// While somebody reviews: reads the queue again when reports or events have changed, and keeps the claim.
export function useLiveQueue(active: boolean): void {
  const touched = touchesOf("reports") + touchesOf("events");
  const wanted = shown.value;
  useEffect(() => {
    if (!active) return;
    const timer = window.setTimeout(() => void loadQueue(), queue.peek() === null ? 0 : settle);
    return () => window.clearTimeout(timer);
  }, [active, touched, wanted, line.value === "lost"]);
  const refused = queueFailure.value; // a server that has just begun is still comparing
  useEffect(() => {
    if (!active || refused?.status !== 503) return;
    const timer = window.setTimeout(() => void loadQueue(), again);
    return () => window.clearTimeout(timer);
  }, [active, refused]);
  useEffect(() => {
    if (!active) return;
    const timer = window.setInterval(() => {
      if (document.visibilityState === "hidden") return;
      void prolong();
      void loadQueue();
    }, every);
    return () => window.clearInterval(timer);
  }, [active]);
}

export function ReviewTab() {
  return (
    <section class="review-tab" aria-label={t("panel.review")}>
      <Choice />
      {caller.value !== null && !mayJudge.value && <p class="note outdated">{t("review.no_role")}</p>}
      {queueFailure.value !== null && (
        <div class="problem" role="alert">
          <strong>{t("review.failed")}</strong>
          <p>{queueFailure.value.detail || queueFailure.value.headline}</p>
          <button type="button" onClick={() => void loadQueue()}>{t("app.retry")}</button>
        </div>
      )}
      {queue.value === null && queueFailure.value === null && <p class="note" role="status">{t("review.loading")}</p>}
      <Resubmissions />
      <Pairs />
      <Mine />
      <section>
        <h3>{t("since.shift")}</h3>
        <p class="note">{t("since.end_note")}</p>
        <button type="button" onClick={endShift}>{t("since.end")}</button>
      </section>
    </section>
  );
}

function Choice() {
  const counts: Readonly<Record<Shown, number | undefined>> = { open: queue.value?.open, unsure: queue.value?.unsure };
  const button = (which: Shown, title: string) => (
    <button type="button" aria-pressed={shown.value === which} onClick={() => (shown.value = which)}>
      {title} {counts[which] !== undefined && <span class="count">{formatNumber(counts[which])}</span>}
    </button>
  );
  return (
    <div class="choice" role="group" aria-label={t("review.which")}>
      {button("open", t("review.open"))}
      {button("unsure", t("review.unsure"))}
    </div>
  );
}

function Resubmissions() {
  const failed = useSignal("");
  const n = queue.value?.resubmissions ?? 0;
  if (n === 0 || !mayJudge.value || shown.value !== "open") return null;
  const judgeThem = (pairs: readonly ReviewPair[]) => {
    judgeResubmissions(pairs).then((made) => {
      announcement.value = t("review.resubmissions_done", { n: made });
      return loadQueue();
    }).catch((reason: unknown) => (failed.value = failureOf(reason).headline));
  };
  const begin = () => {
    failed.value = "";
    findResubmissions().then((pairs) => {
      if (pairs.length === 0) failed.value = t("review.resubmissions_none");
      else ask({
        title: t("review.resubmissions_title", { n: pairs.length }),
        text: t("review.resubmissions_text", { n: pairs.length }),
        yes: t("review.resubmissions_yes", { n: pairs.length }),
        grave: false,
        act: () => judgeThem(pairs),
      });
    }).catch((reason: unknown) => (failed.value = failureOf(reason).headline));
  };
  return (
    <div class="waiting">
      <span>{t("review.resubmissions", { n: formatNumber(n) })}</span>
      <button type="button" onClick={begin}>{t("review.resubmissions_begin")}</button>
      {failed.value !== "" && <p class="fault" role="alert">{failed.value}</p>}
    </div>
  );
}

function Pairs() {
  const now = queue.value;
  if (now === null) return null;
  const total = now[shown.value];
  if (now.pairs.length === 0) return <p class="note" role="status">{t(shown.value === "open" ? "review.empty" : "review.empty_unsure")}</p>;
  return (
    <section>
      {current.value === null && (
        <button type="button" class="main begin" onClick={() => void move(1)}>
          <span>{t("review.begin")}</span> <kbd aria-hidden="true">N</kbd>
        </button>
      )}
      <ol class="pairs">{now.pairs.map((pair) => <Row key={pairKey(pair)} pair={pair} />)}</ol>
      {total > now.pairs.length && <p class="note">{t("list.of", { shown: now.pairs.length, total: formatNumber(total) })}</p>}
    </section>
  );
}

function Row({ pair }: { pair: ReviewPair }) {
  const chosen = current.value !== null && pairKey(current.value) === pairKey(pair);
  const go = () => {
    if (!busy.peek()) void goTo(pair, true);
  };
  return (
    <li>
      <button type="button" class="pair-row" aria-current={chosen} onClick={go}>
        <span class="pair-percent">{percentText(pair.probability)}</span>
        <span class="feature-text">
          <span class="feature-title">{pairTitle(pair)}</span>
          <span class="feature-sub">{pairSubtitle(pair)}</span>
          <Marks pair={pair} />
        </span>
      </button>
    </li>
  );
}

function Marks({ pair }: { pair: ReviewPair }) {
  if (!urgent(pair) && !pair.resubmission && !pair.acrossWall && pair.claimedBy === null) return null;
  return (
    <span class="marks">
      {urgent(pair) && <span class="distress-mark"><span aria-hidden="true">▲</span> {t("pair.mark_distress")}</span>}
      {pair.acrossWall && <span class="badge">{t("pair.mark_wall")}</span>}
      {pair.resubmission && <span class="badge">{t("pair.mark_resubmission")}</span>}
      {pair.claimedBy !== null && <span class="badge claimed">◉ {pair.claimedBy === "" ? t("pair.mark_claimed_unnamed") : t("pair.mark_claimed", { agency: agencyName(pair.claimedBy) })}</span>}
    </span>
  );
}

function Mine() {
  if (!mayJudge.value) return null;
  return (
    <section>
      <h3>{t("review.mine")}</h3>
      {mine.value.length === 0 && <p class="note">{t("review.mine_none")}</p>}
      <ol class="edits">
        {mine.value.slice(0, 8).map((entry, at) => (
          <li key={entry.at}>
            <span class="edit-name">
              {verdictText(entry.verdict)}
              <small>
                {entry.pairs.length > 1 && `${t("review.pairs", { n: entry.pairs.length })} · `}{readableInstant(entry.at)}
              </small>
            </span>
            {at === 0 && <Keyed action="undo" title={t("review.undo")} act={takeBack} />}
          </li>
        ))}
      </ol>
    </section>
  );
}
