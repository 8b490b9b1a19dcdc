"""The hand-written part of the demo scenario: rows out of demo_story.py. year.py writes them. Everything is invented.

Needs data/border_sections.geojson, data/check_posts.csv and data/crossing_points.csv. The same files come out each
time, byte by byte. Every row has scenario_id "demo", so nothing of it is ever counted with the real world.
"""
import csv
import datetime
import json
import math
import pathlib
import random

import demo_story as story
from demo_year.section import moved, read_sections
from geodesy import between, distance_m, length_m

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED = 20260101
UTC = datetime.timezone.utc
ICCS = {"som": "08051", "tip": "0204"}
SECTIONS = read_sections()
LIGHT = {"goods": "low", "fuel": "low", "sighting": "low", "deportation": "low"}
AMOUNTS = {"goods": ("tyres", 40, 300, "piece"), "fuel": ("diesel", 800, 12000, "l"),
           "narcotics": ("hashish", 2, 90, "kg"), "arms": ("pistols", 1, 9, "piece")}
COUNTED = {"crossing", "crossing_attempt", "som", "deportation", "sighting"}


# --- places -----------------------------------------------------------------------------------------------------

def piece(section, from_km, to_km):
    return SECTIONS[section].piece(from_km, to_km)


def place(section, km, offset_km):
    """The point beside the section; positive offsets are right of it, in Pakistan."""
    return SECTIONS[section].place(km, offset_km)


def along(section, from_km, to_km, offset_km, rng, step_km=2.0):
    """A way beside the border, as a patrol would drive it: smoothed, with a little scatter."""
    steps = max(2, round(abs(to_km - from_km) / step_km))
    kms = [from_km + (to_km - from_km) * k / steps for k in range(steps + 1)]
    raw = [place(section, km, offset_km + rng.uniform(0, 0.25)) for km in kms]
    middle = [between(between(a, b, 2 / 3), between(b, c, 1 / 3), 0.5) for a, b, c in zip(raw, raw[1:], raw[2:])]
    return [raw[0], *middle, raw[-1]]


def across(section, km, outside_km, inside_km, rng, outward):
    """A way across the border with some wander, drawn in the direction of movement."""
    steps, drift, points = 14, 0.0, []
    for k in range(steps + 1):
        offset = -outside_km + (outside_km + inside_km) * k / steps
        drift += rng.uniform(-0.25, 0.25)
        points.append(place(section, km + drift, offset))
    return points[::-1] if outward else points


def circle(centre, radius_km, corners=24):
    angles = [2 * math.pi * k / corners for k in range(corners)]
    ring = [moved(centre, radius_km * math.cos(a), radius_km * math.sin(a)) for a in angles]
    return [ring + ring[:1]]


# --- rows -------------------------------------------------------------------------------------------------------

def instant(text, plus_h=0.0):
    return (datetime.datetime.fromisoformat(text).replace(tzinfo=UTC) + datetime.timedelta(hours=plus_h)).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


def feature(ref, agency, shape, coordinates, /, **fields):
    properties = {"source_ref": ref, "agency": agency, "scenario_id": "demo", "handling": "H0", **fields}
    return {"type": "Feature", "properties": {k: v for k, v in properties.items() if v is not None},
            "geometry": {"type": shape, "coordinates": coordinates}}


def times_along(line, start, hours):
    """Instants of a way's vertices at even speed (MF-JSON's datetimes)."""
    total, at, result = length_m(line), 0.0, [start]
    for p, q in zip(line, line[1:]):
        at += distance_m(p, q)
        result.append(instant(start.rstrip("Z"), hours * at / total))
    return {"datetimes": result}


def fences(_):
    for ref, section, from_km, to_km, kind, name, agency, states in story.FENCES:
        listed = [{k: v for k, v in (("state", s), ("observed_at", instant(at)), ("cause", cause),
                                     ("repair_due", instant(due) if due else None),
                                     ("repaired_at", instant(done) if done else None)) if v}
                  for s, at, cause, due, done in states]
        yield feature(ref, agency, "LineString", piece(section, from_km, to_km), name=name, section=section,
                      from_m=from_km * 1000, to_m=to_km * 1000, fence_type=kind, state=states[-1][0], states=listed,
                      valid_from=instant(states[0][1]), geo_method="map", nature="observed",
                      releasable_to=["levies", "customs", "fia"])


def patrols(rng):
    for ref, agency, unit, section, a, b, offset, kind, start, hours, status, objective in story.PATROLS:
        line = along(section, a, b, offset, rng)
        start = start.replace("T", " ")
        yield feature(ref, agency, "LineString", line, name=f"{unit}: {objective}", unit=unit, patrol_type=kind,
                      objective=objective, status=status, valid_from=instant(start), valid_to=instant(start, hours),
                      legs=[{"transport": kind, "start": instant(start), "end": instant(start, hours)}],
                      effort_km=round(length_m(line) / 1000, 1), effort_h=hours,
                      points=times_along(line, instant(start), hours) if status != "planned" else None,
                      geo_method="gps" if status != "planned" else "map", geo_precision_m=15,
                      nature="observed" if status != "planned" else "declared", releasable_to=["levies", "fia"])


def observed(rng):
    for ref, agency, section, km, out_km, in_km, by, mode, way, start, hours, rel, cred in story.OBSERVED:
        line = across(section, km, out_km, in_km, rng, way == "out")
        precise = {"sensor": 200, "sign": 500, "device": 20}[by]
        yield feature(ref, agency, "LineString", line, name=f"{mode} by {by}", observed_by=by, mode=mode, direction=way,
                      valid_from=instant(start), valid_to=instant(start, hours), source_reliability=rel,
                      info_credibility=cred, geo_precision_m=precise, geo_method="gps" if by == "device" else "map",
                      time_precision_s=600 if by != "sign" else 14400, nature="observed",
                      points=times_along(line, instant(start), hours), releasable_to=["frontier_corps", "levies", "fia"])


def routes(rng):
    for ref, agency, name, section, km, out_km, in_km, mode, use, derived, what, evidence, confirmed in story.ROUTES:
        line = across(section, km, out_km, in_km, rng, what[0]["direction"] == "out")
        yield feature(ref, agency, "LineString", line, name=name, mode=mode, use=use, derived=derived, commodities=what,
                      evidence=evidence, last_confirmed=instant(confirmed), valid_from=instant("2026-01-01"),
                      geo_method="estimated", geo_precision_m=1000, nature="estimated", source_reliability="C",
                      info_credibility="3", releasable_to=["frontier_corps", "levies", "fia", "customs", "pmsa"])


def persons(least, most, nationalities, role, rng):
    """Counts only. Groups that add up to the least number; what nobody knew is said to be unknown."""
    groups, left = [], least
    while left > 0:
        n = left if len(groups) == 3 else rng.randint(1, left)
        age = rng.choice(["0_11", "12_17", "18_29", "18_29", "30_59", "unknown"])
        nationality = rng.choice(nationalities)
        groups.append({"nationality": nationality,
                       "nationality_basis": "unknown" if nationality == "unknown" else
                       rng.choice(["stated", "documented", "established"]),
                       "sex": rng.choice(["m", "m", "f", "unknown"]), "age_band": age, "role": role, "count": n})
        left -= n
    if most > least:
        groups.append({"nationality": "unknown", "nationality_basis": "unknown", "sex": "unknown", "age_band": "unknown",
                       "role": role, "min": 0, "max": most - least})
    return groups


def role_of(kind):
    return {"tip": "possible_tip_victim", "abduction": "possible_tip_victim", "death": "deceased",
            "goods": "suspect", "arms": "suspect", "document": "suspect",
            "som": "smuggled_migrant"}.get(kind, "unknown")


def hand_reports(rng):
    for (ref, _, agency, unit, kind, when, where, hours, metres, method, way, attempt, transport, by, rel, cred, impact,
         stated, least, most, more) in story.REPORTS:
        more = dict(more)
        nationality = more.pop("nationality", None)
        yield feature(ref, agency, "Point", place(*where), unit=unit, kind=kind, iccs_code=ICCS.get(kind),
                      valid_from=instant(when), valid_to=instant(when, hours), time_precision_s=hours * 3600,
                      geo_precision_m=metres, geo_method=method, direction=way, attempt=attempt, transport=transport,
                      detected_by=by, source_reliability=rel, info_credibility=cred, impact=impact, place=stated,
                      count_min=least, count_max=most,
                      persons=persons(least, most, nationality, role_of(kind), rng) if nationality and least else None,
                      sar_phase=more.pop("sar_phase", "none"), nature="observed", jurisdictions=[where[0]],
                      releasable_to=[a for a in ("fia", "frontier_corps", "levies") if a != agency], **more)


def seeded_reports(rng):
    for number in range(30):
        agency, unit, section, first, last, kinds = story.SEEDED[number % len(story.SEEDED)]
        kind = rng.choice(kinds)
        sea = section.startswith("SEA")
        offset = -rng.uniform(6, 35) if sea else rng.uniform(0.1, 6)
        at = datetime.datetime(2026, 1, 1, tzinfo=UTC) + datetime.timedelta(minutes=rng.randrange(320 * 24 * 60))
        when = at.strftime("%Y-%m-%dT%H:%M")
        least = rng.randint(1, 25) if kind in COUNTED else None
        most = least + rng.choice([0, 0, 3, 8]) if least else None
        what = AMOUNTS.get(kind)
        way = "in" if kind in ("deportation", "goods", "narcotics", "arms", "fuel") else rng.choice(["in", "out"])
        if kind == "deportation":
            least, most = rng.randint(60, 300), None
            most = least
        point = place(section, rng.uniform(first, last), offset)
        yield feature(f"{agency[:3].upper()}-S{number + 1:03}", agency, "Point", point, unit=unit, kind=kind,
                      iccs_code=ICCS.get(kind), som_status="suspected" if kind == "som" else None,
                      valid_from=instant(when), valid_to=instant(when, 1), time_precision_s=rng.choice([600, 3600, 14400]),
                      geo_precision_m=rng.choice([50, 200, 1000, 3000]), geo_method=rng.choice(["gps", "map", "place"]),
                      direction=way, attempt="attempt" if kind == "crossing_attempt" else "actual",
                      transport="boat" if sea else "bus" if kind == "deportation" else
                      rng.choice(["foot", "motorcycle", "pickup", "truck", "unknown"]),
                      detected_by="patrol" if sea else rng.choice(["check_post", "patrol", "sensor", "public"]),
                      source_reliability=rng.choice("ABBCCD"), info_credibility=rng.choice("122334"),
                      impact=LIGHT.get(kind, rng.choice(["low", "medium", "high"])), count_min=least, count_max=most,
                      commodities=[{"what": what[0], "amount": rng.randint(what[1], what[2]), "unit": what[3],
                                    "direction": way}] if what else None,
                      persons=persons(least, most, ["PAK", "AFG", "unknown"], role_of(kind), rng) if least else None,
                      sar_phase="none", nature="observed", jurisdictions=[section],
                      releasable_to=[a for a in ("fia", "frontier_corps") if a != agency])


def reports(rng):
    yield from hand_reports(rng)
    yield from seeded_reports(rng)


def hazards(_):
    for ref, agency, where, kind, name, season, severity, radius in story.HAZARDS:
        centre = place(*where)
        shape = ("Polygon", circle(centre, radius)) if radius else ("Point", centre)
        yield feature(ref, agency, *shape, kind=kind, name=name, season=season, severity=severity,
                      valid_from=instant("2026-01-01"), geo_method="estimated",
                      releasable_to=["frontier_corps", "levies", "fia", "customs", "pmsa"])


def facilities(_):
    for ref, agency, where, kind, name, capacity, occupancy in story.FACILITIES:
        yield feature(ref, agency, "Point", place(*where), kind=kind, name=name, capacity=capacity, occupancy=occupancy,
                      valid_from=instant("2026-01-01"), geo_method="map", releasable_to=["fia"])


def reports_by_story():
    """(happening, row) of each report: rows of one happening are several agencies' views of it."""
    rows = list(reports(random.Random(f"{SEED} reports")))
    keys = [key for _, key, *_ in story.REPORTS]
    for number, row in enumerate(rows):
        key = keys[number] if number < len(keys) else None
        yield f"story-{key}" if key else f"story-{row['properties']['source_ref']}", row


def crossing_states(ref):
    """The state and states of a crossing point; nothing where the story has none."""
    listed = [{k: v for k, v in (("state", state), ("observed_at", instant(at)), ("reason", reason),
                                 ("expected_reopening", instant(reopening) if reopening else None)) if v}
              for state, at, reason, reopening in story.CROSSING_STATES.get(ref, [])]
    return {"state": listed[-1]["state"], "states": json.dumps(listed, separators=(",", ":"))} if listed else {}


def copy_of_table(name, more=lambda ref: {}):
    """A scenario sees only its own rows, so the demo has its own copy of the tables' places, marked as such."""
    with open(ROOT / f"data/{name}.csv", encoding="utf-8", newline="") as file:
        return [{**row, **more(row["source_ref"]), "source_ref": f"demo-{row['source_ref']}", "scenario_id": "demo"}
                for row in csv.DictReader(file)]


def layers():
    """Rows of each layer, as GeoJSON features."""
    makers = {"fence_segments": fences, "patrol_tracks": patrols, "observed_tracks": observed, "crossing_routes": routes,
              "reports": reports, "hazards": hazards, "facilities": facilities}
    return {name: list(maker(random.Random(f"{SEED} {name}"))) for name, maker in makers.items()}


def tables():
    return {"check_posts": copy_of_table("check_posts"),
            "crossing_points": copy_of_table("crossing_points", crossing_states)}
