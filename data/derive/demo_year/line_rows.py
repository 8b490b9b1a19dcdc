"""Patrols, fence, observed movements and known routes as GeoJSON features."""
import dataclasses
from typing import Any

from demo_year.dice import Dice
from demo_year.fence import Segment
from demo_year.parameters import SCENARIO, SECTION, Parameters
from demo_year.patrols import Patrol
from demo_year.sea import Voyage
from demo_year.section import Place, Section, Strip, moved, plane_km
from demo_year.times import instant
from demo_year.truth import Incident, Route

Feature = dict[str, Any]
PRECISION_M = {"sensor": 200, "sign": 500, "device": 20, "source": 1500}


def feature(ref: str, agency: str, line: list[Place], **fields: Any) -> Feature:
    properties = {"source_ref": ref, "agency": agency, "scenario_id": SCENARIO, "handling": "H0", **fields}
    return {"type": "Feature", "properties": {k: v for k, v in properties.items() if v is not None},
            "geometry": {"type": "LineString", "coordinates": line}}


def patrol_row(patrol: Patrol) -> Feature:
    times = [instant(t) for t in patrol.fix_times()]
    done = patrol.status != "planned"
    return feature(patrol.ref, patrol.agency, patrol.way, unit=patrol.unit, patrol_type=patrol.kind,
                   objective=patrol.objective, status=patrol.status, valid_from=times[0], valid_to=times[-1],
                   legs=[{"transport": patrol.kind, "start": times[0], "end": times[-1]}],
                   effort_km=round(patrol.length_km, 1), effort_h=round(patrol.hours, 2),
                   points={"datetimes": times} if done else None, geo_method="gps" if done else "map",
                   geo_precision_m=15, nature="observed" if done else "declared", releasable_to=["fia"])


def fence_row(segment: Segment, section: Section) -> Feature:
    states = [{k: v for k, v in (("state", s.state), ("observed_at", instant(s.at * 60)), ("cause", s.cause),
                                 ("repair_due", instant(s.repair_due * 60) if s.repair_due else None),
                                 ("repaired_at", instant(s.repaired_at * 60) if s.repaired_at else None)) if v}
              for s in segment.states]
    return feature(segment.ref, "frontier_corps", section.piece(segment.from_km, segment.to_km), name=segment.name,
                   section=SECTION, from_m=segment.from_km * 1000, to_m=segment.to_km * 1000, fence_type=segment.kind,
                   state=states[-1]["state"], states=states, valid_from=states[0]["observed_at"], geo_method="map",
                   nature="observed", releasable_to=["levies", "customs", "fia"])


@dataclasses.dataclass
class Track:
    """A movement that somebody saw, with what it truly was."""
    row: Feature
    incident: str
    route: str
    voyage: str


def seen(ref: str, way: list[Place], start: int, hours: float, mode: str, direction: str, dice: Dice) -> Feature:
    at_sea = mode == "boat"
    by = "sensor" if at_sea else dice.weighted({"sensor": 0.4, "sign": 0.35, "device": 0.15, "source": 0.1})
    agency = "pmsa" if at_sea else dice.choose(("frontier_corps", "levies", "fia"))
    spread = PRECISION_M[by] / 2500  # km; a radius that nearly all fixes lie in
    line = [[round(x, 4) for x in moved(place, dice.normal() * spread, dice.normal() * spread)] for place in way]
    length = [0.0]
    for a, b in zip(line, line[1:]):
        length.append(length[-1] + plane_km(a, b))
    times = [instant(start * 60 + round(hours * 3600 * km / length[-1])) for km in length]
    return feature(ref, agency, line, name=f"{mode} by {by}", observed_by=by, mode=mode, direction=direction,
                   valid_from=times[0], valid_to=times[-1], source_reliability=dice.choose("ABBC"),
                   info_credibility=dice.choose("1223"), geo_precision_m=PRECISION_M[by],
                   geo_method="gps" if by == "device" else "map", time_precision_s=14400 if by == "sign" else 600,
                   nature="observed", points={"datetimes": times},
                   releasable_to=[a for a in ("frontier_corps", "levies", "fia") if a != agency])


def tracks(p: Parameters, routes: list[Route], incidents: list[Incident], voyages: list[Voyage], strip: Strip,
           seed: int) -> list[Track]:
    dice, found = Dice(seed, "tracks"), []
    for route in routes:
        users = [i for i in incidents if i.route == route.name]
        count = min(len(users), dice.whole(*p.observed_per_route))
        for k in range(count):
            user = users[int((k + dice.uniform(0, 1)) * len(users) / count)]
            way = route.way(strip) if route.direction == "in" else route.way(strip)[::-1]
            speed = {"foot": 3.5, "animal": 4.0, "motorcycle": 18.0, "pickup": 20.0}[route.mode]
            hours = sum(plane_km(a, b) for a, b in zip(way, way[1:])) / speed
            row = seen("", way, max(0, user.at - int(hours * 30)), hours, route.mode, route.direction, dice)
            found.append(Track(row, user.id, route.name, ""))
    for voyage in voyages:
        if dice.chance(0.22):
            last = len(voyage.way) - dice.whole(0, 4)
            row = seen("", voyage.way[:last], voyage.left, voyage.hours * (last - 1) / 8, "boat", "out", dice)
            found.append(Track(row, "", "", voyage.ref))
    found.sort(key=lambda t: (t.row["properties"]["valid_from"], t.incident, t.voyage))
    for number, track in enumerate(found):
        track.row["properties"]["source_ref"] = f"OBS-Y{number + 1:03}"
    return found


def known_routes(routes: list[Route], found: list[Track], strip: Strip, seed: int) -> list[Feature]:
    """The routes that the agencies know of, as they know them: a little off, resting on the tracks seen there."""
    rows = []
    for route in routes:
        evidence = [t.row["properties"] for t in found if t.route == route.name]
        if not route.known or not evidence:
            continue
        dice = Dice(seed, "known route", route.name)
        line = [[round(x, 4) for x in moved(q, dice.normal() * 0.4, dice.normal() * 0.4)] for q in route.way(strip)]
        what = "migrants" if route.group == "people" else "fuel"
        rows.append(feature(f"RTE-Y{len(rows) + 1:02}", "frontier_corps", line, name=f"Track at km {route.km:.0f}",
                            mode=route.mode, use="frequented" if route.extra > 60 else "unfrequented",
                            derived="inferred" if len(evidence) >= 3 else "reported",
                            commodities=[{"what": what, "direction": route.direction}],
                            evidence=[e["source_ref"] for e in evidence],
                            last_confirmed=max(e["valid_to"] for e in evidence), valid_from=instant(0),
                            geo_method="estimated", geo_precision_m=1000, nature="estimated", source_reliability="C",
                            info_credibility="3", releasable_to=["levies", "fia", "customs"]))
    return rows
