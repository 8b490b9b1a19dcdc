import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { t, type TextKey } from "../i18n";
import { announcement, shownTime, timeRange } from "../state";
import { clamp, instantText, parseInstant, readableInstant, stepOf, type ShownTime } from "../time";
import { Glyph } from "./glyph";

const windows: readonly (readonly [hours: number, title: TextKey])[] = [
  [0, "time.window_instant"],
  [24, "time.window_day"],
  [7 * 24, "time.window_week"],
  [30 * 24, "time.window_month"],
  [365 * 24, "time.window_year"],
];
const playEvery = 900; // milliseconds: time for the tiles of a step to arrive

export function TimeBar() {
  const time = shownTime.value;
  const range = timeRange.value;
  const step = stepOf(range);
  const playing = useSignal(false);

  const show = (next: ShownTime | null) => {
    shownTime.value = next;
    announcement.value = next === null ? t("time.off") : readableInstant(next.at);
  };
  const move = (by: number) => {
    const now = shownTime.peek();
    if (now !== null) show({ ...now, at: clamp(now.at + by, range) });
  };
  useEffect(() => {
    if (!playing.value) return;
    const timer = window.setInterval(() => {
      const now = shownTime.peek();
      if (now === null || now.at >= range.to) playing.value = false;
      else move(step);
    }, playEvery);
    return () => window.clearInterval(timer);
  }, [playing.value, step, range.to]);

  return (
    <section class="time-bar" aria-label={t("time.label")}>
      <div class="choice" role="group" aria-label={t("time.label")}>
        <button type="button" aria-pressed={time === null} onClick={() => { playing.value = false; show(null); }}>
          {t("time.all")}
        </button>
        <button type="button" aria-pressed={time !== null}
          onClick={() => time === null && show({ at: range.to, windowHours: 720 })}>
          {t("time.by_date")}
        </button>
      </div>
      {time !== null && (
        <>
          <button type="button" class="icon-button" aria-label={t("time.back")} onClick={() => move(-step)}>
            <Glyph name="back" />
          </button>
          <button type="button" class="icon-button" aria-label={playing.value ? t("time.pause") : t("time.play")}
            onClick={() => {
              if (!playing.value && time.at >= range.to) show({ ...time, at: range.from });
              playing.value = !playing.value;
            }}>
            <Glyph name={playing.value ? "pause" : "play"} />
          </button>
          <button type="button" class="icon-button" aria-label={t("time.forward")} onClick={() => move(step)}>
            <Glyph name="forward" />
          </button>
          <input class="slider" type="range" aria-label={t("time.slider")} aria-valuetext={readableInstant(time.at)}
            min={range.from} max={range.to} step={step} value={time.at}
            onInput={(event) => show({ ...time, at: Number(event.currentTarget.value) })} />
          <input class="instant" type="datetime-local" aria-label={t("time.at")} value={instantText(time.at).slice(0, 16)}
            onChange={(event) => {
              const at = parseInstant(`${event.currentTarget.value}:00Z`);
              if (at !== null) show({ ...time, at });
            }} />
          <span class="utc">{t("time.utc")}</span>
          <label class="window">
            <span class="unseen">{t("time.window")}</span>
            <select value={time.windowHours}
              onChange={(event) => show({ ...time, windowHours: Number(event.currentTarget.value) })}>
              {windows.map(([hours, title]) => <option key={hours} value={hours}>{t(title)}</option>)}
              {!windows.some(([hours]) => hours === time.windowHours) && (
                <option value={time.windowHours}>{time.windowHours} h</option>
              )}
            </select>
          </label>
        </>
      )}
      {time === null && <span class="note">{t("time.off")}</span>}
    </section>
  );
}
