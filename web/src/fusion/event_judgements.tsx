// Who judged what about an event's reports, newest first. What stands can be taken back: what stood before is then
// judged again.
import { useSignal } from "@preact/signals";
import { Glyph } from "../components/glyph";
import { failureOf } from "../edit/failure";
import { t } from "../i18n";
import { refreshTouched } from "../map/refresh";
import { announcement } from "../state";
import { memberOf, pairKey, type Judgement, type Why } from "./model";
import { newestOfPairs, verdictBefore } from "./queue";
import { JudgementLine, RefusalView } from "./refusal_view";
import type { Refusal } from "./requests";
import { judgeAgain } from "./review";
import { mayJudge } from "./state";
import { reportShort, verdictText } from "./words";

export function EventJudgements({ why }: { why: Why }) {
  const met = useSignal<Refusal | null>(null);
  const failed = useSignal("");
  if (why.judgements.length === 0) return null;
  const newest = newestOfPairs(why.judgements);
  const undo = async (judgement: Judgement) => {
    met.value = null;
    failed.value = "";
    try {
      met.value = await judgeAgain(judgement, verdictBefore(why.judgements, judgement));
      refreshTouched("events", []);
      if (met.value === null) announcement.value = t("review.undone");
    } catch (reason) {
      failed.value = failureOf(reason).headline;
    }
  };
  const named = (id: string) => {
    const report = memberOf(why, id);
    return report === undefined ? t("event.another_report") : reportShort(report);
  };
  return (
    <section>
      <h3>{t("event.judgements")}</h3>
      {failed.value !== "" && <p class="problem" role="alert">{failed.value}</p>}
      {met.value !== null && <RefusalView met={met.value} onPath={() => undefined} />}
      <ol class="history judgements">
        {[...why.judgements].reverse().map((judgement) => {
          const stands = newest.get(pairKey(judgement))?.id === judgement.id;
          const before = verdictBefore(why.judgements, judgement);
          return (
            <li key={judgement.id} data-verdict={judgement.verdict} data-stands={stands}>
              <JudgementLine judgement={judgement} />
              <span class="history-part">{named(judgement.a)} / {named(judgement.b)}</span>
              {!stands && <span class="history-part">{t("event.replaced")}</span>}
              {stands && mayJudge.value && judgement.verdict !== "none" && (
                <button type="button" class="small" title={t("event.undo_to", { verdict: verdictText(before) })}
                  onClick={() => void undo(judgement)}>
                  <Glyph name="undo" /> {t("review.undo")}
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
