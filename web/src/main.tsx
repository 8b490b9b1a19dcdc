import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./components/app";
import { direction, language } from "./i18n";
import { jumpTo } from "./map/border_map";
import { followUrl, theme } from "./state";
import "./styles/tokens.css";
import "./styles/layout.css";
import "./styles/controls.css";
import "./styles/panel.css";
import "./styles/detail.css";
import "./styles/bars.css";
import "./styles/forms.css";
import "./styles/edit.css";
import "./styles/review.css";

effect(() => {
  const page = document.documentElement;
  page.lang = language.value;
  page.dir = direction.value;
  page.dataset["theme"] = theme.value;
});
followUrl(jumpTo);

const root = document.getElementById("app");
if (root !== null) render(<App />, root);
