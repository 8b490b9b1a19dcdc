"""Two lists of the same events, made from a real one: UCDP GED for Pakistan. One copy stays near the original, the other
is shifted, thinned and rounded as lists of events are. The constants are this file's own.
"""

from __future__ import annotations

import csv
import math
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from noise import FIELDS, moved, write_pairs, write_rows

UCDP = Path(__file__).resolve().parents[3] / "shared" / "data" / "incidents" / "ucdp_ged_pakistan_1989_2018.csv"


@dataclass(frozen=True)
class Shape:
    name: str
    first_share: float = 0.85  # of the events that the first list has
    second_share: float = 0.65
    first_year: int = 1989
    shift_m: float = 0  # the second list's places, each coordinate
    centroids: bool = False  # … on the middle of their district
    grid_deg: float = 0  # … rounded to this
    day_off: float = 0.0  # share of the second list's dates that are a day off
    counts: bool = False  # deaths in both, with errors in the second
    places: bool = False  # names of places: the town in the first, the district in the second
    precision: bool = False  # the first list states its precision, the second none
    too_small: bool = False  # both state 100 m, though the second is far coarser


SHAPES = [
    Shape("shifted 3 km", shift_m=3_000, counts=True),
    Shape("shifted 3 km, bare", shift_m=3_000),
    Shape("rounded to 0.1 deg, a day off", grid_deg=0.1, day_off=0.3, counts=True),
    Shape("district centroids", centroids=True, counts=True),
    Shape("district centroids, a day off", centroids=True, day_off=0.3, counts=True, places=True),
    Shape("district centroids, a day off, bare", centroids=True, day_off=0.3),
    Shape("centroids, first precise", centroids=True, day_off=0.3, counts=True, precision=True),
    Shape("rounded to 0.5 deg", grid_deg=0.5, day_off=0.2, counts=True),
    Shape("rounded to 0.1 deg, stated to 100 m", grid_deg=0.1, day_off=0.2, counts=True, too_small=True),
    Shape("all times, same places, a day off", first_year=1989, day_off=0.3, counts=True),
    Shape("quiet years, centroids", first_year=2015, centroids=True, day_off=0.3, counts=True, places=True),
]


def district_middles(rows: list[dict[str, str]]) -> dict[str, tuple[float, float]]:
    sums: dict[str, list[float]] = {}
    for row in rows:
        at = sums.setdefault(row["adm_2"] or row["adm_1"], [0.0, 0.0, 0.0])
        at[0] += float(row["longitude"])
        at[1] += float(row["latitude"])
        at[2] += 1
    return {name: (x / n, y / n) for name, (x, y, n) in sums.items()}


def write_lists(folder: Path, shape: Shape, seed: int) -> None:
    dice = random.Random(f"{shape.name} {seed}")
    with UCDP.open(newline="", encoding="utf-8") as file:
        events = [row for row in csv.DictReader(file)
                  if row["date_prec"] == "1" and row["where_prec"] in "123" and int(row["year"]) >= shape.first_year]
    middles = district_middles(events)
    out: list[dict[str, str]] = []
    truth: list[tuple[str, str]] = []
    for event in events:
        lon, lat, day = float(event["longitude"]), float(event["latitude"]), date.fromisoformat(event["date_start"][:10])
        dead = int(event["best"])
        empty = dict.fromkeys(FIELDS, "")
        first = {**empty, "id": "A" + event["id"], "agency": "alpha", "valid_from": day.isoformat(), "lon": str(lon),
                 "lat": str(lat), "kind": "attack"}
        if shape.precision:
            first["geo_precision_m"] = {"1": "1000", "2": "10000", "3": "30000"}[event["where_prec"]]
        x, y = middles[event["adm_2"] or event["adm_1"]] if shape.centroids else (lon, lat)
        if shape.shift_m:
            x, y = moved(x, y, dice.gauss(0, shape.shift_m), dice.gauss(0, shape.shift_m))
        if shape.grid_deg:
            x, y = round(x / shape.grid_deg) * shape.grid_deg, round(y / shape.grid_deg) * shape.grid_deg
        if dice.random() < shape.day_off:
            day += timedelta(days=dice.choice([-1, 1]))
        second = {**empty, "id": f"B{event['id']}", "agency": "beta", "valid_from": day.isoformat(), "lon": f"{x:.5f}",
                  "lat": f"{y:.5f}", "kind": "attack", "geo_precision_m": "0", "time_precision_s": "0"}
        if shape.too_small:
            first["geo_precision_m"] = second["geo_precision_m"] = "100"
        if shape.counts:
            first["count_min"], first["count_max"] = event["low"], event["high"]
            told = dead if dice.random() < 0.6 else max(0, round(dead * math.exp(dice.gauss(0, 0.4))))
            second["count_min"] = second["count_max"] = str(told)
        if shape.places:
            first["place"], second["place"] = event["where_coordinates"], event["adm_2"]
        in_first, in_second = dice.random() < shape.first_share, dice.random() < shape.second_share
        out += [first] * in_first + [second] * in_second
        if in_first and in_second:
            truth.append((first["id"], second["id"]))
    dice.shuffle(out)
    write_rows(folder / "reports.csv", FIELDS, out)
    write_pairs(folder / "truth.csv", truth)
