import { t } from "../i18n";
import { inReadingOrder, type LayerLegend } from "../legend";
import { hidden, legend, relief } from "../state";
import { Swatch } from "./swatch";

export function LegendView() {
  const shown = inReadingOrder(legend.value).flatMap(({ layers }) => layers)
    .filter((layer) => !hidden.value.has(layer.collection));
  return (
    <section class="legend" aria-label={t("legend.label")}>
      {shown.length === 0 && <p class="note">{t("legend.empty")}</p>}
      {shown.map((layer) => (
        <section key={layer.collection}>
          <h3>{layer.title}</h3>
          <LegendEntries layer={layer} />
        </section>
      ))}
      <section>
        <h3>{t("layers.base")}</h3>
        <ul class="entries">
          <li><ClusterSwatch /><span>{t("legend.cluster")}</span></li>
          {!hidden.value.has(relief) && <li><ReliefSwatch /><span>{t("legend.relief")}</span></li>}
        </ul>
      </section>
    </section>
  );
}

export function LegendEntries({ layer }: { layer: LayerLegend }) {
  return (
    <>
      <ul class="entries">
        {layer.entries.map((entry) => (
          <li key={entry.title}><Swatch entry={entry} /><span>{entry.title}</span></li>
        ))}
      </ul>
      {layer.note !== "" && <p class="note">{layer.note}</p>}
    </>
  );
}

function ClusterSwatch() {
  return (
    <svg class="swatch" viewBox="0 0 36 24" width="36" height="24" aria-hidden="true">
      <circle cx="18" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="2.2" />
      <text x="18" y="16" text-anchor="middle" font-size="10" fill="currentColor">12</text>
    </svg>
  );
}

function ReliefSwatch() {
  return (
    <svg class="swatch" viewBox="0 0 36 24" width="36" height="24" aria-hidden="true">
      <path d="M3 21l9-14 6 9 4-6 11 11z" fill="currentColor" fill-opacity="0.25" />
      <path d="M12 7l6 9 4-6 11 11h-14z" fill="currentColor" fill-opacity="0.35" />
    </svg>
  );
}
