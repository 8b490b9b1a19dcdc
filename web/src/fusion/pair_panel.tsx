// The pair that is looked at: both reports, the score taken apart, both places on the map, and the verdicts.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Feature } from "../api";
import { Glyph } from "../components/glyph";
import { t } from "../i18n";
import { focusMap, showBounds } from "../map/border_map";
import { drawOver } from "../map/overlay";
import { selection } from "../state";
import { CompareView } from "./compare_view";
import { boundsOfDrawn, drawnPair } from "./drawing";
import { keyOf, type KeyAction } from "./keys";
import { pairKey, type ReviewPair, type Verdict } from "./model";
import { urgent } from "./queue";
import { JudgementLine, RefusalView } from "./refusal_view";
import { closePair, give, move, newsText, takeBack } from "./review";
import { busy, current, failure, lookedAt, mayJudge, mine, news, reason, refusal } from "./state";
import { WaterfallView } from "./waterfall_view";
import { percentText, probabilityWords } from "./waterfall";
import { agencyName, pairTitle, saidVerdict } from "./words";

const closest = 14; // zoom: two places side by side need no street

export function PairPanel() {
  const pair = current.value;
  return pair === null ? null : <Panel pair={pair} />;
}

function Panel({ pair }: { pair: ReviewPair }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const path = useSignal<readonly Feature[]>([]);
  const key = pairKey(pair);
  const drawing = JSON.stringify([pair.reports.map((report) => [report.geometry, report.properties["geo_precision_m"]]), path.value.map((report) => report.id)]);

  useEffect(() => {
    heading.current?.focus();
    heading.current?.closest(".detail")?.scrollTo(0, 0);
  }, [key]);
  useEffect(() => { // it stands at the top; what others did stands at the foot, and moves nothing
    if (refusal.value !== null || failure.value !== null) heading.current?.closest(".detail")?.scrollTo(0, 0);
  }, [refusal.value, failure.value]);
  useEffect(() => {
    const drawn = drawnPair(pair.reports, path.value);
    const box = boundsOfDrawn(drawn);
    if (box !== null) showBounds(box, closest);
    return drawOver(Symbol(key), drawn, true);
  }, [key, drawing]);

  const close = () => {
    closePair();
    focusMap();
  };
  return (
    <aside class="detail pair" aria-label={t("pair.label")} data-pair={key}>
      <header>
        <div>
          <p class="kicker">{pairTitle(pair)}</p>
          <h2 tabIndex={-1} ref={heading}>{probabilityWords(pair.probability)}, {percentText(pair.probability)}</h2>
        </div>
        <button type="button" class="icon-button" aria-label={t("pair.close")} onClick={close}><Glyph name="close" /></button>
      </header>
      <Notes pair={pair} />
      {refusal.value !== null && <RefusalView met={refusal.value} onPath={(found) => (path.value = found)} />}
      {failure.value !== null && (
        <div class="problem" role="alert">
          <strong>{failure.value.headline}</strong>
          {failure.value.detail !== "" && <p>{failure.value.detail}</p>}
        </div>
      )}
      <div class="detail-body">
        <CompareView reports={pair.reports} />
        <section>
          <h3>{t("pair.score")}</h3>
          <WaterfallView pair={pair} />
        </section>
      </div>
      <VerdictBar pair={pair} />
    </aside>
  );
}

// What has to be known before one judges.
function Notes({ pair }: { pair: ReviewPair }) {
  return (
    <div class="pair-notes">
      {urgent(pair) && <p class="distress-mark"><span aria-hidden="true">▲</span> {t("pair.distress")}</p>}
      {pair.acrossWall && <p class="note outdated">{t("pair.across_wall")}</p>}
      {pair.decision === "person" && <p class="note outdated">{t("pair.person")}</p>}
      {pair.resubmission && <p class="note outdated">{t("pair.resubmission")}</p>}
      {lookedAt.value !== null && <p class="note outdated" role="status">{t("pair.looked_at", { agency: agencyName(lookedAt.value) })}</p>}
      {pair.judged !== null && refusal.value === null && pair.judged.verdict !== "none" && news.value === null && (
        <p class="note">{t("pair.so_far")} <JudgementLine judgement={pair.judged} /></p>
      )}
    </div>
  );
}

function Happened() {
  const told = news.value;
  if (told === null) return null;
  return (
    <p class="note outdated" data-test="news">
      {newsText(told)} {told.kind === "judged" && <JudgementLine judgement={told.judgement} />}
    </p>
  );
}

function VerdictBar({ pair }: { pair: ReviewPair }) {
  const field = useRef<HTMLInputElement>(null);
  const verdicts: readonly Exclude<Verdict, "none">[] = ["same", "different", "unsure"];
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // back to the keys, not out of the pair
    field.current?.closest("aside")?.querySelector("h2")?.focus();
  };
  return (
    <div class="form-foot verdicts">
      <div aria-live="polite"><Happened /></div>
      {mayJudge.value ? (
        <>
          <input ref={field} class="why-field" type="text" maxLength={500} placeholder={t("pair.reason")}
            aria-label={t("pair.reason")} value={reason.value} onKeyDown={escape}
            onInput={(event) => (reason.value = event.currentTarget.value)} />
          <div class="verdict-row">
            {verdicts.map((verdict) => (
              <Keyed key={verdict} action={verdict} main={verdict === "same"} title={saidVerdict(pair, verdict)} act={() => give(verdict)} />
            ))}
          </div>
        </>
      ) : <p class="note">{t("review.no_role")}</p>}
      <div class="verdict-row steps">
        <Keyed action="previous" title={t("review.previous")} act={() => move(-1)} />
        <Keyed action="next" title={t("review.next")} act={() => move(1)} />
        {mayJudge.value && <Keyed action="undo" title={t("review.undo")} act={takeBack} idle={mine.value.length === 0} />}
      </div>
    </div>
  );
}

interface KeyedProps {
  action: KeyAction;
  title: string;
  act: () => Promise<void>;
  main?: boolean;
  idle?: boolean;
}

export function Keyed({ action, title, act, main = false, idle = false }: KeyedProps) {
  return (
    <button type="button" class={main ? "keyed main" : "keyed"} aria-keyshortcuts={keyOf[action]} data-action={action}
      aria-disabled={busy.value} disabled={idle} onClick={() => void act()}>
      <span>{title}</span> <kbd aria-hidden="true">{keyOf[action]}</kbd>
    </button>
  );
}

// In the panel that covers the pair: the way back to it.
export function PairBar() {
  if (current.value === null || selection.value === null) return null;
  return (
    <div class="waiting">
      <span>{t("pair.waits")}</span>
      <button type="button" onClick={() => (selection.value = null)}>{t("pair.back")}</button>
    </div>
  );
}
