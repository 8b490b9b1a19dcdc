import { t } from "../i18n";
import { metresPerPixel } from "../map/border_map";
import { degreesText, mgrsText } from "../position";
import { camera, cursor } from "../state";

const widest = 110; // pixels of the scale bar

export function StatusBar() {
  const at = camera.value;
  const position = cursor.value ?? (at === null ? null : { lon: at.lon, lat: at.lat });
  return (
    <div class="status-bar">
      {at !== null && <ScaleBar metresPerPixel={metresPerPixel(at)} />}
      {position !== null && (
        <dl class="position" aria-label={cursor.value === null ? t("status.centre") : t("status.cursor")}>
          <dt>{cursor.value === null ? t("status.centre") : t("status.cursor")}</dt>
          <dd dir="ltr" data-test="degrees">{degreesText(position)}</dd>
          <dt>{t("status.mgrs")}</dt>
          <dd dir="ltr" data-test="mgrs">{mgrsText(position)}</dd>
        </dl>
      )}
      {at !== null && <span class="zoom">{t("status.zoom", { z: at.zoom.toFixed(1) })}</span>}
    </div>
  );
}

// The longest round length (1, 2, 5 times a power of ten) that fits.
function roundLength(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  const lead = metres / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

function ScaleBar(props: { metresPerPixel: number }) {
  const length = roundLength(widest * props.metresPerPixel);
  const width = length / props.metresPerPixel;
  const label = length >= 1000 ? `${length / 1000} km` : `${length} m`;
  return (
    <div class="scale-bar" role="img" aria-label={`${t("map.scale")}: ${label}`}>
      <svg width={width + 2} height="8" viewBox={`0 0 ${width + 2} 8`} aria-hidden="true">
        <path d={`M1 1v6h${width}v-6`} fill="none" stroke="currentColor" stroke-width="1.6" />
      </svg>
      <span dir="ltr">{label}</span>
    </div>
  );
}
