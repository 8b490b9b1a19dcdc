// The chosen feature, drawn once more over everything: a broad line under it and a ring around it.
import type { Geometry } from "geojson";
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";

const source = "sarhad-selection";

export function addSelectionLayers(map: MapLibreMap, colour: string): void {
  if (map.getSource(source) !== undefined) return;
  map.addSource(source, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer({
    id: `${source}-line`,
    type: "line",
    source,
    filter: ["!=", ["geometry-type"], "Point"],
    layout: { "line-join": "round", "line-cap": "round" },
    paint: { "line-color": colour, "line-width": 9, "line-opacity": 0.45 },
  });
  map.addLayer({
    id: `${source}-ring`,
    type: "circle",
    source,
    filter: ["==", ["geometry-type"], "Point"],
    paint: {
      "circle-radius": 19,
      "circle-color": colour,
      "circle-opacity": 0.12,
      "circle-stroke-color": colour,
      "circle-stroke-width": 3,
    },
  });
}

export function showSelection(map: MapLibreMap, geometry: Geometry | null): void {
  const found = map.getSource<GeoJSONSource>(source);
  void found?.setData({
    type: "FeatureCollection",
    features: geometry === null ? [] : [{ type: "Feature", properties: {}, geometry }],
  });
}
