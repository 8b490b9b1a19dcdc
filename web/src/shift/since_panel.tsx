// What happened since one left, in the order in which it matters: distress, other reports, events, judgements, fences.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Feature } from "../api";
import { Glyph } from "../components/glyph";
import { titleOf } from "../feature_text";
import { isDistress, type Judgement } from "../fusion/model";
import { JudgementLine } from "../fusion/refusal_view";
import { reportTitle } from "../fusion/words";
import { formatNumber, t, word } from "../i18n";
import { focusMap } from "../map/border_map";
import { collectionById, legend, select, selection } from "../state";
import { readableInstant } from "../time";
import type { Since } from "./requests";
import { failure, markRead, panelShown, since, unread } from "./shift";

export function SincePanel() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const from = unread.value;
  if (from === null) return null;
  const close = () => {
    panelShown.value = false;
    focusMap();
  };
  const read = () => {
    markRead();
    focusMap();
  };
  const found = since.value;
  return (
    <aside class="detail since-panel" aria-label={t("since.title")}>
      <header>
        <div>
          <p class="kicker">{readableInstant(from.at)}</p>
          <h2 tabIndex={-1} ref={heading}>{t("since.title")}</h2>
        </div>
        <button type="button" class="icon-button" aria-label={t("since.close")} onClick={close}><Glyph name="close" /></button>
      </header>
      {failure.value !== "" && <p class="problem" role="alert">{failure.value}</p>}
      {found === null && failure.value === "" && <p class="note" role="status">{t("since.loading")}</p>}
      {found !== null && <Body found={found} />}
      <div class="form-foot"><button type="button" class="main" onClick={read}>{t("since.read")}</button></div>
    </aside>
  );
}

function Body({ found }: { found: Since }) {
  const urgent = found.reports.filter(isDistress);
  const others = found.reports.filter((report) => !isDistress(report));
  return (
    <div class="detail-body">
      {!found.whole && <p class="note outdated">{t("since.not_whole")}</p>}
      {found.counts.length === 0 && found.judgements.length === 0 && <p class="note">{t("since.nothing")}</p>}
      <Part title={t("since.distress")} total={found.distress} named={urgent.length}>
        {urgent.map((report) => <Row key={report.id} collection="reports" feature={report} title={reportTitle(report)} urgent />)}
      </Part>
      <Part title={t("since.reports")} total={found.newReports - found.distress} named={others.length}>
        {others.map((report) => <Row key={report.id} collection="reports" feature={report} title={reportTitle(report)} />)}
      </Part>
      <Part title={t("since.events")} total={found.changedEvents} named={found.events.length}>
        {found.events.map((event) => <Row key={event.id} collection="events" feature={event} title={eventTitle(event)} />)}
      </Part>
      <Part title={t("since.judgements")} total={found.judgements.length} named={Math.min(20, found.judgements.length)}>
        {found.judgements.slice(0, 20).map((judgement) => <Judged key={judgement.id} judgement={judgement} />)}
      </Part>
      <Part title={t("since.fences")} total={found.changedFences} named={found.fences.length}>
        {found.fences.map((fence) => <Row key={fence.id} collection="fence_segments" feature={fence} title={fenceTitle(fence)} />)}
      </Part>
      <Counts found={found} />
    </div>
  );
}

function Part(props: { title: string; total: number; named: number; children: ComponentChildren }) {
  if (props.total <= 0) return null;
  return (
    <section>
      <h3>{props.title} <span class="count">{formatNumber(props.total)}</span></h3>
      <ul class="plain">{props.children}</ul>
      {props.total > props.named && <p class="note">{t("since.more", { n: formatNumber(props.total - props.named) })}</p>}
    </section>
  );
}

function Row(props: { collection: string; feature: Feature; title: string; urgent?: boolean }) {
  const { collection, feature, title, urgent = false } = props;
  const place = feature.properties["place"];
  return (
    <li>
      {urgent && <span class="distress-mark"><span aria-hidden="true">▲</span> {t("pair.mark_distress")}</span>}
      <button type="button" class="link report-link" aria-current={selection.value?.id === feature.id}
        onClick={() => select({ collection, id: feature.id })}>{title}</button>
      {typeof place === "string" && place !== title && <small>{place}</small>}
    </li>
  );
}

function eventTitle(event: Feature): string {
  const { kind, reports, valid_from: from } = event.properties;
  return [typeof kind === "string" ? word(kind) : "", t(reports === 1 ? "event.one_report" : "event.reports", { n: Number(reports ?? 1) }),
    typeof from === "string" ? readableInstant(from) : ""].filter((part) => part !== "").join(" · ");
}

function fenceTitle(fence: Feature): string {
  const layer = legend.value.layers.find((row) => row.collection === "fence_segments");
  const state = fence.properties["state"];
  return [typeof state === "string" ? word(state) : "", titleOf(layer, fence.properties, fence.id)].filter((part) => part !== "").join(" · ");
}

function Judged({ judgement }: { judgement: Judgement }) {
  return (
    <li>
      <JudgementLine judgement={judgement} />{" "}
      <button type="button" class="link" onClick={() => select({ collection: "reports", id: judgement.a })}>{t("since.one_report")}</button>{" · "}
      <button type="button" class="link" onClick={() => select({ collection: "reports", id: judgement.b })}>{t("since.other_report")}</button>
    </li>
  );
}

function Counts({ found }: { found: Since }) {
  if (found.counts.length === 0) return null;
  return (
    <details>
      <summary>{t("since.all")}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("since.layer")}</th>
            <th scope="col">{t("since.created")}</th>
            <th scope="col">{t("since.updated")}</th>
            <th scope="col">{t("since.removed")}</th>
          </tr>
        </thead>
        <tbody>
          {found.counts.map((count) => (
            <tr key={count.collection}>
              <th scope="row">{collectionById.value.get(count.collection)?.title ?? count.collection}</th>
              <td>{formatNumber(count.created)}</td>
              <td>{formatNumber(count.updated)}</td>
              <td>{formatNumber(count.removed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
