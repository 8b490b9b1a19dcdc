// A combobox (WAI-ARIA 1.2) over names; coordinates and MGRS are understood as they are typed.
import { useSignal } from "@preact/signals";
import { formatNumber, t } from "../i18n";
import { flyTo, focusMap } from "../map/border_map";
import { findNames, readNames, type NamedPlace } from "../names";
import { degreesText, mgrsText, parsePosition, type Position } from "../position";
import { announcement, camera, legend, select } from "../state";
import { Glyph } from "./glyph";

const most = 8;

interface Option {
  title: string;
  sub: string;
  position: Position | null;
  place: NamedPlace | null;
}

export function SearchBox() {
  const query = useSignal("");
  const options = useSignal<readonly Option[]>([]);
  const active = useSignal(0);
  const open = useSignal(false);
  const reading = useSignal(false);

  const search = async (typed: string) => {
    query.value = typed;
    open.value = typed.trim().length > 1;
    const position = parsePosition(typed);
    reading.value = true;
    const names = await readNames();
    reading.value = false;
    if (query.peek() !== typed) return;
    const found = findNames(names, typed, most).map(optionOf);
    options.value = position === null ? found : [coordinateOption(position), ...found];
    active.value = 0;
    announcement.value = options.value.length === 0 ? t("search.none")
      : t("search.results", { n: formatNumber(options.value.length) });
  };
  const choose = (option: Option | undefined) => {
    if (option === undefined) return;
    open.value = false;
    if (option.place !== null && option.place.collection !== "places")
      select({ collection: option.place.collection, id: option.place.id });
    if (option.position !== null) flyTo({ ...option.position, zoom: Math.max(10, camera.peek()?.zoom ?? 0) });
    focusMap();
  };
  const keys = (event: KeyboardEvent) => {
    const count = options.value.length;
    if (event.key === "ArrowDown" && count > 0) active.value = (active.value + 1) % count;
    else if (event.key === "ArrowUp" && count > 0) active.value = (active.value + count - 1) % count;
    else if (event.key === "Enter") choose(options.value[active.value]);
    else if (event.key === "Escape" && open.value) open.value = false;
    else return;
    event.preventDefault();
  };

  return (
    <div class="search" onFocusOut={(event) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) open.value = false;
    }}>
      <Glyph name="search" />
      <input type="text" role="combobox" aria-label={t("search.label")} placeholder={t("search.placeholder")}
        aria-expanded={open.value} aria-controls="search-options" aria-autocomplete="list" autocomplete="off"
        aria-activedescendant={open.value && options.value.length > 0 ? `search-option-${active.value}` : undefined}
        value={query.value} onFocus={() => void readNames()} onKeyDown={keys}
        onInput={(event) => void search(event.currentTarget.value)} />
      <ul class="search-options" id="search-options" role="listbox" aria-label={t("search.label")} hidden={!open.value}>
        {options.value.map((option, at) => (
          <li key={at} id={`search-option-${at}`} role="option" aria-selected={at === active.value}
            onMouseDown={(event) => { event.preventDefault(); choose(option); }}>
            <span>{option.title}</span>
            <small>{option.sub}</small>
          </li>
        ))}
        {options.value.length === 0 && (
          <li class="note" role="presentation">{t(reading.value ? "search.loading" : "search.none")}</li>
        )}
      </ul>
    </div>
  );
}

function coordinateOption(position: Position): Option {
  return { title: degreesText(position), sub: mgrsText(position), position, place: null };
}

function optionOf(place: NamedPlace): Option {
  const layer = legend.peek().layers.find((row) => row.collection === place.collection)?.title ?? "";
  const located = place.position === null ? t("search.not_located") : "";
  return {
    title: place.name,
    sub: [layer, place.sub, located].filter((part) => part !== "").join(" · "),
    position: place.position,
    place,
  };
}
