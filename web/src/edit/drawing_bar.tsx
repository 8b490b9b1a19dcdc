// Over the map while a shape is drawn or moved: what the hand and the keys do now.
import { t, type TextKey } from "../i18n";
import { Glyph } from "../components/glyph";
import { finishDrawing, editorHasMap, removeChosen } from "./map_editor";
import type { ShapeKind } from "./shape";
import { isComplete } from "./shape";
import { shapeText } from "./shape_editor";
import { chosenVertex, draft, shapesBefore, takeBackShape, tool } from "./state";

const drawTexts: Readonly<Record<ShapeKind, TextKey>> = { point: "draw.point", line: "draw.line", area: "draw.area" };

export function DrawingBar() {
  const shape = draft.value?.shape;
  if (!editorHasMap() || shape == null) return null;
  const drawing = tool.value === "draw";
  const hint = drawing ? drawTexts[shape.kind] : shape.kind === "point" ? "draw.edit_point" : "draw.edit";
  return (
    <section class="drawing-bar" aria-label={t("draw.label")}>
      <div>
        <strong>{shape.parts.length === 0 ? t("edit.draw") : shapeText(shape)}</strong>
        <p>{t(hint)}</p>
      </div>
      <div class="row-buttons">
        <button type="button" disabled={shapesBefore.value.length === 0} onClick={takeBackShape}>
          <Glyph name="undo" /> {t("draw.take_back")}
        </button>
        {!drawing && shape.kind !== "point" && (
          <button type="button" disabled={chosenVertex.value === null} onClick={removeChosen}>{t("draw.delete_vertex")}</button>
        )}
        {drawing && shape.kind !== "point" && (
          <button type="button" class="main" disabled={!isComplete(shape)} onClick={finishDrawing}>
            <Glyph name="check" /> {t("draw.finish")}
          </button>
        )}
      </div>
    </section>
  );
}
