// What review and events draw over the map, as features with a role; the map's overlay knows how each role looks. Pure.
import type { Feature as Drawn, FeatureCollection, Position as Coordinates } from "geojson";
import type { Bounds, Feature } from "../api";
import { lengthText } from "../feature_text";
import { anchorOf, boundsOf, circleAround, distance } from "../geometry";
import type { Position } from "../position";
import type { Why } from "./model";

const widestShown = 60_000; // metres: a circle beyond is not waited for when the map is fitted

export const nothing: FeatureCollection = { type: "FeatureCollection", features: [] };

const point = (at: Position, properties: Record<string, string>): Drawn =>
  ({ type: "Feature", properties, geometry: { type: "Point", coordinates: [at.lon, at.lat] } });
const line = (coordinates: Coordinates[], properties: Record<string, string>): Drawn =>
  ({ type: "Feature", properties, geometry: { type: "LineString", coordinates } });
const coordinatesOf = ({ lon, lat }: Position): Coordinates => [lon, lat];

export function placeOf(report: Feature): Position | null {
  return report.geometry === null ? null : anchorOf(report.geometry);
}

function precisionOf(report: Feature): number | null {
  const stated = report.properties["geo_precision_m"];
  return typeof stated === "number" && stated > 0 ? stated : null;
}

function circles(report: Feature, role: string): Drawn[] {
  const [place, precision] = [placeOf(report), precisionOf(report)];
  return place === null || precision === null ? [] : [line(circleAround(place, precision), { role })];
}

// Both places with a line and its length, and a circle each for how precisely it is stated.
export function drawnPair([a, b]: readonly [Feature, Feature], path: readonly Feature[] = []): FeatureCollection {
  const [from, to] = [placeOf(a), placeOf(b)];
  const between = from === null || to === null ? [] : [
    line([coordinatesOf(from), coordinatesOf(to)], { role: "between", label: lengthText(distance(from, to)) })];
  const way = path.map(placeOf).filter((place) => place !== null);
  return {
    type: "FeatureCollection",
    features: [
      ...circles(a, "precision-a"), ...circles(b, "precision-b"), ...between,
      ...(way.length > 1 ? [line(way.map(coordinatesOf), { role: "path" })] : []),
      ...way.map((place, at) => point(place, { role: "step", label: String(at + 1) })),
      ...(from === null ? [] : [point(from, { role: "mark-a" })]),
      ...(to === null ? [] : [point(to, { role: "mark-b" })]),
    ],
  };
}

// The members as ghosts, each tied to the best place.
export function drawnEvent(why: Why): FeatureCollection {
  const best = why.members.find(({ report }) => report.id === why.place?.report);
  const centre = best === undefined ? null : placeOf(best.report);
  const features: Drawn[] = [];
  for (const { report, withdrawn } of why.members) {
    const place = placeOf(report);
    if (place === null) continue;
    if (report !== best?.report) {
      if (centre !== null) features.push(line([coordinatesOf(centre), coordinatesOf(place)], { role: "tie" }));
      features.push(...circles(report, "precision-ghost"));
    }
    features.push(point(place, { role: report === best?.report ? "best" : withdrawn ? "ghost-withdrawn" : "ghost" }));
  }
  if (best !== undefined) features.push(...circles(best.report, "precision-best"));
  return { type: "FeatureCollection", features };
}

// All that is drawn, but for circles so wide that the places would run into one.
export function boundsOfDrawn(drawn: FeatureCollection): Bounds | null {
  const boxes = drawn.features.map(({ geometry }) => boundsOf(geometry)).filter((box) => box !== null)
    .filter(([west, south, east, north]) => distance({ lon: west, lat: south }, { lon: east, lat: north }) < 4 * widestShown
      || west === east);
  const marks = boxes.length > 0 ? boxes : drawn.features.map(({ geometry }) => boundsOf(geometry)).filter((box) => box !== null);
  if (marks.length === 0) return null;
  return [Math.min(...marks.map((box) => box[0])), Math.min(...marks.map((box) => box[1])),
    Math.max(...marks.map((box) => box[2])), Math.max(...marks.map((box) => box[3]))];
}
