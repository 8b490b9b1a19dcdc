"""True events and what several agencies make of them: reports with errors of place, time and kind, and gaps.

The constants are this file's own: nothing here is taken from the demo scenario's generator, and no weight of fusion was
set on the seeds that the tests use (SEEDS below).
"""

from __future__ import annotations

import csv
import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

FIELDS = ["id", "agency", "valid_from", "valid_to", "lon", "lat", "geo_precision_m", "time_precision_s", "kind",
          "count_min", "count_max", "place"]
MAY_BE_MISSING = ["geo_precision_m", "time_precision_s", "kind", "count_min", "count_max", "place"]

# Kinds and how often they happen.
KINDS = {"crossing": 24, "crossing_attempt": 10, "som": 15, "tip": 3, "abduction": 2, "goods": 12, "narcotics": 9,
         "precursors": 1, "arms": 4, "fuel": 8, "document": 3, "fence_breach": 4, "attack": 5, "ied": 2,
         "sighting": 6, "deportation": 1, "death": 1}
AGENCIES = {"fc": 0.55, "customs": 0.4, "levies": 0.35, "police": 0.45, "coast": 0.2}  # share of events each reports
SAME_AGENCY_TWICE = 0.01
SEEDS_WEIGHTS_WERE_SET_ON = (11, 12, 13)
SEEDS = (7001, 7002, 7003, 7004, 7005)


@dataclass(frozen=True)
class Level:
    name: str
    sigma_m: float  # of each coordinate
    sigma_s: float
    missing: float  # share of the fields that may be
    wrong_kind: float


LEVELS = [
    Level("faint", 200, 3_600, 0.05, 0.02),
    Level("light", 1_000, 3 * 3_600, 0.15, 0.05),
    Level("middle", 2_000, 6 * 3_600, 0.30, 0.10),
    Level("heavy", 5_000, 12 * 3_600, 0.45, 0.20),
    Level("extreme", 10_000, 24 * 3_600, 0.60, 0.30),
]
MIDDLE = LEVELS[2]

EVENTS = 2_000
DAYS = 365
HOT_PLACES = 60
DIFFUSE = 0.3  # share of the events that are at no hot place
HOT_SPREAD_M = 6_000
START = datetime(2031, 1, 1, tzinfo=timezone.utc)
SYLLABLES = ["gul", "tor", "man", "kha", "zar", "bar", "chi", "nok", "sha", "dal", "pan", "jiw", "tur", "mas", "kal"]


@dataclass
class Event:
    lon: float
    lat: float
    at: datetime
    kind: str
    count: int
    place: str


def moved(lon: float, lat: float, east_m: float, north_m: float) -> tuple[float, float]:
    return lon + east_m / (111_320 * math.cos(math.radians(lat))), lat + north_m / 111_320


def respelled(dice: random.Random, name: str) -> str:
    """As another clerk writes it."""
    turn = dice.random()
    if turn < 0.5:
        return name
    if turn < 0.65:
        return name.upper()
    if turn < 0.8:
        at = dice.randrange(1, len(name))
        return name[:at] + name[at - 1] + name[at:]  # a doubled letter
    if turn < 0.9:
        return name + dice.choice([" bazaar", " post", " area"])
    vowels = [i for i, c in enumerate(name) if c in "aeiou" and 0 < i]
    if not vowels:
        return name
    at = dice.choice(vowels)
    return name[:at] + name[at + 1:]


def make_events(dice: random.Random, events: int) -> list[Event]:
    hot = []
    for _ in range(HOT_PLACES):
        name = "".join(dice.choice(SYLLABLES) for _ in range(dice.choice([2, 2, 3]))).capitalize()
        hot.append((61.0 + dice.random() * 10, 25.5 + dice.random() * 9, name, dice.lognormvariate(0, 0.8)))
    made = []
    for _ in range(events):
        if dice.random() < DIFFUSE:
            lon, lat, place = 61.0 + dice.random() * 10, 25.5 + dice.random() * 9, ""
        else:
            x, y, place, _weight = dice.choices(hot, weights=[h[3] for h in hot])[0]
            lon, lat = moved(x, y, dice.gauss(0, HOT_SPREAD_M), dice.gauss(0, HOT_SPREAD_M))
        at = START + timedelta(seconds=dice.random() * DAYS * 86_400)
        kind = dice.choices(list(KINDS), weights=list(KINDS.values()))[0]
        made.append(Event(lon, lat, at, kind, max(1, round(dice.lognormvariate(1.4, 1.0))), place))
    return made


def make_reports(dice: random.Random, events: list[Event], level: Level) -> tuple[list[dict[str, str]], list[int]]:
    """Rows as the command line reads them, and the event that each is of."""
    rows: list[dict[str, str]] = []
    of: list[int] = []
    for number, event in enumerate(events):
        for agency, share in AGENCIES.items():
            if dice.random() >= share:
                continue
            for _ in range(2 if dice.random() < SAME_AGENCY_TWICE else 1):
                lon, lat = moved(event.lon, event.lat, dice.gauss(0, level.sigma_m), dice.gauss(0, level.sigma_m))
                at = event.at + timedelta(seconds=dice.gauss(0, level.sigma_s))
                low = max(0, round(event.count * (1 - 0.3 * dice.random())))
                row = {
                    "id": f"r{dice.getrandbits(48):012x}",
                    "agency": agency,
                    "valid_from": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "valid_to": "",
                    "lon": f"{lon:.5f}",
                    "lat": f"{lat:.5f}",
                    "geo_precision_m": f"{level.sigma_m * dice.uniform(0.7, 2):.0f}",
                    "time_precision_s": f"{level.sigma_s * dice.uniform(0.7, 2):.0f}",
                    "kind": event.kind if dice.random() >= level.wrong_kind else dice.choice(list(KINDS)),
                    "count_min": str(low),
                    "count_max": str(max(low, round(event.count * (1 + 0.5 * dice.random())))),
                    "place": respelled(dice, event.place) if event.place else "",
                }
                for field in MAY_BE_MISSING:
                    if dice.random() < level.missing:
                        row[field] = ""
                rows.append(row)
                of.append(number)
    return rows, of


def true_pairs(rows: list[dict[str, str]], of: list[int]) -> list[tuple[str, str]]:
    by_event: dict[int, list[str]] = {}
    for row, event in zip(rows, of):
        by_event.setdefault(event, []).append(row["id"])
    return [(ids[i], ids[j]) for ids in by_event.values() for i in range(len(ids)) for j in range(i + 1, len(ids))]


def write_rows(path: Path, fields: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)


def write_pairs(path: Path, pairs: list[tuple[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b"])
        writer.writerows(pairs)


def write_case(folder: Path, level: Level, seed: int, events: int = EVENTS) -> None:
    """reports.csv and truth.csv."""
    dice = random.Random(seed)
    rows, of = make_reports(dice, make_events(dice, events), level)
    order = list(range(len(rows)))
    dice.shuffle(order)
    rows, of = [rows[i] for i in order], [of[i] for i in order]
    write_rows(folder / "reports.csv", FIELDS, rows)
    write_pairs(folder / "truth.csv", true_pairs(rows, of))
