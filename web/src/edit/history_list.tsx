// Every version of a feature with who and when and what changed, newest first; an old one can be written anew.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError, type SchemaField } from "../api";
import { t } from "../i18n";
import { touchesOf } from "../map/refresh";
import { readableInstant } from "../time";
import { ask } from "./confirm";
import { changedBetween } from "./conflict";
import { failureOf } from "./failure";
import { readHistory, readTagged, type HistoryVersion } from "./requests";
import { restore } from "./undo";

interface HistoryProps {
  collection: string;
  id: string;
  fields: readonly SchemaField[];
  mayRestore: boolean;
}

export function HistoryList({ collection, id, fields, mayRestore }: HistoryProps) {
  const open = useSignal(false);
  const versions = useSignal<readonly HistoryVersion[] | null>(null);
  const failed = useSignal("");
  const touched = touchesOf(collection);
  useEffect(() => {
    if (!open.value) return;
    const stop = new AbortController();
    readHistory(collection, id, stop.signal)
      .then((found) => (versions.value = found))
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) failed.value = failureOf(reason).headline;
      });
    return () => stop.abort();
  }, [collection, id, open.value, touched]);

  const putBack = (version: HistoryVersion) => ask({
    title: t("history.restore_title", { n: version.version }),
    text: t("history.restore_text"),
    yes: t("history.restore"),
    grave: false,
    act: () => {
      const old = version.feature;
      failed.value = "";
      if (old !== null)
        readTagged(collection, id).catch(unlessGone).then((now) => restore(collection, old, now))
          .catch((reason: unknown) => (failed.value = failureOf(reason).headline));
    },
  });
  const all = versions.value ?? [];
  return (
    <details class="versions" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary><h3>{t("history.title")}</h3></summary>
      {failed.value !== "" && <p class="fault" role="alert">{failed.value}</p>}
      {open.value && versions.value === null && failed.value === "" && <p class="note" role="status">{t("history.loading")}</p>}
      <ol class="history">
        {all.map((version, at) => (
          <li key={version.version}>
            <div class="version-head">
              <strong>{t("history.version", { n: version.version })}</strong>
              {mayRestore && at > 0 && version.feature !== null && (
                <button type="button" class="link" aria-label={t("history.restore_of", { n: version.version })}
                  onClick={() => putBack(version)}>{t("history.restore")}</button>
              )}
            </div>
            <span class="history-part">
              {version.recordedAt !== "" && <time dateTime={version.recordedAt}>{readableInstant(version.recordedAt)}</time>}{" "}
              {version.account !== "" && t("history.by", { who: version.account })}
            </span>
            <span class="history-part">{whatChanged(version, all[at + 1], fields)}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}

// A deleted feature is restored by making it again.
function unlessGone(reason: unknown): null {
  if (reason instanceof ApiError && reason.status === 404) return null;
  throw reason;
}

function whatChanged(version: HistoryVersion, before: HistoryVersion | undefined, fields: readonly SchemaField[]): string {
  if (version.removed || version.feature === null) return t("history.removed");
  if (before?.feature == null) return t("history.first");
  const compared = fields.filter((field) => !field.readOnly && field.name !== "id" && field.name !== "geometry");
  const changed = changedBetween(before.feature, version.feature, compared.map((field) => field.name));
  if (changed.length === 0) return t("history.unchanged");
  const titles = changed.map((name) => (name === "geometry" ? t("history.shape")
    : (fields.find((field) => field.name === name)?.title ?? name)));
  return t("history.changed", { fields: titles.join(", ") });
}
