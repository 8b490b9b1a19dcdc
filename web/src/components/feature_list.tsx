// The features of the map's window as a list: all that the map tells is also here, in reach of a screen reader.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getItems, type Bounds, type Feature } from "../api";
import { formatNumber, t } from "../i18n";
import { entryOf, inReadingOrder, type LayerLegend } from "../legend";
import { subtitleOf, titleOf } from "../feature_text";
import { highlight, showGeometry } from "../map/border_map";
import { touches } from "../map/refresh";
import { bounds, collectionById, hidden, legend, select, selection, shownTime } from "../state";
import { datetimeParameter } from "../time";
import { Swatch } from "./swatch";

const perLayer = 40;
const settle = 300; // milliseconds without a move before asking

interface Section {
  layer: LayerLegend;
  features: readonly Feature[];
  matched: number | null;
  failed: boolean;
}

// Features without a position are in no window: asked for by themselves.
const unlocated = { layers: ["crossing_points", "check_posts"], filter: "status = 'not_located'" };

export function FeatureList() {
  const sections = useSignal<readonly Section[] | null>(null);
  const box = bounds.value;
  const layers = inReadingOrder(legend.value).flatMap((group) => group.layers)
    .filter((layer) => layer.collection !== "places" && !hidden.value.has(layer.collection));
  const datetime = datetimeParameter(shownTime.value);
  const key = JSON.stringify([touches.value.all, box, datetime, layers.map((layer) => layer.collection)]);

  useEffect(() => {
    if (box === null) return;
    const stop = new AbortController();
    const timer = window.setTimeout(() => {
      void Promise.all(layers.map((layer) => readSection(layer, box, datetime, stop.signal))).then((read) => {
        if (!stop.signal.aborted) sections.value = read.filter((s) => s.failed || s.features.length > 0);
      });
    }, settle);
    return () => {
      window.clearTimeout(timer);
      stop.abort();
    };
  }, [key]);

  if (sections.value === null) return <p class="note" role="status">{t("list.loading")}</p>;
  return (
    <section class="feature-list" aria-label={t("list.label")}>
      {sections.value.length === 0 && <p class="note">{t("list.empty")}</p>}
      {sections.value.map((section) => <ListSection key={section.layer.collection} section={section} />)}
      <UnlocatedList />
    </section>
  );
}

async function readSection(layer: LayerLegend, box: Bounds, datetime: string | undefined, signal: AbortSignal):
    Promise<Section> {
  const timed = legend.peek().groups.find((group) => group.id === layer.group)?.temporal ?? false;
  try {
    const query = { bounds: box, limit: perLayer, datetime: timed ? datetime : undefined };
    const page = await getItems(layer.collection, query, signal);
    const rank = (feature: Feature) => {
      const entry = entryOf(layer, feature.properties);
      return entry === null ? layer.entries.length : layer.entries.indexOf(entry);
    };
    const features = [...page.features].sort((a, b) => rank(a) - rank(b));
    return { layer, features, matched: page.matched, failed: false };
  } catch {
    return { layer, features: [], matched: null, failed: true };
  }
}

function ListSection({ section }: { section: Section }) {
  const { layer, features, matched, failed } = section;
  return (
    <section>
      <h3>
        {layer.title}
        {!failed && (
          <span class="count">
            {matched !== null && matched > features.length
              ? t("list.of", { shown: formatNumber(features.length), total: formatNumber(matched) })
              : formatNumber(features.length)}
          </span>
        )}
      </h3>
      {failed && <p class="note" role="alert">{t("list.failed", { name: layer.title })}</p>}
      <ul>{features.map((feature) => <Row key={feature.id} layer={layer} feature={feature} />)}</ul>
    </section>
  );
}

function Row({ layer, feature }: { layer: LayerLegend; feature: Feature }) {
  const entry = entryOf(layer, feature.properties);
  const title = titleOf(layer, feature.properties, feature.id);
  const chosen = selection.value?.id === feature.id;
  const choose = () => {
    select({ collection: layer.collection, id: feature.id });
    if (feature.geometry !== null) highlight(feature.geometry);
  };
  return (
    <li>
      <button type="button" class="feature-row" aria-current={chosen} onClick={choose}
        onDblClick={() => feature.geometry !== null && showGeometry(feature.geometry)}>
        {entry !== null && <Swatch entry={entry} />}
        <span class="feature-text">
          <span class="feature-title">{title}</span>
          <span class="feature-sub">{subtitleOf(feature.properties, title)}</span>
        </span>
      </button>
    </li>
  );
}

function UnlocatedList() {
  const found = useSignal<readonly { layer: LayerLegend; feature: Feature }[]>([]);
  const layers = legend.value.layers.filter((layer) => unlocated.layers.includes(layer.collection)
    && collectionById.value.has(layer.collection));
  useEffect(() => {
    const stop = new AbortController();
    void Promise.all(layers.map(async (layer) => {
      const page = await getItems(layer.collection, { filter: unlocated.filter, limit: 200 }, stop.signal)
        .catch(() => null);
      return (page?.features ?? []).map((feature) => ({ layer, feature }));
    })).then((lists) => {
      if (!stop.signal.aborted) found.value = lists.flat();
    });
    return () => stop.abort();
  }, [layers.length]);
  if (found.value.length === 0) return null;
  return (
    <details>
      <summary>{t("list.unlocated")}</summary>
      <p class="note">{t("list.unlocated_note", { n: found.value.length })}</p>
      <ul>{found.value.map(({ layer, feature }) => <Row key={feature.id} layer={layer} feature={feature} />)}</ul>
    </details>
  );
}
