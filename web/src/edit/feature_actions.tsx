// What may be done with the feature that is looked at: edit or correct, delete. Not there at all for who may not.
import { useSignal } from "@preact/signals";
import { Glyph } from "../components/glyph";
import type { Feature } from "../api";
import { t } from "../i18n";
import { focusMap } from "../map/border_map";
import { beginEdit, nameOf, remove } from "./actions";
import { ask } from "./confirm";
import { discardFirst } from "./edit_tab";
import { failureOf } from "./failure";
import { readTagged } from "./requests";
import { mayChange } from "./state";

export function FeatureActions({ collection, feature, change }: { collection: string; feature: Feature; change: string }) {
  const failed = useSignal("");
  if (!mayChange(collection, feature.properties)) return null;
  const attempt = (act: Promise<void>) => {
    failed.value = "";
    act.catch((reason: unknown) => (failed.value = failureOf(reason).headline));
  };
  const takeAway = () => ask({
    title: t("edit.delete_title", { name: nameOf(collection, feature.id, feature.properties) }),
    text: t("edit.delete_text"),
    yes: t("edit.delete"),
    grave: true,
    // the tag is read now, the version is the one that was looked at: a newer one is not deleted unseen
    act: () => attempt(readTagged(collection, feature.id).then((now) => {
      if (now.feature.properties["version"] !== feature.properties["version"]) failed.value = t("fail.changed");
      else return remove(collection, now).then(focusMap);
    })),
  });
  return (
    <>
      <button type="button" class="main" onClick={() => discardFirst(() => attempt(beginEdit(collection, feature.id)))}>
        <Glyph name="pencil" /> {t(change === "statements" ? "edit.correct" : "edit.start")}
      </button>
      {change !== "statements" && (
        <button type="button" class="grave-quiet" onClick={takeAway}><Glyph name="trash" /> {t("edit.delete")}</button>
      )}
      {failed.value !== "" && <p class="problem" role="alert">{failed.value}</p>}
    </>
  );
}
