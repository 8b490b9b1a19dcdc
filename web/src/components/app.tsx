import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { getCollections } from "../api";
import { PairPanel } from "../fusion/pair_panel";
import { closePair } from "../fusion/review";
import { useReviewKeys } from "../fusion/review_keys";
import { useLiveQueue } from "../fusion/review_tab";
import { current, hasEvents } from "../fusion/state";
import { t } from "../i18n";
import { startLive } from "../live/live";
import { focusMap } from "../map/border_map";
import { Confirm } from "../edit/confirm";
import { Editor } from "../edit/editor";
import { draft, editorShown } from "../edit/state";
import { panelShown, startShift } from "../shift/shift";
import { SinceBar } from "../shift/since_bar";
import { SincePanel } from "../shift/since_panel";
import { announcement, collections, offline, panelOpen, panelTab, selection, select } from "../state";
import { Attribution } from "./attribution";
import { DistressBanner } from "./distress_banner";
import { FeatureDetail } from "./feature_detail";
import { Header } from "./header";
import { MapView } from "./map_view";
import { SidePanel } from "./side_panel";
import { StatusBar } from "./status_bar";
import { TimeBar } from "./time_bar";

export function App() {
  const failure = useSignal("");
  const attempt = useSignal(0);
  useEffect(() => {
    const stop = new AbortController();
    failure.value = "";
    getCollections(stop.signal)
      .then((found) => (collections.value = found))
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) failure.value = reason instanceof Error ? reason.message : "?";
      });
    return () => stop.abort();
  }, [attempt.value]);
  useEffect(startLive, []);
  useEffect(startShift, []);
  useReviewKeys();
  useLiveQueue(hasEvents.value && (current.value !== null || (panelOpen.value && panelTab.value === "review")));
  useEffect(() => {
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]") !== null) return; // it was a no to a question
      if (selection.peek() !== null) select(null); // a pair that lies under it comes to sight again
      else if (panelShown.peek()) panelShown.value = false;
      else if (current.peek() !== null) closePair();
      else return;
      if (current.peek() === null) focusMap();
    };
    window.addEventListener("keydown", escape);
    return () => window.removeEventListener("keydown", escape);
  }, []);

  return (
    <div class="page">
      <button type="button" class="skip" onClick={focusMap}>{t("app.skip_to_map")}</button>
      <button type="button" class="skip" onClick={showList}>{t("app.skip_to_list")}</button>
      <Header />
      <DistressBanner />
      <SinceBar />
      {(failure.value !== "" || offline.value) && (
        <div class="notice" role="alert">
          <span>{failure.value === "" ? t("app.offline") : `${t("app.failed")}: ${failure.value}`}</span>
          {failure.value !== "" && (
            <button type="button" onClick={() => (attempt.value += 1)}>{t("app.retry")}</button>
          )}
        </div>
      )}
      <div class="work">
        <SidePanel />
        <main class="stage">
          <MapView attempt={attempt.value} />
          <TimeBar />
          <div class="foot">
            <Attribution />
            <StatusBar />
          </div>
        </main>
        {draft.value !== null && editorShown.value ? <Editor /> : <FeatureDetail />}
        {!(draft.value !== null && editorShown.value) && selection.value === null
          && (panelShown.value ? <SincePanel /> : <PairPanel />)}
      </div>
      <Confirm />
      <div class="unseen" role="status" aria-live="polite">{announcement.value}</div>
    </div>
  );
}

function showList() {
  panelOpen.value = true;
  panelTab.value = "list";
  requestAnimationFrame(() => document.getElementById("tab-list")?.focus());
}
