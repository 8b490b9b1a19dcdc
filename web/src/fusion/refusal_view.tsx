// Why a judgement could not be, and what one may do now.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getFeature, type Feature } from "../api";
import { t } from "../i18n";
import type { Judgement } from "./model";
import type { Refusal } from "./requests";
import { judgedBy, reportTitle, ReportLink, verdictText } from "./words";

// `path`: read for the words here and for the map; told upwards once it is there.
export function RefusalView({ met, onPath }: { met: Refusal; onPath: (path: readonly Feature[]) => void }) {
  return met.kind === "overtaken" ? <Overtaken soFar={met.soFar} /> : <Contradiction met={met} onPath={onPath} />;
}

export function JudgementLine({ judgement }: { judgement: Judgement }) {
  return (
    <>
      <strong>{verdictText(judgement.verdict)}</strong> · {judgedBy(judgement)}
      {judgement.why !== "" && <q class="why">{judgement.why}</q>}
    </>
  );
}

function Overtaken({ soFar }: { soFar: readonly Judgement[] }) {
  return (
    <div class="problem" role="alert">
      <strong>{t("refusal.overtaken")}</strong>
      <ol class="history">
        {[...soFar].reverse().map((judgement) => <li key={judgement.id}><JudgementLine judgement={judgement} /></li>)}
      </ol>
      <p>{t("refusal.overtaken_then")}</p>
    </div>
  );
}

function Contradiction({ met, onPath }: { met: Extract<Refusal, { kind: "contradiction" }>; onPath: (path: readonly Feature[]) => void }) {
  const path = useSignal<readonly Feature[]>([]);
  const key = met.path.join();
  useEffect(() => {
    const stop = new AbortController();
    Promise.all(met.path.map((id) => getFeature("reports", id, stop.signal))).then((found) => {
      if (stop.signal.aborted) return;
      path.value = found;
      onPath(found);
    }).catch(() => undefined); // the ids alone say little: the words of the refusal stand
    return () => {
      stop.abort();
      onPath([]);
    };
  }, [key]);
  const against = met.against;
  const named = (id: string) => path.value.find((report) => report.id === id);
  const apart = against === null ? [] : [named(against.a), named(against.b)].filter((report) => report !== undefined);
  return (
    <div class="problem" role="alert">
      <strong>{t("refusal.contradiction")}</strong>
      <p>{t(against === null ? "refusal.tied" : "refusal.would_tie")}</p>
      <ol class="way">
        {path.value.map((report) => <li key={report.id}><ReportLink report={report} /></li>)}
      </ol>
      {against !== null && (
        <p>
          {apart.length === 2 && `${t("refusal.apart", { one: reportTitle(apart[0] as Feature), other: reportTitle(apart[1] as Feature) })} `}
          <JudgementLine judgement={against} />
        </p>
      )}
      <p class="note">{t("refusal.contradiction_then")}</p>
    </div>
  );
}
