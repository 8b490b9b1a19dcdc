// Distress comes before everything: its own line above the map, whatever is switched off and whatever time is shown.
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { getItems } from "../api";
import { t } from "../i18n";
import { showGeometry } from "../map/border_map";
import { touchesOf } from "../map/refresh";
import { distress, legend, select } from "../state";

const every = 30_000; // also without being told: distress must not hang on one line
const filter = "kind = 'distress' OR sar_phase = 'distress'";

export function DistressBanner() {
  const hasReports = legend.value.layers.some((layer) => layer.collection === "reports");
  const next = useSignal(0);
  const reportsTouched = touchesOf("reports");
  useEffect(() => {
    if (!hasReports) return;
    const stop = new AbortController();
    const refresh = () =>
      getItems("reports", { filter, limit: 100 }, stop.signal)
        .then((page) => (distress.value = page.features))
        .catch(() => undefined); // keeps what is known; the map itself says when the server is gone
    void refresh();
    const timer = window.setInterval(() => void refresh(), every);
    return () => {
      stop.abort();
      window.clearInterval(timer);
    };
  }, [hasReports, reportsTouched]);

  const found = distress.value;
  if (found.length === 0) return null;
  const show = () => {
    const feature = found[next.value % found.length];
    if (feature === undefined) return;
    next.value += 1;
    if (feature.geometry !== null) showGeometry(feature.geometry);
    select({ collection: "reports", id: feature.id });
  };
  return (
    <div class="distress" role="alert">
      <strong>{found.length === 1 ? t("distress.one") : t("distress.many", { n: found.length })}</strong>
      <button type="button" onClick={show}>{next.value === 0 ? t("distress.show") : t("distress.show_next")}</button>
    </div>
  );
}
