// Everything that is known of the chosen feature, by the titles and units of its layer's schema.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError, featurePath, getFeature, getLayerSchema, type Feature, type LayerSchema, type SchemaField } from "../api";
import { UnsavedBar } from "../edit/edit_tab";
import { FeatureActions } from "../edit/feature_actions";
import { HistoryList } from "../edit/history_list";
import { leaving, mayChange } from "../edit/state";
import { StatementForm } from "../edit/statement_form";
import { isEmpty, titleOf } from "../feature_text";
import { EventDetail } from "../fusion/event_detail";
import { PairBar } from "../fusion/pair_panel";
import { ReportEvent } from "../fusion/report_event";
import { t } from "../i18n";
import { entryOf } from "../legend";
import { focusMap, highlight, showGeometry } from "../map/border_map";
import { touchesOf } from "../map/refresh";
import { token } from "../session";
import { announcement, candidates, collectionById, legend, select, selection } from "../state";
import { BorderLengths, Grade, Place, StateHistory, StatementList } from "./detail_parts";
import { FieldRow } from "./field_row";
import { Glyph } from "./glyph";
import { Swatch } from "./swatch";

// The common fields by the part of the panel they stand in; a layer's own fields come first, in the schema's order.
const parts = {
  where: ["valid_from", "valid_to", "time_precision_s", "geo_precision_m", "geo_method", "status", "place_source",
    "section_id", "distance_along_m", "offset_m"],
  source: ["agency", "unit", "nature", "source", "source_ref", "line_source", "handling", "releasable_to", "remarks"],
  record: ["version", "recorded_at", "retain_until", "scenario_id"],
};
const shownApart = new Set(["id", "geometry", "geom", "source_reliability", "info_credibility", "declared",
  "measured_length_m", "states", "statements", "section_id", "distance_along_m", "offset_m"]);
const placed = new Set([...parts.where, ...parts.source, ...parts.record, ...shownApart]);

interface Loaded {
  key: string;
  feature: Feature;
  schema: LayerSchema;
}

export function FeatureDetail() {
  const chosen = selection.value;
  const loaded = useSignal<Loaded | null>(null);
  const failure = useSignal("");
  const gone = useSignal(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const key = chosen === null ? "" : `${chosen.collection}/${chosen.id}`;

  const touched = touchesOf(chosen?.collection);

  useEffect(() => {
    const again = loaded.peek()?.key === key; // it was edited, here or elsewhere: shown until the new version is read
    if (again && (leaving.peek() === key || selection.peek()?.id !== chosen?.id)) return; // on its way out
    if (!again) loaded.value = null;
    failure.value = "";
    gone.value = false;
    if (chosen === null) {
      highlight(null);
      return;
    }
    const stop = new AbortController();
    Promise.all([getFeature(chosen.collection, chosen.id, stop.signal), getLayerSchema(chosen.collection, stop.signal)])
      .then(([feature, schema]) => {
        if (stop.signal.aborted) return;
        loaded.value = { key, feature, schema };
        highlight(feature.geometry);
        if (again) return;
        announcement.value = titleOf(layerOf(chosen.collection), feature.properties, feature.id);
        heading.current?.focus();
      })
      .catch((reason: unknown) => {
        if (stop.signal.aborted) return;
        failure.value = reason instanceof Error ? reason.message : "?";
        gone.value = reason instanceof ApiError && reason.status === 404;
        if (gone.value) loaded.value = null; // deleted, here or elsewhere
      });
    return () => stop.abort();
  }, [key, touched]);

  if (chosen === null) return null;
  const layer = layerOf(chosen.collection);
  const shown = loaded.value?.key === key ? loaded.value : null;
  const entry = shown === null || layer === undefined ? null : entryOf(layer, shown.feature.properties);
  const geometry = shown?.feature.geometry ?? null;
  const close = () => {
    select(null);
    focusMap();
  };
  return (
    <aside class="detail" aria-label={t("detail.label")}>
      <header>
        {entry !== null && <Swatch entry={entry} />}
        <div>
          <p class="kicker">{layer?.title ?? chosen.collection}{entry !== null && ` · ${entry.title}`}</p>
          <h2 tabIndex={-1} ref={heading}>
            {shown === null ? "…" : titleOf(layer, shown.feature.properties, chosen.id)}
          </h2>
        </div>
        <button type="button" class="icon-button" aria-label={t("detail.close")} onClick={close}>
          <Glyph name="close" />
        </button>
      </header>
      <PairBar />
      <AlsoHere />
      {failure.value !== "" && <p role="alert">{t("detail.failed")}: {failure.value}</p>}
      {gone.value && <Deleted collection={chosen.collection} id={chosen.id} />}
      {shown === null && failure.value === "" && <p role="status">{t("detail.loading")}</p>}
      {shown !== null && (
        <>
          <UnsavedBar />
          <div class="row-buttons">
            <FeatureActions collection={chosen.collection} feature={shown.feature} change={shown.schema.change} />
            {geometry !== null && (
              <button type="button" onClick={() => showGeometry(geometry)}>{t("detail.zoom")}</button>
            )}
            {token.value === "" && ( // a link carries no token
              <a href={featurePath(chosen.collection, chosen.id)} target="_blank" rel="noopener">{t("detail.as_json")}</a>
            )}
          </div>
          {chosen.collection === "events" ? <EventDetail feature={shown.feature} /> : <Body collection={chosen.collection} feature={shown.feature} schema={shown.schema} />}
        </>
      )}
    </aside>
  );
}

// What is no longer there may have a history, out of which it can be brought back.
function Deleted({ collection, id }: { collection: string; id: string }) {
  const schema = useSignal<LayerSchema | null>(null);
  useEffect(() => {
    getLayerSchema(collection).then((found) => (schema.value = found)).catch(() => undefined);
  }, [collection]);
  if (schema.value === null) return null;
  const writable = collectionById.value.get(collection)?.writable === true;
  return <HistoryList collection={collection} id={id} fields={schema.value.fields}
    mayRestore={writable && schema.value.change !== "statements"} />;
}

function layerOf(collection: string) {
  return legend.value.layers.find((layer) => layer.collection === collection);
}

function AlsoHere() {
  const others = candidates.value.filter((other) => other.id !== selection.value?.id);
  if (others.length === 0) return null;
  return (
    <details class="also-here">
      <summary>{t("detail.also_here")} ({others.length})</summary>
      <ul>
        {others.map((other) => (
          <li key={other.id}>
            <button type="button" class="link" onClick={() => select(other, candidates.peek())}>
              {layerOf(other.collection)?.title ?? other.collection} · {other.title}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Body({ collection, feature, schema }: { collection: string; feature: Feature; schema: LayerSchema }) {
  const { properties, geometry } = feature;
  const { fields } = schema;
  const mine = mayChange(collection, properties);
  const byName = new Map(fields.map((field) => [field.name, field]));
  for (const name of Object.keys(properties))
    if (!byName.has(name) && !shownApart.has(name)) byName.set(name, plainField(name));
  const all = [...byName.values()].filter((field) => !shownApart.has(field.name));
  const filled = all.filter((field) => !isEmpty(properties[field.name]));
  const empty = all.filter((field) => isEmpty(properties[field.name]));
  const own = filled.filter((field) => !placed.has(field.name));
  const part = (names: readonly string[]) => filled.filter((field) => names.includes(field.name));
  const rows = (shown: readonly SchemaField[]) =>
    shown.map((field) => <FieldRow key={field.name} field={field} value={properties[field.name]} />);
  return (
    <div class="detail-body">
      <BorderLengths properties={properties} />
      {own.length > 0 && (
        <section>
          <h3>{t("detail.what")}</h3>
          <dl>{rows(own)}</dl>
        </section>
      )}
      {collection === "reports" && <ReportEvent report={feature} />}
      <StateHistory value={properties["states"]} />
      <StatementList value={properties["statements"]} fields={fields} />
      <StatementForm collection={collection} feature={feature} layer={schema} />
      <section>
        <h3>{t("detail.where")}</h3>
        <dl>
          <Place geometry={geometry} properties={properties} />
          {rows(part(parts.where))}
        </dl>
      </section>
      <section>
        <h3>{t("detail.source")}</h3>
        <dl>
          <Grade properties={properties} />
          {rows(part(parts.source))}
        </dl>
      </section>
      <section>
        <h3>{t("detail.record")}</h3>
        <dl>
          {rows(part(parts.record))}
          <dt>{t("detail.id")}</dt>
          <dd class="identifier" dir="ltr">{feature.id}</dd>
        </dl>
      </section>
      <HistoryList collection={collection} id={feature.id} fields={fields}
        mayRestore={mine && schema.change !== "statements"} />
      {empty.length > 0 && (
        <details>
          <summary>{t("detail.empty_fields", { n: empty.length })}</summary>
          <ul class="empty-fields">{empty.map((field) => <li key={field.name}>{field.title}</li>)}</ul>
        </details>
      )}
    </div>
  );
}

function plainField(name: string): SchemaField {
  const title = name === "version" ? t("detail.version") : name;
  return { name, title, description: "", unit: "", format: "", type: "", kind: "", enumerated: false, values: [],
    required: false, readOnly: true, common: false, access: "" };
}
