// How a draft is drawn over the map: its own colour, a broken line to the cursor, squares for vertices, a filled square
// for the chosen one, diamonds where a new one would go, and the other editor's version dotted.
import type { LayerSpecification, Map as MapLibreMap } from "maplibre-gl";

export const editSource = "sarhad-edit";
export const theirsSource = "sarhad-edit-theirs";

export interface EditColours {
  mine: string;
  theirs: string;
  paper: string; // inside of a handle, and around a line
}

const ratio = 2; // pixels of the picture for one of the window
const side = 13;

type Outline = "square" | "diamond";

// A picture of a handle, drawn here: the style's own symbols are the server's.
function handlePicture(outline: Outline, size: number, fill: string, stroke: string): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = (size + 3) * ratio;
  const context = canvas.getContext("2d");
  if (context === null) return null;
  context.scale(ratio, ratio);
  context.translate((size + 3) / 2, (size + 3) / 2);
  if (outline === "diamond") context.rotate(Math.PI / 4);
  context.lineWidth = 2;
  context.fillStyle = fill;
  context.strokeStyle = stroke;
  const edge = outline === "diamond" ? size / Math.SQRT2 : size;
  context.fillRect(-edge / 2, -edge / 2, edge, edge);
  context.strokeRect(-edge / 2, -edge / 2, edge, edge);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

export function addEditLayers(map: MapLibreMap, colours: EditColours): void {
  if (map.getSource(editSource) !== undefined) return;
  const pictures: readonly (readonly [string, ImageData | null])[] = [
    ["sarhad-vertex", handlePicture("square", side - 3, colours.paper, colours.mine)],
    ["sarhad-chosen", handlePicture("square", side, colours.mine, colours.paper)],
    ["sarhad-middle", handlePicture("diamond", side - 4, colours.paper, colours.mine)],
  ];
  for (const [name, picture] of pictures)
    if (picture !== null && !map.hasImage(name)) map.addImage(name, picture, { pixelRatio: ratio });
  for (const source of [theirsSource, editSource])
    map.addSource(source, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  for (const layer of layersOf(colours)) map.addLayer(layer);
}

function layersOf({ mine, theirs, paper }: EditColours): LayerSpecification[] {
  const role = (name: string) => ["==", ["get", "role"], name] as ["==", ["get", string], string];
  const round = { "line-join": "round", "line-cap": "round" } as const;
  const handle = (name: string): LayerSpecification => ({
    id: `${editSource}-${name}`,
    type: "symbol",
    source: editSource,
    filter: role(name),
    layout: { "icon-image": `sarhad-${name}`, "icon-allow-overlap": true, "icon-ignore-placement": true },
  });
  return [
    { id: `${theirsSource}-line`, type: "line", source: theirsSource, filter: ["!=", ["geometry-type"], "Point"],
      layout: round, paint: { "line-color": theirs, "line-width": 4, "line-dasharray": [0.1, 2] } },
    { id: `${theirsSource}-point`, type: "circle", source: theirsSource, filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 9, "circle-color": paper, "circle-opacity": 0.4, "circle-stroke-color": theirs,
        "circle-stroke-width": 3 } },
    { id: `${editSource}-area`, type: "fill", source: editSource, filter: role("area"),
      paint: { "fill-color": mine, "fill-opacity": 0.16 } },
    { id: `${editSource}-casing`, type: "line", source: editSource, filter: role("line"), layout: round,
      paint: { "line-color": paper, "line-width": 7, "line-opacity": 0.85 } },
    { id: `${editSource}-line`, type: "line", source: editSource, filter: role("line"), layout: round,
      paint: { "line-color": mine, "line-width": 3 } },
    { id: `${editSource}-preview`, type: "line", source: editSource, filter: role("preview"), layout: round,
      paint: { "line-color": mine, "line-width": 2, "line-dasharray": [2, 2] } },
    handle("middle"),
    handle("vertex"),
    handle("chosen"),
  ];
}
