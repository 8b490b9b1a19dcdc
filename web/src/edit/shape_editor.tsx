// The shape of a draft as a list of positions: all that the hand does on the map can be done here by keys, in degrees or
// MGRS.
import { useSignal } from "@preact/signals";
import type { Position } from "geojson";
import { Glyph } from "../components/glyph";
import { lengthText } from "../feature_text";
import { formatNumber, t } from "../i18n";
import { flyTo, focusMap, showGeometry } from "../map/border_map";
import { mgrsText, parsePosition } from "../position";
import { camera } from "../state";
import {
  appendVertex, deleteVertex, emptyShape, geometryOf, insertVertex, isComplete, lengthOf, middleAfter, moveVertex,
  vertexCount, type Shape, type ShapeKind, type VertexAt,
} from "./shape";
import { chosenVertex, draft, failure, kindsOf, setShape, tool } from "./state";

type Notation = "degrees" | "mgrs";

const shownAtOnce = 40;

export function positionText([lon = 0, lat = 0]: Position, notation: Notation): string {
  const mgrs = notation === "mgrs" ? mgrsText({ lon, lat }) : "";
  return mgrs !== "" ? mgrs : `${Number(lat.toFixed(7))}, ${Number(lon.toFixed(7))}`;
}

export function shapeText(shape: Shape): string {
  if (vertexCount(shape) === 0) return t("edit.shape_none");
  const several = shape.parts.length > 1 ? ` · ${t("edit.shape_parts", { n: shape.parts.length })}` : "";
  if (shape.kind === "point") return t("edit.shape_point") + several;
  const values = { n: formatNumber(vertexCount(shape)), length: lengthText(lengthOf(shape)) };
  return t(shape.kind === "line" ? "edit.shape_line" : "edit.shape_area", values) + several;
}

export function ShapeEditor() {
  const notation = useSignal<Notation>("degrees");
  const now = draft.value;
  if (now === null) return null;
  const { shape } = now;
  if (shape === null) return <section class="form-part"><h3>{t("edit.shape")}</h3><p class="note">{t("edit.shape_locked")}</p></section>;
  const problem = failure.value?.field === "geometry" ? `${failure.value.headline} ${failure.value.detail}`.trim() : "";
  const geometry = geometryOf(shape);
  return (
    <section class="form-part" data-field="geometry" data-fault={problem !== ""} tabIndex={-1}>
      <h3>{t("edit.shape")}</h3>
      <p class="note">{shapeText(shape)}</p>
      {problem !== "" && <p class="fault">{problem}</p>}
      <KindChoice shape={shape} />
      <div class="row-buttons">
        {tool.value !== "draw" && shape.kind !== "point" && (
          <button type="button" onClick={draw}>{t(isComplete(shape) ? "edit.draw_on" : "edit.draw")}</button>
        )}
        {tool.value !== "draw" && shape.kind === "point" && vertexCount(shape) === 0 && (
          <button type="button" onClick={draw}>{t("edit.draw")}</button>
        )}
        {geometry !== null && <button type="button" onClick={() => showGeometry(geometry)}>{t("detail.zoom")}</button>}
        {vertexCount(shape) > 0 && (
          <button type="button" onClick={() => { setShape(emptyShape(shape.kind)); tool.value = "draw"; }}>
            {t("edit.clear_shape")}
          </button>
        )}
      </div>
      <div class="positions">
        <div class="positions-head">
          <h4>{t("edit.positions")}</h4>
          <label>
            <span class="unseen">{t("edit.positions_as")}</span>
            <select value={notation.value}
              onChange={(event) => (notation.value = event.currentTarget.value === "mgrs" ? "mgrs" : "degrees")}>
              <option value="degrees">{t("edit.degrees")}</option>
              <option value="mgrs">{t("edit.mgrs")}</option>
            </select>
          </label>
        </div>
        <VertexList shape={shape} notation={notation.value} />
        <AddPosition shape={shape} />
      </div>
    </section>
  );
}

function draw(): void {
  tool.value = "draw";
  chosenVertex.value = null;
  focusMap();
}

// Where a layer takes any shape, which one is chosen while nothing is drawn yet.
function KindChoice({ shape }: { shape: Shape }) {
  const kinds = kindsOf(draft.value?.collection ?? "");
  if (kinds.length < 2 || vertexCount(shape) > 0) return null;
  const titles: Readonly<Record<ShapeKind, string>> = {
    point: t("edit.kind_point"), line: t("edit.kind_line"), area: t("edit.kind_area"),
  };
  return (
    <div class="choice" role="group" aria-label={t("edit.shape")}>
      {kinds.map((kind) => (
        <button key={kind} type="button" aria-pressed={shape.kind === kind} onClick={() => setShape(emptyShape(kind))}>
          {titles[kind]}
        </button>
      ))}
    </div>
  );
}

function VertexList({ shape, notation }: { shape: Shape; notation: Notation }) {
  const more = useSignal(0);
  const all = shape.parts.flatMap((part, at) => part.vertices.map((position, vertex) => ({ at: { part: at, vertex }, position })));
  const chosen = chosenVertex.value;
  const chosenRow = chosen === null ? -1 : all.findIndex(({ at }) => at.part === chosen.part && at.vertex === chosen.vertex);
  const shown = all.slice(0, Math.max(shownAtOnce * (1 + more.value), chosenRow + 3));
  return (
    <>
      <ol class="vertices">
        {shown.map(({ at, position }) => (
          <VertexRow key={`${at.part}/${at.vertex}`} shape={shape} at={at} position={position} notation={notation} />
        ))}
      </ol>
      {shown.length < all.length && (
        <button type="button" class="link" onClick={() => (more.value += 1)}>
          {t("edit.vertex_more", { n: Math.min(shownAtOnce, all.length - shown.length) })}
        </button>
      )}
    </>
  );
}

function VertexRow(props: { shape: Shape; at: VertexAt; position: Position; notation: Notation }) {
  const { shape, at, position, notation } = props;
  const typed = useSignal<string | null>(null); // until it is a position
  const bad = useSignal(false);
  const n = at.vertex + 1;
  const name = shape.parts.length > 1 ? t("edit.vertex_of_part", { part: at.part + 1, n }) : t("edit.vertex", { n });
  const isChosen = chosenVertex.value?.part === at.part && chosenVertex.value.vertex === at.vertex;
  const written = positionText(position, notation);
  const change = () => {
    const found = parsePosition(typed.value ?? written);
    bad.value = found === null;
    if (found === null) return;
    const moved = typed.value !== null && typed.value.trim() !== written;
    typed.value = null;
    if (moved) setShape(moveVertex(shape, at, [found.lon, found.lat]));
  };
  // Takes the position; sending the form is the Save button's.
  const enter = (event: KeyboardEvent) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    change();
  };
  const choose = () => {
    chosenVertex.value = at;
    tool.value = "edit";
  };
  return (
    <li aria-current={isChosen}>
      <span class="vertex-number" aria-hidden="true">{n}</span>
      <div class="vertex-text">
        <input type="text" dir="ltr" aria-label={name} aria-invalid={bad.value} autocomplete="off" spellcheck={false}
          value={typed.value ?? written} onFocus={choose} onChange={change} onKeyDown={enter}
          onInput={(event) => (typed.value = event.currentTarget.value)} />
        {bad.value && <p class="fault" role="alert">{t("edit.vertex_bad")}</p>}
      </div>
      <button type="button" class="quiet" aria-label={t("edit.vertex_show", { n })} title={t("edit.vertex_show", { n })}
        onClick={() => { choose(); show(position); }}>
        <Glyph name="target" />
      </button>
      {shape.kind !== "point" && (
        <button type="button" class="quiet" aria-label={t("edit.vertex_insert", { n })} title={t("edit.vertex_insert", { n })}
          onClick={() => setShape(insertVertex(shape, { ...at, vertex: at.vertex + 1 }, middleAfter(shape, at) ?? beyond(shape, at)))}>
          <Glyph name="plus" />
        </button>
      )}
      <button type="button" class="quiet" aria-label={t("edit.vertex_remove", { n })} title={t("edit.vertex_remove", { n })}
        onClick={() => { chosenVertex.value = null; setShape(deleteVertex(shape, at)); }}>
        <Glyph name="close" />
      </button>
    </li>
  );
}

// After the end of a line there is no middle: as far on as the last two lie apart.
function beyond(shape: Shape, at: VertexAt): Position {
  const vertices = shape.parts[at.part]?.vertices ?? [];
  const [lon = 0, lat = 0] = vertices[at.vertex] ?? [];
  const [beforeLon = lon - 0.01, beforeLat = lat] = vertices[at.vertex - 1] ?? [];
  return [lon + (lon - beforeLon), lat + (lat - beforeLat)];
}

function show([lon = 0, lat = 0]: Position): void {
  flyTo({ lon, lat, zoom: Math.max(10, camera.peek()?.zoom ?? 0) });
}

function AddPosition({ shape }: { shape: Shape }) {
  const typed = useSignal("");
  const bad = useSignal(false);
  if (shape.kind === "point" && vertexCount(shape) > 0) return null;
  const add = () => {
    const found = parsePosition(typed.value);
    bad.value = found === null;
    if (found === null) return;
    setShape(appendVertex(shape, [found.lon, found.lat]));
    typed.value = "";
  };
  const centre = () => {
    const at = camera.peek();
    if (at !== null) setShape(appendVertex(shape, [at.lon, at.lat]));
  };
  return (
    <div class="add-position">
      <div class="with-unit">
        <input type="text" dir="ltr" aria-label={t("edit.position_add")} placeholder={t("edit.position_add")}
          aria-invalid={bad.value} autocomplete="off" spellcheck={false} value={typed.value}
          onInput={(event) => { typed.value = event.currentTarget.value; bad.value = false; }}
          onKeyDown={(event) => { if (event.key === "Enter") { event.preventDefault(); add(); } }} />
        <button type="button" onClick={add}>{t("edit.position_add_button")}</button>
      </div>
      {bad.value && <p class="fault" role="alert">{t("edit.vertex_bad")}</p>}
      <button type="button" class="link" onClick={centre}>{t("edit.position_centre")}</button>
    </div>
  );
}
