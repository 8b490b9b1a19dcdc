// The sources of what is drawn, always in sight: the licences ask for it.
import { t } from "../i18n";
import { collections, hidden, legend } from "../state";

export function Attribution() {
  const drawn = new Set(legend.value.layers.map((layer) => layer.collection).filter((id) => !hidden.value.has(id)));
  const sources = new Set<string>();
  for (const collection of collections.value)
    if (drawn.has(collection.id) && collection.attribution !== "") sources.add(collection.attribution);
  for (const layer of legend.value.layers)
    if (drawn.has(layer.collection) && layer.attribution !== "") sources.add(layer.attribution);
  return (
    <p class="attribution" aria-label={t("attribution.label")} role="note">
      {[...sources, t("attribution.no_statement")].join(" · ")}
    </p>
  );
}
