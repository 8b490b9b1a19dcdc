import { t } from "../i18n";
import { heard, line } from "../live/live";
import { metresPerPixel } from "../map/border_map";
import { degreesText, mgrsText } from "../position";
import { camera, cursor } from "../state";

const widest = 110; // pixels of the scale bar

export function StatusBar() {
  const at = camera.value;
  const position = cursor.value ?? (at === null ? null : { lon: at.lon, lat: at.lat });
  return (
    <div class="status-bar">
      <LiveLine />
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

// Whether what others change arrives here, and when it last did. A filled dot, a ring or a cross: not colour alone.
function LiveLine() {
  const words = {
    connecting: [t("live.connecting"), t("live.connecting_title")],
    live: [t("live.live"), t("live.live_title")],
    lost: [t("live.lost"), t("live.lost_title")],
  }[line.value];
  const at = heard.value;
  const since = at === null ? "" : ` · ${t("live.changed", { time: new Date(at).toISOString().slice(11, 19) })}`;
  return (
    <span class={`live-line ${line.value}`} role="status" data-test="live" title={words[1]}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        {line.value === "lost" ? <path d="M2 2l6 6M8 2l-6 6" stroke="currentColor" stroke-width="2" />
          : <circle cx="5" cy="5" r="3.5" stroke="currentColor" stroke-width="1.5"
              fill={line.value === "live" ? "currentColor" : "none"} />}
      </svg>
      {words[0]}{since}
    </span>
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
