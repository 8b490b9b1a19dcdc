// What a panel draws over the map while it is open: two reports that are compared, an event's ghosts. One at a time;
// the panel that leaves takes its own drawing with it.
import { effect, signal } from "@preact/signals";
import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, LayerSpecification, Map as MapLibreMap } from "maplibre-gl";
import { theme } from "../state";
import { alwaysShown } from "./style_view";

const source = "sarhad-overlay";
const ratio = 2; // pixels of a picture for one of the window
const side = 26;

interface Colours {
  one: string;
  other: string;
  ink: string;
  paper: string;
  against: string;
}

// Blue and orange are told apart by every eye; each has its own outline and dash beside.
const colours: Readonly<Record<"light" | "dark", Colours>> = {
  light: { one: "#0b5fa5", other: "#b34700", ink: "#1b2530", paper: "#ffffff", against: "#b00d29" },
  dark: { one: "#5eb2f2", other: "#ffab5e", ink: "#e3e9ef", paper: "#10161d", against: "#ff8a8a" },
};

const empty: FeatureCollection = { type: "FeatureCollection", features: [] };
const veilOpacity = 0.45;

interface Drawing {
  owner: symbol | null;
  data: FeatureCollection;
  veil: boolean; // the rest of the map steps back
}

const blank: Drawing = { owner: null, data: empty, veil: false };
const drawn = signal<Drawing>(blank);

// Draws for `owner`; what it returns takes the drawing away unless another owner has drawn since.
export function drawOver(owner: symbol, data: FeatureCollection, veil: boolean): () => void {
  drawn.value = { owner, data, veil };
  return () => {
    if (drawn.peek().owner === owner) drawn.value = blank;
  };
}

export function attachOverlay(map: MapLibreMap): () => void {
  const show = () => {
    const { data, veil } = drawn.peek();
    const found = map.getSource<GeoJSONSource>(source);
    if (found === undefined) return;
    void found.setData(data);
    map.setPaintProperty(`${source}-veil`, "background-opacity", veil ? veilOpacity : 0);
  };
  map.on("style.load", () => {
    addLayers(map, colours[theme.peek()]);
    show();
  });
  return effect(() => {
    void drawn.value;
    show();
  });
}

type Outline = "circle" | "square" | "step";

// A letter in its own outline: the two reports are told apart without colour.
function picture(outline: Outline, letter: string, fill: string, stroke: string): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side * ratio;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.scale(ratio, ratio);
  context.fillStyle = fill;
  context.strokeStyle = stroke;
  context.lineWidth = 2;
  context.beginPath();
  if (outline === "circle") context.arc(side / 2, side / 2, side / 2 - 2, 0, 2 * Math.PI);
  else context.rect(3, 3, side - 6, side - 6);
  context.fill();
  context.stroke();
  context.fillStyle = stroke;
  context.font = "bold 14px 'Noto Sans', system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(letter, side / 2, side / 2 + 1);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function addLayers(map: MapLibreMap, palette: Colours): void {
  if (map.getSource(source) !== undefined) return;
  const pictures = [
    ["sarhad-mark-a", picture("circle", "A", palette.one, palette.paper)],
    ["sarhad-mark-b", picture("square", "B", palette.other, palette.paper)],
  ] as const;
  for (const [name, image] of pictures) if (image !== null && !map.hasImage(name)) map.addImage(name, image, { pixelRatio: ratio });
  map.addSource(source, { type: "geojson", data: empty });
  // what is always shown, distress, does not step back
  const urgent = map.getStyle().layers.find(alwaysShown)?.id;
  map.addLayer({ id: `${source}-veil`, type: "background", paint: { "background-color": palette.paper, "background-opacity": 0 } }, urgent);
  for (const layer of layersOf(palette)) map.addLayer(layer);
}

function layersOf({ one, other, ink, paper, against }: Colours): LayerSpecification[] {
  const role = (name: string) => ["==", ["get", "role"], name] as ["==", ["get", string], string];
  const stroke = (name: string, colour: string, width: number, dash: number[] | null, opacity = 1): LayerSpecification => ({
    id: `${source}-${name}`,
    type: "line",
    source,
    filter: role(name),
    layout: { "line-cap": dash === null ? "round" : "butt", "line-join": "round" },
    paint: { "line-color": colour, "line-width": width, "line-opacity": opacity, ...(dash === null ? {} : { "line-dasharray": dash }) },
  });
  const mark = (name: string): LayerSpecification => ({
    id: `${source}-${name}`,
    type: "symbol",
    source,
    filter: role(name),
    layout: { "icon-image": `sarhad-${name}`, "icon-allow-overlap": true, "icon-ignore-placement": true },
  });
  const ring = (name: string, radius: number, colour: string, inside: number, width = 2): LayerSpecification => ({
    id: `${source}-${name}`,
    type: "circle",
    source,
    filter: role(name),
    paint: { "circle-radius": radius, "circle-color": colour, "circle-opacity": inside, "circle-stroke-color": colour,
      "circle-stroke-width": width, "circle-stroke-opacity": inside < 0.5 ? 0.7 : 1 },
  });
  const words = (name: string, size: number, more: object): LayerSpecification => ({
    id: `${source}-${name}-words`,
    type: "symbol",
    source,
    filter: role(name),
    layout: { "text-field": ["get", "label"], "text-font": ["Noto Sans Bold"], "text-size": size, "text-allow-overlap": true,
      ...more },
    paint: { "text-color": ink, "text-halo-color": paper, "text-halo-width": 2 },
  });
  const casing: LayerSpecification = { id: `${source}-casing`, type: "line", source, filter: role("between"),
    paint: { "line-color": paper, "line-width": 6, "line-opacity": 0.8 } };
  return [
    stroke("precision-ghost", ink, 1, [2, 3], 0.45),
    stroke("precision-best", one, 1.5, [6, 3], 0.9),
    stroke("precision-a", one, 2, null, 0.9),
    stroke("precision-b", other, 2, [4, 2], 0.9),
    stroke("tie", ink, 1.5, [1, 2], 0.6),
    casing,
    stroke("between", ink, 2.5, null),
    stroke("path", against, 3, [2, 1.5]),
    ring("ghost", 9, ink, 0.15),
    ring("ghost-withdrawn", 5, ink, 0.05, 1),
    ring("best", 6, one, 0.9, 3),
    ring("step", 9, against, 0.25),
    words("step", 12, { "text-offset": [0, -1.5] }),
    words("between", 13, { "symbol-placement": "line-center", "text-offset": [0, -1] }),
    mark("mark-b"),
    mark("mark-a"),
  ];
}
