import { SignIn } from "../edit/sign_in";
import { language, languages, t } from "../i18n";
import { legend, panelOpen, setLanguage, setTheme, theme } from "../state";
import { Glyph } from "./glyph";
import { SearchBox } from "./search_box";

export function Header() {
  const dark = theme.value === "dark";
  const codes = Object.keys(languages);
  return (
    <header class="header">
      <button
        type="button"
        class="icon-button"
        aria-expanded={panelOpen.value}
        aria-controls="side-panel"
        aria-label={panelOpen.value ? t("app.panel_hide") : t("app.panel_show")}
        onClick={() => (panelOpen.value = !panelOpen.value)}
      >
        <Glyph name="menu" />
      </button>
      <h1 class="brand">
        <img src="./icon.svg" alt="" width="26" height="26" />
        <span>{t("app.title")}</span>
        <small>{t("app.subtitle")}</small>
      </h1>
      {legend.value.scenario !== "" && (
        <p class="scenario">{t("app.scenario", { name: legend.value.scenario })}</p>
      )}
      <SearchBox />
      <SignIn />
      {codes.length > 1 && (
        <label class="language">
          <span class="unseen">{t("app.language")}</span>
          <select value={language.value} onChange={(event) => setLanguage(event.currentTarget.value)}>
            {codes.map((code) => (
              <option key={code} value={code} lang={code}>{languages[code]?.name}</option>
            ))}
          </select>
        </label>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={dark ? t("app.theme_light") : t("app.theme_dark")}
        title={dark ? t("app.theme_light") : t("app.theme_dark")}
        onClick={() => setTheme(dark ? "light" : "dark")}
      >
        <Glyph name={dark ? "sun" : "moon"} />
      </button>
    </header>
  );
}
