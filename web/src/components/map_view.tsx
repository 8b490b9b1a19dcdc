import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { DrawingBar } from "../edit/drawing_bar";
import { t } from "../i18n";
import { mapReady, showWholeBorder, startMap, zoomBy } from "../map/border_map";
import { Glyph } from "./glyph";

// `attempt`: a new number starts the map again after a failure.
export function MapView({ attempt }: { attempt: number }) {
  const container = useRef<HTMLDivElement>(null);
  const failure = useSignal("");
  useEffect(() => {
    if (container.current === null || mapReady.peek()) return;
    let stop: (() => void) | null = null;
    let gone = false;
    failure.value = "";
    startMap(container.current)
      .then((stopMap) => {
        if (gone) stopMap();
        else stop = stopMap;
      })
      .catch((reason: unknown) => (failure.value = reason instanceof Error ? reason.message : "?"));
    return () => {
      gone = true;
      stop?.();
    };
  }, [attempt]);

  return (
    <section class="map-view">
      <div class="map" ref={container} />
      <div class="crosshair" aria-hidden="true" />
      {failure.value !== "" && <p class="map-message" role="alert">{t("app.failed")}: {failure.value}</p>}
      {!mapReady.value && failure.value === "" && <p class="map-message" role="status">{t("app.loading")}</p>}
      <DrawingBar />
      <div class="map-buttons" role="group" aria-label={t("status.zoom", { z: "" })}>
        <button type="button" class="icon-button" aria-label={t("map.zoom_in")} onClick={() => zoomBy(1)}>
          <Glyph name="plus" />
        </button>
        <button type="button" class="icon-button" aria-label={t("map.zoom_out")} onClick={() => zoomBy(-1)}>
          <Glyph name="minus" />
        </button>
        <button type="button" class="icon-button" aria-label={t("map.home")} title={t("map.home")}
          onClick={showWholeBorder}>
          <Glyph name="home" />
        </button>
      </div>
    </section>
  );
}
