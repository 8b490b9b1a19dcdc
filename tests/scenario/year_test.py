#!/usr/bin/env python3
"""What data/derive/year.py promises of the year that it invents: the analyses are scored against it."""
import collections
import csv
import dataclasses
import filecmp
import functools
import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "data/derive"))

import demo_scenario  # noqa: E402
from demo_year import patrols, report_rows, reports, terrain, truth, year  # noqa: E402
from demo_year.parameters import DAY, DAYS, Parameters, SECTION  # noqa: E402
from demo_year.section import Strip, plane_km  # noqa: E402
from demo_year.correlation import spearman  # noqa: E402
from demo_year.times import seconds_at  # noqa: E402

SHIPPED = TOP / "data/scenario/demo"
STORY_PATROLS = demo_scenario.layers()["patrol_tracks"]
ELSEWHERE = ("PAT-07", "PAT-08", "PAT-09", "PAT-11", "PAT-12")  # the story's patrols that are not on the section
STRIP = Strip(demo_scenario.SECTIONS[SECTION])


@functools.cache
def year_of(seed: int) -> year.Year:
    return year.make(seed, demo_scenario.SECTIONS, STORY_PATROLS)


def year_with(seed: int = 3, **changed: object) -> year.Year:
    return year.make(seed, demo_scenario.SECTIONS, STORY_PATROLS, dataclasses.replace(Parameters(), **changed))


def table(path: pathlib.Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def features(path: pathlib.Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["features"]


class SameSeedSameBytes(unittest.TestCase):
    def test_what_the_repository_holds_is_what_seed_1_makes(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            # Another order of hashing in each run: what rests on the order of a set would show.
            subprocess.run([sys.executable, "-B", TOP / "data/derive/year.py", "--seed", "1", "--out", folder],
                           check=True, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONHASHSEED": "random"})
            made = sorted(p.relative_to(folder) for p in pathlib.Path(folder).rglob("*") if p.is_file())
            held = sorted(p.relative_to(SHIPPED) for p in SHIPPED.rglob("*") if p.is_file() and p.suffix != ".md")
            self.assertEqual(made, held)
            for name in made:
                self.assertTrue(filecmp.cmp(pathlib.Path(folder) / name, SHIPPED / name, shallow=False),
                                f"{name} is not what data/derive/year.py makes: run it again")

    def test_another_seed_is_another_year(self) -> None:
        self.assertNotEqual([h.km for h in year_of(2).truth.hotspots], [h.km for h in year_of(3).truth.hotspots])


class EffortIsIndependentOfTheRates(unittest.TestCase):
    def test_for_twenty_seeds_log_normal_with_sigma_one_and_without_correlation(self) -> None:
        for seed in range(1, 21):
            with self.subTest(seed=seed):
                true = truth.make_truth(Parameters(), STRIP, seed)
                driven, effort = patrols.drive(Parameters(), true, STRIP, seed, [])
                rates = [true.yearly(km) for km in range(STRIP.kilometres)]
                hours = [effort.total(km) for km in range(STRIP.kilometres)]
                self.assertGreater(min(hours), 0)
                self.assertAlmostEqual(patrols.sigma(hours), 1.0, delta=0.08)
                self.assertLessEqual(abs(spearman(hours, rates)), 0.1)
                self.assertLessEqual(abs(spearman(effort.line, rates)), 0.1)
                self.assertAlmostEqual(sum(patrol.hours for patrol in driven), sum(hours), delta=0.02 * sum(hours))

    def test_the_written_tracks_hold_the_hours_that_the_truth_states(self) -> None:
        """Measured once more, from the files alone and against the whole line."""
        points = list(enumerate(STRIP.points))
        hours = [0.0] * STRIP.kilometres
        for row in features(SHIPPED / "year/patrol_tracks.geojson")[::40]:
            if row["properties"]["status"] == "planned" or row["properties"]["patrol_type"] == "boat":
                continue
            way = row["geometry"]["coordinates"]
            times = [seconds_at(t) for t in row["properties"]["points"]["datetimes"]]
            self.assertEqual(len(times), len(way))
            self.assertEqual(times, sorted(set(times)))
            self.assertAlmostEqual((times[-1] - times[0]) / 3600, row["properties"]["effort_h"], delta=0.01)
            for a, b, first, last in zip(way, way[1:], times, times[1:]):
                for t in (0.125, 0.375, 0.625, 0.875):
                    lon, lat = a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
                    scale = math.cos(math.radians(lat))
                    _, at = min((((q[0] - lon) * scale) ** 2 + (q[1] - lat) ** 2, k) for k, q in points)
                    hours[int(at * STRIP.STEP)] += (last - first) / 3600 / 4
        stated = [float(row["effort_h"]) for row in table(SHIPPED / "truth/kilometres.csv")]
        for km, (sample, whole) in enumerate(zip(hours, stated)):
            self.assertLessEqual(sample, whole + 0.02, f"km {km}")
        done = [row["properties"]["effort_h"] for folder in ("year/", "")
                for row in features(SHIPPED / f"{folder}patrol_tracks.geojson")
                if row["properties"]["status"] != "planned" and row["properties"]["patrol_type"] != "boat"
                and row["properties"]["source_ref"] not in ELSEWHERE]
        self.assertAlmostEqual(sum(done), sum(stated), delta=0.02 * sum(stated))

    def test_discovered_follows_effort_and_reported_does_not(self) -> None:
        made = year_of(1)
        order = sorted(range(STRIP.kilometres), key=made.effort.total)
        quarter = len(order) // 4
        share = {}
        for name, kms in (("low", set(order[:quarter])), ("high", set(order[-quarter:]))):
            there = [i for i in made.incidents if i.part == "border" and i.happened and int(i.km) in kms]
            share[name] = (sum(i.discovered for i in there) / len(there), sum(i.reported for i in there) / len(there))
        self.assertGreater(share["high"][0], 3 * share["low"][0])
        self.assertAlmostEqual(share["high"][1], share["low"][1], delta=0.06)


class ReportsHoldToTheTruth(unittest.TestCase):
    def test_each_report_has_its_incident_and_tells_what_was_there_to_tell(self) -> None:
        for seed in (1, 2):
            made = year_of(seed)
            incidents = {i.id: i for i in made.incidents}
            self.assertEqual(len(incidents), len(made.incidents))
            refs = {r.ref for r in made.spoken.reports}
            self.assertEqual(len(refs), len(made.spoken.reports))
            for report in made.spoken.reports:
                incident = incidents[report.incident.id]
                if incident.part not in reports.AT_A_POST:
                    self.assertTrue(incident.discovered if report.discovered else incident.reported, report.ref)
                self.assertGreater(report.handed_in, max(incident.at, report.at))
                self.assertLess(report.handed_in, DAYS * DAY)

    def test_the_shipped_tables_name_each_other(self) -> None:
        incidents = {row["incident"] for row in table(SHIPPED / "truth/incidents.csv")}
        told = table(SHIPPED / "truth/reports.csv")
        held = {row["source_ref"] for row in table(SHIPPED / "year/reports.csv")} | {
            row["properties"]["source_ref"] for row in features(SHIPPED / "reports.geojson")}
        self.assertEqual({row["source_ref"] for row in told}, held)
        self.assertEqual({row["incident"] for row in told} - incidents, set())
        tracks = table(SHIPPED / "truth/tracks.csv")
        self.assertEqual([t["source_ref"] for t in tracks],
                         [f["properties"]["source_ref"] for f in features(SHIPPED / "year/observed_tracks.geojson")])
        voyages = {row["voyage"] for row in table(SHIPPED / "truth/voyages.csv")}
        self.assertEqual({t["incident"] for t in tracks} - incidents - {""}, set())
        self.assertEqual({t["voyage"] for t in tracks} - voyages - {""}, set())

    def test_the_same_handed_in_again_differs_in_its_reference_alone(self) -> None:
        made, seen = year_of(1), 0
        for report in made.spoken.reports:
            if report.again is None or not report.same_text or not report.again.ref:
                continue
            first = report_rows.row_of(made.parameters, report.again, made.seed)
            again = report_rows.row_of(made.parameters, report, made.seed)
            self.assertEqual({k for k in first if first[k] != again[k]} - {"source_ref"}, set(), report.ref)
            seen += 1
        self.assertGreater(seen, 20)

    def test_counts_of_persons_add_up_and_nobody_is_described(self) -> None:
        allowed = {"nationality", "nationality_basis", "sex", "age_band", "role", "count", "min", "max"}
        for row in table(SHIPPED / "year/reports.csv"):
            groups = json.loads(row["persons"] or "[]")
            self.assertLessEqual({key for group in groups for key in group}, allowed)
            if groups:
                self.assertEqual(sum(g.get("count", 0) for g in groups), int(row["count_min"]), row["source_ref"])
                self.assertEqual(sum(g.get("count", g.get("max", 0)) for g in groups), int(row["count_max"]))

    def test_there_are_reports_of_every_kind_and_of_five_agencies(self) -> None:
        rows = table(SHIPPED / "year/reports.csv")
        kinds = {"crossing", "crossing_attempt", "som", "tip", "abduction", "goods", "narcotics", "precursors", "arms",
                 "fuel", "document", "fence_breach", "attack", "ied", "distress", "death", "missing", "sighting",
                 "deportation", "mass_return", "offload"}
        self.assertEqual({row["kind"] for row in rows}, kinds)
        self.assertEqual(len({row["agency"] for row in rows}), 5)

    def test_trafficking_and_smuggling_are_two_blocks(self) -> None:
        codes = {"som": "08051", "tip": "0204"}
        for row in table(SHIPPED / "year/reports.csv"):
            self.assertEqual(row["iccs_code"], codes.get(row["kind"], ""))
            self.assertEqual(bool(row["tip_status"]), row["kind"] == "tip")

    def test_what_rescue_needs_is_never_left_out(self) -> None:
        for row in table(SHIPPED / "year/reports.csv"):
            if row["kind"] in reports.RESCUE:
                self.assertTrue(row["casualties"], row["source_ref"])
                self.assertEqual(row["sar_phase"] == "distress", row["kind"] == "distress")


class ProportionsAreThoseOfTheParameters(unittest.TestCase):
    def test_overlap(self) -> None:
        made = year_with(never_sent=0.0, silences=0, resubmitted=0.0, late=0.0, false_alarm=0.0)
        agencies = collections.defaultdict(set)
        for report in made.spoken.reports:
            if report.incident.part == "border" and not (report.incident.discovered and report.incident.reported) \
                    and reports.group_of(report.incident) == "people" and report.incident.at < 355 * DAY:
                agencies[report.incident.id].add(report.agency)
        shares = collections.Counter(len(a) for a in agencies.values())
        for count, wanted in made.parameters.overlap.items():
            self.assertAlmostEqual(shares[count] / len(agencies), wanted, delta=0.05, msg=f"{count} agencies")

    def test_late_again_wrong_far_off_and_never_sent(self) -> None:
        made = year_of(1)
        p, all_of_them = made.parameters, [r for r in made.spoken.reports if r.incident.at < 310 * DAY]
        first = [r for r in all_of_them if r.again is None]

        def share(of: list[reports.Report], which) -> float:  # type: ignore[no-untyped-def]
            return sum(map(which, of)) / len(of)
        self.assertAlmostEqual(share(first, lambda r: r.late), p.late, delta=0.02)
        self.assertAlmostEqual(share(first, lambda r: r.handed_in - r.incident.at >= 7 * DAY), p.late, delta=0.02)
        self.assertAlmostEqual((len(all_of_them) - len(first)) / len(first), p.resubmitted, delta=0.02)
        self.assertAlmostEqual(share(first, lambda r: r.place_error_m > r.precision_m), p.outside_precision, delta=0.03)
        may_be_wrong = [r for r in first if r.incident.kind in reports.CONFUSED]
        self.assertAlmostEqual(share(may_be_wrong, lambda r: r.kind != r.incident.kind), p.wrong_kind, delta=0.03)
        lost = made.spoken.lost
        self.assertAlmostEqual(lost / (lost + len(made.spoken.reports)), p.never_sent, delta=0.015)
        alarms = sum(not i.happened for i in made.incidents)
        seen = sum(i.happened and i.part == "border" and (i.discovered or i.reported) for i in made.incidents)
        self.assertAlmostEqual(alarms / seen, p.false_alarm, delta=0.002)

    def test_a_field_that_may_be_missing_is_missing_as_often_as_its_agency_leaves_it_out(self) -> None:
        rows = collections.defaultdict(list)
        for row in table(SHIPPED / "year/reports.csv"):
            rows[row["agency"]].append(row)
        for agency, wanted in Parameters().missing_field.items():
            if len(rows[agency]) < 300:
                continue
            for name in ("impact", "transport", "source_reliability"):
                missing = sum(not row[name] for row in rows[agency]) / len(rows[agency])
                self.assertAlmostEqual(missing, wanted, delta=0.06, msg=f"{agency} {name}")

    def test_a_silent_agency_says_nothing_while_things_happen(self) -> None:
        made = year_of(1)
        self.assertEqual(len(made.silences), made.parameters.silences)
        for report in made.spoken.reports:
            for silence in made.silences:
                self.assertFalse(silence.covers(report.agency, report.incident), report.ref)
        self.assertGreater(sum(made.spoken.silenced.values()), 20)
        for silence in made.silences:
            happened = [i for i in made.incidents if silence.covers(silence.agency, i)]
            self.assertGreater(len(happened), 10)


class FenceAndRoutes(unittest.TestCase):
    def test_fence_is_built_breached_and_repaired_some_of_it_late(self) -> None:
        made = year_of(1)
        built = breached = overdue = open_still = 0
        for segment in made.truth.segments:
            times = [s.at for s in segment.states]
            self.assertEqual(times, sorted(set(times)), segment.ref)
            names = [s.state for s in segment.states]
            built += "planned" in names and "intact" in names
            for k, state in enumerate(segment.states):
                if state.state not in ("breached", "damaged"):
                    continue
                breached += 1
                repaired = next((s.at for s in segment.states[k:] if s.state == "intact"), None)
                overdue += (repaired or DAYS * DAY) > state.repair_due
                open_still += repaired is None
        self.assertGreater(built, 60)
        self.assertGreater(breached, 40)
        self.assertGreater(overdue, 8)
        self.assertGreater(open_still, 1)

    def test_no_more_on_a_route_in_a_night_than_it_holds(self) -> None:
        made = year_of(2)
        nights = collections.Counter((i.route, i.at // DAY) for i in made.incidents if i.route)
        capacity = {route.name: route.capacity for route in made.truth.routes}
        over = [night for night, count in nights.items() if count > capacity[night[0]]]
        self.assertEqual(over, [])

    def test_tracks_run_along_their_route(self) -> None:
        made = year_of(2)
        ways = {route.name: route.way(made.strip) for route in made.truth.routes}
        for track in made.tracks:
            if not track.route:
                continue
            for place in track.row["geometry"]["coordinates"]:
                self.assertLess(min(plane_km(place, q) for q in ways[track.route]), 4, track.row["properties"])
        by_route = collections.Counter(track.route for track in made.tracks)
        self.assertGreaterEqual(sum(count >= 3 for count in by_route.values()), 10)


class Terrain(unittest.TestCase):
    def test_it_says_that_it_is_synthetic(self) -> None:
        image = (SHIPPED / "terrain.tif").read_bytes()
        self.assertEqual(image[:4], b"II*\0")
        self.assertIn(b"SYNTHETIC heights of scenario demo", image[:2000])

    def test_it_is_the_image_that_its_tags_state(self) -> None:
        image = (SHIPPED / "terrain.tif").read_bytes()
        count, = struct.unpack_from("<H", image, 8)
        tags = {}
        for k in range(count):
            tag, _, number, value = struct.unpack_from("<HHII", image, 10 + 12 * k)
            tags[tag] = value if number == 1 else None
        self.assertEqual(list(tags), sorted(tags), "TIFF wants its tags in order")
        columns, rows, strip, size = tags[256], tags[257], tags[273], tags[279]
        self.assertEqual(size, 2 * columns * rows)
        self.assertEqual(strip + size, len(image))

    def test_routes_cross_the_ridge_at_gaps(self) -> None:
        made = year_of(1)
        columns, _, values = terrain.heights(made.parameters, made.strip, made.truth.routes, made.seed)
        step, (west, _, _, north) = made.parameters.terrain_step_deg, terrain.BOX

        def height(km: float) -> int:
            lon, lat = made.strip.beside(km, 0)
            return values[int((north - lat) / step) * columns + int((lon - west) / step)]
        gaps = [height(route.km) for route in made.truth.routes]
        beside = [height(route.km + away) for route in made.truth.routes for away in (-9, 9)]
        self.assertLess(sum(gaps) / len(gaps), 0.75 * sum(beside) / len(beside))


if __name__ == "__main__":
    unittest.main()
