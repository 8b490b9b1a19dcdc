// A line above the map while something has happened that nobody has read.
import { endSession, token } from "../session";
import { formatNumber, t } from "../i18n";
import { readableInstant } from "../time";
import { ended, failure, markRead, panelShown, showSince, since, unread } from "./shift";

export function SinceBar() {
  const from = unread.value;
  if (from === null || panelShown.value) return null;
  const time = readableInstant(from.at);
  if (ended.value) {
    return (
      <div class="notice since" role="status">
        <span>{t("since.ended", { time })}</span>
        <button type="button" onClick={showSince}>{t("since.back")}</button>
        {token.value !== "" && <button type="button" onClick={endSession}>{t("session.sign_out")}</button>}
      </div>
    );
  }
  const found = since.value;
  if (found === null && failure.value === "") return null;
  const parts = found === null ? [failure.value] : [
    found.distress > 0 ? t("since.n_distress", { n: found.distress }) : "",
    found.newReports > 0 ? t("since.n_reports", { n: formatNumber(found.newReports) }) : "",
    found.changedEvents > 0 ? t("since.n_events", { n: formatNumber(found.changedEvents) }) : "",
    found.judgements.length > 0 ? t("since.n_judgements", { n: formatNumber(found.judgements.length) }) : "",
    found.changedFences > 0 ? t("since.n_fences", { n: formatNumber(found.changedFences) }) : "",
  ].filter((part) => part !== "");
  return (
    <div class="notice since" role="status">
      <span>
        <strong>{t("since.bar", { time })}</strong>{" "}
        {parts.length === 0 ? t(found?.counts.length === 0 ? "since.nothing" : "since.other") : parts.join(" · ")}
      </span>
      <button type="button" onClick={showSince}>{t("since.show")}</button>
      <button type="button" onClick={markRead}>{t("since.read")}</button>
    </div>
  );
}
