import { useSignal } from "@preact/signals";
import { formatNumber, t } from "../i18n";
import { inReadingOrder, type LayerGroup, type LayerLegend } from "../legend";
import { showBounds } from "../map/border_map";
import { collectionById, hidden, legend, relief, setLayersShown, setLayerShown } from "../state";
import { Glyph } from "./glyph";
import { LegendEntries } from "./legend_view";
import { Swatch } from "./swatch";

export function LayerTree() {
  const all = [...legend.value.layers.map((layer) => layer.collection), relief];
  return (
    <nav class="layer-tree" aria-label={t("layers.label")}>
      <div class="row-buttons">
        <button type="button" onClick={() => setLayersShown(all, true)}>{t("layers.all_on")}</button>
        <button type="button" onClick={() => setLayersShown(all, false)}>{t("layers.all_off")}</button>
      </div>
      {inReadingOrder(legend.value).map(({ group, layers }) => <Group key={group.id} group={group} layers={layers} />)}
      <fieldset>
        <legend>{t("layers.base")}</legend>
        <ul><li class="layer"><Toggle id={relief} title={t("layers.relief")} /></li></ul>
      </fieldset>
      <p class="note">{t("layers.always")}</p>
    </nav>
  );
}

function Group({ group, layers }: { group: LayerGroup; layers: readonly LayerLegend[] }) {
  return (
    <fieldset>
      <legend>{group.title}</legend>
      <ul>{layers.map((layer) => <LayerRow key={layer.collection} layer={layer} />)}</ul>
    </fieldset>
  );
}

function Toggle({ id, title }: { id: string; title: string }) {
  return (
    <label class="toggle">
      <input type="checkbox" checked={!hidden.value.has(id)}
        onChange={(event) => setLayerShown(id, event.currentTarget.checked)} />
      <span>{title}</span>
    </label>
  );
}

function LayerRow({ layer }: { layer: LayerLegend }) {
  const open = useSignal(false);
  const collection = collectionById.value.get(layer.collection);
  const sample = layer.entries.findLast((entry) => !entry.beside);
  const box = collection?.bounds ?? null;
  return (
    <li class="layer">
      <div class="layer-row">
        <Toggle id={layer.collection} title={layer.title} />
        {collection?.count != null && (
          <span class="count" title={t("layers.count", { n: formatNumber(collection.count) })}>
            {formatNumber(collection.count)}
          </span>
        )}
        <button type="button" class="quiet" aria-label={t("layers.zoom_to", { name: layer.title })}
          disabled={box === null} onClick={() => box !== null && showBounds(box)}>
          <Glyph name="target" />
        </button>
        <button type="button" class="quiet swatch-button" aria-expanded={open.value}
          aria-label={t("layers.show_legend", { name: layer.title })} onClick={() => (open.value = !open.value)}>
          {sample !== undefined && <Swatch entry={sample} />}
        </button>
      </div>
      {open.value && <LegendEntries layer={layer} />}
    </li>
  );
}
