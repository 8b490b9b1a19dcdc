// A score taken apart: each term in words with its bits left or right of zero, then their sum.
import { t, word } from "../i18n";
import type { ScoredPair } from "./model";
import { bitsText, percentText, probabilityWords, waterfall, type Bar } from "./waterfall";

export function WaterfallView({ pair }: { pair: ScoredPair }) {
  const { zero, bars, sum } = waterfall(pair);
  const probability = `${probabilityWords(pair.probability)}, ${percentText(pair.probability)}`;
  return (
    <table class="waterfall">
      <caption class="note">{t("pair.score_caption")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("pair.term")}</th>
          <th scope="col">
            <span class="unseen">{t("pair.beams")}</span>
            <span class="waterfall-scale" aria-hidden="true"><span>−</span><span>+</span></span>
          </th>
          <th scope="col">{t("pair.bits")}</th>
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.term.name} data-term={bar.term.name}>
            <th scope="row">{withoutName(bar.term.said)}<small>{word(`term_${bar.term.name}`)}</small></th>
            <Beam bar={bar} zero={zero} />
            <td class="bits" dir="ltr">{bitsText(bar.term.bits)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{probability}</th>
          <Beam bar={sum} zero={zero} />
          <td class="bits" dir="ltr">{bitsText(sum.term.bits)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

// "kind: both distress" stands beside its name already.
function withoutName(said: string): string {
  const rest = said.replace(/^[a-z]+: /, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function Beam({ bar, zero }: { bar: Bar; zero: number }) {
  const style = { insetInlineStart: `${bar.from * 100}%`, inlineSize: `max(2px, ${bar.length * 100}%)` };
  return (
    <td class="beam-cell" aria-hidden="true">
      <div class="beam-ground">
        <span class="beam-zero" style={{ insetInlineStart: `${zero * 100}%` }} />
        <span class={bar.term.bits < 0 ? "beam less" : "beam more"} style={style} />
      </div>
    </td>
  );
}
