// The score of each pair of an event's reports, folded until somebody asks.
import { t } from "../i18n";
import { memberOf, pairKey, type ScoredPair, type Why } from "./model";
import { percentText } from "./waterfall";
import { WaterfallView } from "./waterfall_view";
import { reportShort } from "./words";

export function EventScores({ why }: { why: Why }) {
  if (why.members.length < 2) return null;
  return (
    <section>
      <h3>{t("event.scores")}</h3>
      {why.pairs.length === 0 && <p class="note">{t("event.no_scores")}</p>}
      {[...why.pairs].sort((a, b) => b.probability - a.probability).map((pair) => <Score key={pairKey(pair)} pair={pair} why={why} />)}
    </section>
  );
}

function Score({ pair, why }: { pair: ScoredPair; why: Why }) {
  const [one, other] = [memberOf(why, pair.a), memberOf(why, pair.b)];
  const named = [one, other].map((report) => (report === undefined ? "?" : reportShort(report)));
  return (
    <details class="score">
      <summary><strong>{percentText(pair.probability)}</strong> {named[0]} / {named[1]}</summary>
      <WaterfallView pair={pair} />
    </details>
  );
}
