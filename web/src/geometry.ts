// Small questions to a GeoJSON geometry. Pure.
import type { Geometry, Position as Coordinates } from "geojson";
import type { Bounds } from "./api";
import type { Position } from "./position";

function* coordinatesOf(geometry: Geometry): Generator<Coordinates> {
  switch (geometry.type) {
    case "Point":
      yield geometry.coordinates;
      return;
    case "MultiPoint":
    case "LineString":
      yield* geometry.coordinates;
      return;
    case "MultiLineString":
    case "Polygon":
      for (const part of geometry.coordinates) yield* part;
      return;
    case "MultiPolygon":
      for (const polygon of geometry.coordinates) for (const ring of polygon) yield* ring;
      return;
    case "GeometryCollection":
      for (const part of geometry.geometries) yield* coordinatesOf(part);
  }
}

export function boundsOf(geometry: Geometry): Bounds | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon = NaN, lat = NaN] of coordinatesOf(geometry)) {
    west = Math.min(west, lon);
    south = Math.min(south, lat);
    east = Math.max(east, lon);
    north = Math.max(north, lat);
  }
  return Number.isFinite(west) && Number.isFinite(north) ? [west, south, east, north] : null;
}

// Where to say a feature is: a point itself, the middle vertex of a line, the centre of the box of an area.
export function anchorOf(geometry: Geometry): Position | null {
  const line = geometry.type === "MultiLineString" ? geometry.coordinates[0]
    : geometry.type === "LineString" ? geometry.coordinates : undefined;
  const middle = line?.[Math.floor(line.length / 2)];
  if (middle?.[0] !== undefined && middle[1] !== undefined) return { lon: middle[0], lat: middle[1] };
  const box = boundsOf(geometry);
  return box === null ? null : { lon: (box[0] + box[2]) / 2, lat: (box[1] + box[3]) / 2 };
}
