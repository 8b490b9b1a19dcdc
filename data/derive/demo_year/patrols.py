"""Patrols along the line, inland and at sea: where each goes, when, and how long it stays, kilometre by kilometre."""
import dataclasses
import math

from demo_year import effort
from demo_year.agencies import unit_of
from demo_year.dice import Dice
from demo_year.effort import Effort, Leg
from demo_year.parameters import DAY, DAYS, Parameters
from demo_year.section import Place, Strip, plane_km
from demo_year.correlation import spearman
from demo_year.truth import Truth

OBJECTIVES = ["fence check", "night watch", "track reading", "visit to a post", "ambush of a route", "search"]
WAYS_HOME = ["water points", "road watch", "market visit", "search of a dry bed"]


@dataclasses.dataclass
class Patrol:
    ref: str
    agency: str
    unit: str
    objective: str
    status: str  # planned, done, aborted
    where: str   # line, inland, sea
    start: int   # minutes
    way: list[Place]
    about_km: list[float]
    legs: list[Leg] = dataclasses.field(default_factory=list)

    @property
    def hours(self) -> float:
        return sum(leg.hours for leg in self.legs)

    @property
    def length_km(self) -> float:
        return sum(leg.length_km for leg in self.legs)

    @property
    def kind(self) -> str:
        if self.where == "sea":
            return "boat"
        speed = self.length_km / self.hours
        return "foot" if speed < 1.6 and self.length_km < 10 else "mixed" if speed < 2.4 else "vehicle"

    def fix_times(self) -> list[int]:
        """Seconds from the year's start."""
        times, at = [self.start * 60], self.start * 60.0
        for leg in self.legs:
            at += max(1.0, leg.hours * 3600)
            times.append(round(at))
        return times


def owner(dice: Dice) -> str:
    return dice.weighted({"frontier_corps": 0.72, "levies": 0.28})


def start_time(dice: Dice, first_day: int = 0, last_day: int = DAYS - 3) -> int:
    """Most leave in the morning, the others for the night."""
    hour = dice.uniform(1, 6) if dice.chance(0.6) else dice.uniform(12, 17)
    return dice.whole(first_day, last_day) * DAY + int(hour * 60)


def rounded(place: Place) -> Place:
    return [round(place[0], 4), round(place[1], 4)]  # 11 m, a field receiver's precision


def along(strip: Strip, first: int, last: int, status: str, dice: Dice) -> Patrol:
    """On the line: a fix in each kilometre, near its middle."""
    kms = [min(k + 0.5 + dice.uniform(-0.15, 0.15), strip.length_km - 0.05) for k in range(first, last + 1)]
    if dice.chance(0.5):
        kms.reverse()
    way = [rounded(strip.beside(km, dice.uniform(0.05, 0.35))) for km in kms]
    agency = owner(dice)
    return Patrol("", agency, unit_of(agency, kms[0]), dice.choose(OBJECTIVES), status, "line", start_time(dice),
                  way, kms)


def inland(strip: Strip, dice: Dice) -> Patrol:
    """Along the roads and dry beds behind the line."""
    length = 14 + dice.exponential(14)
    first = dice.uniform(0, strip.length_km - length) if length < strip.length_km else 0.0
    offset = dice.uniform(8, 30)
    kms = [first + length * k / max(4, round(length / 3)) for k in range(max(4, round(length / 3)) + 1)]
    if dice.chance(0.5):
        kms.reverse()
    way = [rounded(strip.beside(km, offset + dice.uniform(-0.8, 0.8))) for km in kms]
    agency = owner(dice)
    return Patrol("", agency, unit_of(agency, kms[0]), dice.choose(WAYS_HOME), "done", "inland", start_time(dice),
                  way, kms)


def at_sea(strip: Strip, dice: Dice) -> Patrol:
    """From Gwadar or Jiwani out and along the coast; no effort on the land section."""
    first, offset = dice.uniform(500, 585), -dice.uniform(6, 34)
    kms = [first + 6 * k for k in range(dice.whole(5, 10)) if first + 6 * k < strip.length_km - 2]
    if dice.chance(0.5):
        kms.reverse()
    way = [rounded(strip.beside(km, offset + dice.uniform(-1.5, 1.5))) for km in kms]
    patrol = Patrol("", "pmsa", "Gwadar base", dice.choose(["fishery watch", "search and rescue", "coast watch"]),
                    "done", "sea", start_time(dice), way, kms)
    speed = dice.uniform(14, 28)
    patrol.legs = [Leg(plane_km(a, b), [], plane_km(a, b) / speed, False) for a, b in zip(way, way[1:])]
    return patrol


def plan_line(p: Parameters, wanted: list[float], strip: Strip, dice: Dice) -> list[Patrol]:
    """More patrols where more hours are wanted, at least two to each kilometre."""
    weights = {km: hours ** 0.75 for km, hours in enumerate(wanted)}
    middles = sorted(weights)
    below, total = [], 0.0
    for km in middles:
        total += weights[km]
        below.append(total)
    visits = [0] * len(wanted)
    stretches: list[tuple[int, int]] = []

    def add(middle: int) -> None:
        length = min(24, 4 + int(dice.exponential(6.5)))
        first = min(max(0, middle - length // 2), len(wanted) - 1 - length)
        stretches.append((first, first + length))
        for km in range(first, first + length + 1):
            visits[km] += 1

    for _ in range(p.line_patrols - 60):
        at = dice.uniform(0, total)
        low, high = 0, len(below) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if below[middle] > at else (middle + 1, high)
        add(low)
    for km in range(len(wanted)):
        while visits[km] < 2:
            add(km)
    return [along(strip, first, last, "aborted" if dice.chance(0.02) else "done", dice) for first, last in stretches]


def plan(p: Parameters, strip: Strip, seed: int) -> list[Patrol]:
    """What is still to come: no fixes, no effort."""
    dice, planned = Dice(seed, "planned"), []
    for _ in range(p.planned_patrols):
        first = dice.whole(0, strip.kilometres - 16)
        patrol = along(strip, first, first + dice.whole(6, 14), "planned", dice)
        patrol.start = start_time(dice, DAYS, DAYS + 13)
        patrol.legs = [Leg(plane_km(a, b), [], plane_km(a, b) / 4, True) for a, b in zip(patrol.way, patrol.way[1:])]
        planned.append(patrol)
    return planned


def drive(p: Parameters, truth: Truth, strip: Strip, seed: int,
          others: list[tuple[int, list[Leg]]]) -> tuple[list[Patrol], Effort]:
    """The patrols of the year on land and the effort they make; `others` are tracks that are there already.

    Drawn again until effort and rates are as far apart as promised; the first draw nearly always is.
    """
    kilometres = strip.kilometres
    rates = [truth.yearly(km) for km in range(kilometres)]
    fixed = measure_total(others, kilometres)
    for attempt in range(50):
        dice = Dice(seed, "patrols", attempt)
        wanted = effort.draw_field(p, truth, kilometres, Dice(seed, "effort", attempt))
        patrols = plan_line(p, wanted, strip, dice) + [inland(strip, dice) for _ in range(p.inland_patrols)]
        for patrol in patrols:
            patrol.legs = effort.legs_of(patrol.way, patrol.about_km, strip)
        effort.fit_hours([leg for patrol in patrols for leg in patrol.legs], wanted, fixed)
        made = effort.measure(others + [(patrol.start, patrol.legs) for patrol in patrols], kilometres)
        hours = [made.total(km) for km in range(kilometres)]
        if min(hours) > 0 and max(abs(spearman(hours, rates)), abs(spearman(made.line, rates))) <= p.effort_rho_max:
            return patrols, made
    raise RuntimeError(f"seed {seed}: no effort that is independent of the rates")


def measure_total(tracks: list[tuple[int, list[Leg]]], kilometres: int) -> list[float]:
    made = effort.measure(tracks, kilometres)
    return [made.total(km) for km in range(kilometres)]


def sigma(hours: list[float]) -> float:
    logs = [math.log(h) for h in hours if h > 0]
    mean = math.fsum(logs) / len(logs)
    return math.sqrt(math.fsum((x - mean) ** 2 for x in logs) / len(logs))
