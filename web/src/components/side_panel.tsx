import { EditTab } from "../edit/edit_tab";
import { writableCollections } from "../edit/state";
import { ReviewTab } from "../fusion/review_tab";
import { hasEvents } from "../fusion/state";
import { t, type TextKey } from "../i18n";
import { panelOpen, panelTab, type PanelTab } from "../state";
import { FeatureList } from "./feature_list";
import { LayerTree } from "./layer_tree";
import { LegendView } from "./legend_view";

const allTabs: readonly { id: PanelTab; title: TextKey }[] = [
  { id: "layers", title: "panel.layers" },
  { id: "legend", title: "panel.legend" },
  { id: "list", title: "panel.list" },
  { id: "edit", title: "panel.edit" },
  { id: "review", title: "panel.review" },
];

export function SidePanel() {
  if (!panelOpen.value) return null;
  const mayEdit = writableCollections.value.length > 0;
  const tabs = allTabs.filter((tab) => (tab.id !== "edit" || mayEdit) && (tab.id !== "review" || hasEvents.value));
  const shown = tabs.some((tab) => tab.id === panelTab.value) ? panelTab.value : "layers";
  const move = (event: KeyboardEvent) => {
    const forward = getComputedStyle(document.documentElement).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const at = tabs.findIndex((tab) => tab.id === shown);
    const next = event.key === forward ? at + 1 : event.key === backward ? at - 1 : null;
    const tab = next === null ? undefined : tabs[(next + tabs.length) % tabs.length];
    if (tab === undefined) return;
    panelTab.value = tab.id;
    document.getElementById(`tab-${tab.id}`)?.focus();
  };
  return (
    <aside class="side-panel" id="side-panel" aria-label={t("panel.label")}>
      <div class="tabs" role="tablist" onKeyDown={move}>
        {tabs.map((tab) => (
          <button key={tab.id} type="button" role="tab" id={`tab-${tab.id}`} aria-selected={tab.id === shown}
            aria-controls="tab-panel" tabIndex={tab.id === shown ? 0 : -1} onClick={() => (panelTab.value = tab.id)}>
            {t(tab.title)}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${shown}`} tabIndex={-1}>
        {shown === "layers" && <LayerTree />}
        {shown === "legend" && <LegendView />}
        {shown === "list" && <FeatureList />}
        {shown === "edit" && <EditTab />}
        {shown === "review" && <ReviewTab />}
      </div>
    </aside>
  );
}
