"""Writes a year: what the server loads, and beside it what is true."""
import csv
import dataclasses
import json
import pathlib
from typing import Any, Iterable

from demo_year import judgements, line_rows, report_rows, terrain
from demo_year.parameters import DAY, MONTHS, SCENARIO, SECTION, START
from demo_year.times import instant
from demo_year.truth import GROUPS, SEASON, SHAPES
from demo_year.year import Year


def write_features(path: pathlib.Path, features: Iterable[dict[str, Any]]) -> int:
    lines = [json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features]
    path.write_text(f'{{"type":"FeatureCollection","name":"{path.stem}","features":[\n' + ",\n".join(lines) + "\n]}\n",
                    encoding="utf-8")
    return len(lines)


def write_table(path: pathlib.Path, columns: list[str], rows: Iterable[dict[str, Any]]) -> int:
    """CSV; lists and objects as JSON, nothing where there is nothing."""
    def cell(value: Any) -> Any:
        structured = isinstance(value, (list, dict))
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if structured else value
    count = 0
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, columns, lineterminator="\n")
        out.writeheader()
        for row in rows:
            out.writerow({name: cell(value) for name, value in row.items()})
            count += 1
    return count


def write_year(year: Year, out: pathlib.Path) -> dict[str, int]:
    """The layers' files; -> rows of each."""
    out.mkdir(parents=True, exist_ok=True)
    p = year.parameters
    return {
        "fence_segments": write_features(out / "fence_segments.geojson",
                                         (line_rows.fence_row(s, year.section) for s in year.truth.segments)),
        "patrol_tracks": write_features(out / "patrol_tracks.geojson", map(line_rows.patrol_row, year.patrols)),
        "observed_tracks": write_features(out / "observed_tracks.geojson", (t.row for t in year.tracks)),
        "crossing_routes": write_features(out / "crossing_routes.geojson",
                                          line_rows.known_routes(year.truth.routes, year.tracks, year.strip,
                                                                 year.seed)),
        "reports": write_table(out / "reports.csv", report_rows.COLUMNS,
                               (report_rows.row_of(p, r, year.seed) for r in year.spoken.reports)),
        "judgements": write_table(out / "judgements.csv", judgements.COLUMNS, judgements.rows(year))}


def write_terrain(year: Year, path: pathlib.Path) -> None:
    columns, rows, values = terrain.heights(year.parameters, year.strip, year.truth.routes, year.seed)
    path.write_bytes(terrain.geotiff(columns, rows, values, year.parameters.terrain_step_deg))


def write_truth(year: Year, out: pathlib.Path, story: list[dict[str, Any]]) -> None:
    """`story`: the hand-written reports, each with `story`, so that they can be scored too."""
    out.mkdir(parents=True, exist_ok=True)
    write_kilometres(year, out / "kilometres.csv")
    write_incidents(year, out / "incidents.csv", story)
    write_reports(year, out / "reports.csv", story)
    write_table(out / "voyages.csv", ["voyage", "from_km", "to", "left", "hours", "carries", "aboard", "fate", "sea"],
                ({"voyage": v.ref, "from_km": round(v.from_km, 1), "to": v.to, "left": instant(v.left * 60),
                  "hours": round(v.hours, 1), "carries": v.carries, "aboard": v.aboard, "fate": v.fate,
                  "sea": v.sea_state} for v in year.voyages))
    write_table(out / "tracks.csv", ["source_ref", "incident", "route", "voyage"],
                ({"source_ref": t.row["properties"]["source_ref"], "incident": t.incident, "route": t.route,
                  "voyage": t.voyage} for t in year.tracks))
    (out / "truth.json").write_text(json.dumps(summary(year), indent=1) + "\n", encoding="utf-8")


def write_kilometres(year: Year, path: pathlib.Path) -> None:
    months = [f"m{m + 1:02}" for m in range(MONTHS)]
    counts = {name: [0] * year.strip.kilometres for name in ("true", "discovered", "reported")}
    for i in year.incidents:
        if i.part == "border" and i.happened:
            counts["true"][int(i.km)] += 1
            counts["discovered"][int(i.km)] += i.discovered
            counts["reported"][int(i.km)] += i.reported
    rates = year.truth.rates

    def rows() -> Iterable[dict[str, Any]]:
        for km in range(year.strip.kilometres):
            by_month = [sum(rates[group][km][m] for group in GROUPS) for m in range(MONTHS)]
            yield {"km": km, "effort_h": round(year.effort.total(km), 3),
                   "line_effort_h": round(year.effort.line[km], 3), "rate": round(year.truth.yearly(km), 3),
                   **{group: round(sum(rates[group][km]), 3) for group in GROUPS},
                   **{name: round(rate, 3) for name, rate in zip(months, by_month)},
                   **{name: counts[name][km] for name in counts}}
    write_table(path, ["km", "effort_h", "line_effort_h", "rate", *GROUPS, *months, *counts], rows())


def write_incidents(year: Year, path: pathlib.Path, story: list[dict[str, Any]]) -> None:
    columns = ["incident", "part", "kind", "at", "km", "offset_m", "lon", "lat", "persons", "hotspot", "route",
               "voyage", "happened", "discovered", "reported"]
    rows = [{"incident": i.id, "part": i.part, "kind": i.kind, "at": instant(i.at * 60), "km": round(i.km, 3),
             "offset_m": round(i.offset_km * 1000), "lon": round(i.place[0], 5), "lat": round(i.place[1], 5),
             "persons": i.persons or None, "hotspot": i.hotspot, "route": i.route, "voyage": i.voyage,
             "happened": int(i.happened), "discovered": int(i.discovered), "reported": int(i.reported)}
            for i in year.incidents]
    told = {row["incident"]: row for row in story[::-1]}  # of a story, its first report
    rows += [{"incident": name, "part": "story", "kind": row["kind"], "at": row["at"], "lon": row["lon"],
              "lat": row["lat"], "happened": 1} for name, row in sorted(told.items())]
    write_table(path, columns, rows)


def write_reports(year: Year, path: pathlib.Path, story: list[dict[str, Any]]) -> None:
    columns = ["source_ref", "agency", "incident", "handed_in", "late", "kind_right", "place_error_m", "time_error_s",
               "again_of", "same_text"]
    rows: list[dict[str, Any]] = [
        {"source_ref": r.ref, "agency": r.agency, "incident": r.incident.id, "handed_in": instant(r.handed_in * 60),
         "late": int(r.late), "kind_right": int(r.kind == r.incident.kind), "place_error_m": round(r.place_error_m),
         "time_error_s": r.time_error_s, "again_of": r.again.ref if r.again else "", "same_text": int(r.same_text)}
        for r in year.spoken.reports]
    rows += [{"source_ref": row["source_ref"], "agency": row["agency"], "incident": row["incident"]} for row in story]
    write_table(path, columns, rows)


def summary(year: Year) -> dict[str, Any]:
    strip, spoken = year.strip, year.spoken
    return {
        "synthetic": "Everything here is invented. Nothing of it happened.", "scenario_id": SCENARIO, "seed": year.seed,
        "section": SECTION, "start": START.isoformat().replace("+00:00", "Z"), "kilometres": strip.kilometres,
        "parameters": dataclasses.asdict(year.parameters),
        "kinds": GROUPS, "season": SEASON, "shapes": SHAPES,
        "hotspots": [dataclasses.asdict(h) for h in year.truth.hotspots],
        "routes": [{**dataclasses.asdict(r), "way": [[round(x, 5) for x in q] for q in r.way(strip)]}
                   for r in year.truth.routes],
        "silences": [{**dataclasses.asdict(s), "from": instant(s.from_day * DAY * 60),
                      "to": instant(s.to_day * DAY * 60), "reports_withheld": spoken.silenced[s]}
                     for s in year.silences],
        "counts": {"incidents": len(year.incidents), "reports": len(spoken.reports), "never_sent": spoken.lost,
                   "not_yet_sent": spoken.pending, "patrols": len(year.patrols), "observed_tracks": len(year.tracks),
                   "voyages": len(year.voyages),
                   "fence_segments": len(year.truth.segments)}}
