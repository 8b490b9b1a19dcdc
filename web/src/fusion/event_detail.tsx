// An event taken apart: its reports, why this place and time, what contradicts, who judged what. The map shows its
// reports as ghosts meanwhile.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Feature } from "../api";
import { Place } from "../components/detail_parts";
import { failureOf } from "../edit/failure";
import { formatNumber, t, word } from "../i18n";
import { showBounds } from "../map/border_map";
import { drawOver } from "../map/overlay";
import { touchesOf } from "../map/refresh";
import { select } from "../state";
import { readableInstant } from "../time";
import { countText } from "./compare";
import { boundsOfDrawn, drawnEvent } from "./drawing";
import { EventHistory } from "./event_history";
import { EventJudgements } from "./event_judgements";
import { EventMembers } from "./event_members";
import { EventState } from "./event_state";
import { memberOf, type Best, type Conflict, type StatusSaid, type Why } from "./model";
import { readWhy } from "./requests";
import { EventScores } from "./event_scores";
import { agencyName, reportShort, ReportLink } from "./words";

export function EventDetail({ feature }: { feature: Feature }) {
  const why = useSignal<{ of: string; is: Why } | null>(null);
  const failed = useSignal("");
  const touched = touchesOf("events") + touchesOf("reports");
  useEffect(() => {
    const stop = new AbortController();
    readWhy(feature.id, stop.signal).then((found) => {
      if (stop.signal.aborted) return;
      why.value = { of: feature.id, is: found };
      failed.value = "";
    }).catch((reason: unknown) => {
      if (!stop.signal.aborted) failed.value = failureOf(reason).headline;
    });
    return () => stop.abort();
  }, [feature.id, touched]);
  const known = why.value?.of === feature.id ? why.value.is : null;
  useEffect(() => {
    if (known === null) return;
    return drawOver(Symbol(feature.id), drawnEvent(known), false);
  }, [known]);

  return (
    <div class="detail-body event">
      {failed.value !== "" && <p class="problem" role="alert">{t("event.failed")}: {failed.value}</p>}
      <Summary feature={feature} />
      {known === null && failed.value === "" && <p class="note" role="status">{t("event.loading")}</p>}
      {known !== null && <TakenApart feature={feature} why={known} />}
    </div>
  );
}

function TakenApart({ feature, why }: { feature: Feature; why: Why }) {
  const all = () => {
    const box = boundsOfDrawn(drawnEvent(why));
    if (box !== null) showBounds(box, 14);
  };
  return (
    <>
      <Conflicts why={why} />
      <section>
        <h3>{t("event.place_and_time")}</h3>
        <dl>
          <Place geometry={feature.geometry} properties={feature.properties} />
          <Chosen title={t("event.place_from")} best={why.place} why={why} />
          <Chosen title={t("event.time_from")} best={why.time} why={why} />
        </dl>
        {why.members.length > 1 && <button type="button" class="after-list" onClick={all}>{t("event.show_all")}</button>}
      </section>
      <section class="two-kinds">
        <h3>{t("event.kinds")}</h3>
        <Status title={t("event.trafficking")} code="0204" said={why.trafficking} why={why} />
        <Status title={t("event.smuggling")} code="08051" said={why.smuggling} why={why} />
        <p class="note">{t("event.never_added")}</p>
      </section>
      <EventState event={feature} why={why} />
      <EventMembers event={feature} why={why} />
      <EventScores why={why} />
      <EventJudgements why={why} />
      <Ties why={why} />
      <section>
        <h3>{t("event.label")}</h3>
        <p>{word(why.handling)}</p>
        <p class="note">
          {why.releasableTo.length === 0 ? t("event.released_to_owner")
            : t("event.released_to", { who: why.releasableTo.map(word).join(", ") })}
        </p>
      </section>
      <EventHistory event={feature.id} />
    </>
  );
}

function Summary({ feature: { properties } }: { feature: Feature }) {
  const agencies = Array.isArray(properties["agencies"]) ? properties["agencies"].map((agency) => agencyName(String(agency))) : [];
  const many = countText(properties);
  const [from, to] = [properties["valid_from"], properties["valid_to"]];
  const reports = typeof properties["reports"] === "number" ? properties["reports"] : 0;
  return (
    <section>
      {properties["domain"] === "rescue" && <p class="note outdated">{t("event.rescue")}</p>}
      {properties["withdrawn"] === true && <p class="note outdated">{t("event.withdrawn")}</p>}
      <dl>
        <dt>{t("event.told_by")}</dt>
        <dd>
          <strong>{t(agencies.length === 1 ? "event.one_agency" : "event.agencies", { n: agencies.length })}</strong>
          {`, ${t(reports === 1 ? "event.one_report" : "event.reports", { n: formatNumber(reports) })}`}
          <span class="line">{agencies.join(", ")}</span>
        </dd>
        {typeof from === "string" && (
          <>
            <dt>{t("compare.time")}</dt>
            <dd>{readableInstant(from)}{typeof to === "string" && to !== from && <span class="line">{t("compare.until", { time: readableInstant(to) })}</span>}</dd>
          </>
        )}
        {many !== "" && (
          <>
            <dt>{t("event.count")}</dt>
            <dd>{many}<span class="line">{t("event.count_note")}</span></dd>
          </>
        )}
        {typeof properties["impact"] === "string" && <><dt>{t("event.impact")}</dt><dd>{word(properties["impact"])}</dd></>}
      </dl>
    </section>
  );
}

function Chosen({ title, best, why }: { title: string; best: Best | null; why: Why }) {
  if (best === null) return null;
  const report = memberOf(why, best.report);
  return (
    <>
      <dt>{title}</dt>
      <dd>{report === undefined ? best.report : <ReportLink report={report}>{reportShort(report)}</ReportLink>}<span class="line">{best.reason}</span></dd>
    </>
  );
}

const statusSigns: Readonly<Record<string, string>> = { suspected: "?", confirmed: "✓", ruled_out: "✕" };

// Each of the two for itself, with who says what of it.
function Status({ title, code, said, why }: { title: string; code: string; said: readonly StatusSaid[]; why: Why }) {
  return (
    <div class="status-block" data-code={code}>
      <h4>{title} <span class="badge">{code}</span></h4>
      {said.length === 0 && <p class="soft">{t("event.nothing_said")}</p>}
      <ul>
        {said.map(({ report, status }) => {
          const teller = memberOf(why, report);
          return (
            <li key={report}>
              <span class="status" data-status={status}><span aria-hidden="true">{statusSigns[status] ?? "·"}</span> {word(status)}</span>{" "}
              {teller !== undefined && <ReportLink report={teller}>{reportShort(teller)}</ReportLink>}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Conflicts({ why }: { why: Why }) {
  const apart = why.contested.map(({ a, b }) => [memberOf(why, a), memberOf(why, b)] as const);
  if (why.conflicts.length === 0 && apart.length === 0) return null;
  return (
    <section class="problem conflicts">
      <h3>{t("event.conflicts")}</h3>
      <ul>
        {why.conflicts.map((conflict) => <ConflictRow key={`${conflict.field}${conflict.one}${conflict.other}`} conflict={conflict} why={why} />)}
        {apart.map(([one, other], at) => (
          <li key={at}>{t("event.contested", { one: one === undefined ? "?" : reportShort(one), other: other === undefined ? "?" : reportShort(other) })}</li>
        ))}
      </ul>
      <p class="note">{t("event.conflicts_note")}</p>
    </section>
  );
}

// "suspected against ruled_out": codes of the data become words.
function inWords(said: string): string {
  return said.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (code) => code.replaceAll("_", " "));
}

function ConflictRow({ conflict, why }: { conflict: Conflict; why: Why }) {
  const [one, other] = [memberOf(why, conflict.one), memberOf(why, conflict.other)];
  return (
    <li>
      <strong>{word(conflict.field)}: {inWords(conflict.said)}</strong>
      <span class="line">
        {one !== undefined && <ReportLink report={one}>{reportShort(one)}</ReportLink>} ≠{" "}
        {other !== undefined && <ReportLink report={other}>{reportShort(other)}</ReportLink>}
      </span>
    </li>
  );
}

// Where the event came from, and what is tied to it across the purpose wall.
function Ties({ why }: { why: Why }) {
  if (why.splitFrom === "" && why.across.length === 0) return null;
  return (
    <section>
      <h3>{t("event.ties")}</h3>
      {why.splitFrom !== "" && (
        <p>
          {t("event.split_from")}{" "}
          <button type="button" class="link" onClick={() => select({ collection: "events", id: why.splitFrom })}>{t("event.split_show")}</button>
        </p>
      )}
      {why.across.length > 0 && (
        <>
          <p class="note">{t("event.across")}</p>
          <ul class="plain">{why.across.map((report) => <li key={report.id}><ReportLink report={report} /></li>)}</ul>
        </>
      )}
    </section>
  );
}
