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

const earthRadius = 6_371_008.8; // metres, the mean one (IUGG): for words on a map; the server measures on the ellipsoid

// Metres along the sphere's great circle.
export function distance(a: Position, b: Position): number {
  const [latA, latB] = [radians(a.lat), radians(b.lat)];
  const across = Math.sin((latB - latA) / 2) ** 2
    + Math.cos(latA) * Math.cos(latB) * Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(across)));
}

// A ring of positions `metres` around a centre; longitudes run on beyond ±180 rather than leap.
export function circleAround(centre: Position, metres: number, corners = 64): Coordinates[] {
  const reach = metres / earthRadius;
  const lat = radians(centre.lat);
  return Array.from({ length: corners + 1 }, (_, at) => {
    const bearing = (2 * Math.PI * (at % corners)) / corners;
    const sine = Math.sin(lat) * Math.cos(reach) + Math.cos(lat) * Math.sin(reach) * Math.cos(bearing);
    const east = Math.atan2(Math.sin(bearing) * Math.sin(reach) * Math.cos(lat), Math.cos(reach) - Math.sin(lat) * sine);
    return [centre.lon + degrees(east), degrees(Math.asin(Math.max(-1, Math.min(1, sine))))];
  });
}

function radians(degree: number): number {
  return (degree * Math.PI) / 180;
}

function degrees(radian: number): number {
  return (radian * 180) / Math.PI;
}
