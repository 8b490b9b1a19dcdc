"""Where the patrols' hours go: a log-normal field along the line that knows nothing of the rates, and its measure.

The field is drawn first; patrols.py drives the patrols so that their hours add up to it. What counts afterwards is the
measure: hours of the written tracks, each piece given to the kilometre of the line that is nearest.
"""
import dataclasses
import math

from demo_year.dice import Dice
from demo_year.parameters import DAY, DAYS, MONTHS, Parameters
from demo_year.section import Place, Strip, plane_km
from demo_year.correlation import normal_scores, smooth_normal_field, standardised, without
from demo_year.truth import Truth, month_of

LINE_REACH_KM = 5.0  # a patrol this near is "on the line", farther away "inland"
INLAND_REACH_KM = 45.0


@dataclasses.dataclass
class Leg:
    """A way between two fixes and the kilometres it belongs to."""
    length_km: float
    shares: list[tuple[int, float]]
    hours: float
    on_line: bool


@dataclasses.dataclass
class Effort:
    """Patrol hours by km of the section, and by km and month."""
    line: list[float]
    inland: list[float]
    months: list[list[float]]

    def total(self, km: int) -> float:
        return self.line[km] + self.inland[km]


def draw_field(p: Parameters, truth: Truth, kilometres: int, dice: Dice) -> list[float]:
    """Hours wanted in each km. The part that goes with the ranks of the rates is taken out."""
    field = standardised(smooth_normal_field(kilometres, p.effort_reach_km, dice))
    rates = standardised(normal_scores([truth.yearly(km) for km in range(kilometres)]))
    return [p.effort_median_h * math.exp(p.effort_sigma * z) for z in without(field, rates)]


def legs_of(way: list[Place], about_km: list[float], strip: Strip, pieces: int = 4) -> list[Leg]:
    """`about_km`: where along the line each fix was meant to be; the search begins there."""
    legs = []
    for (a, b), (near_a, near_b) in zip(zip(way, way[1:]), zip(about_km, about_km[1:])):
        shares: dict[int, float] = {}
        on_line = 0
        for k in range(pieces):
            t = (k + 0.5) / pieces
            lon, lat = a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
            near = near_a + (near_b - near_a) * t
            km, away = strip.nearest(lon, lat, near, 3.0)
            if away > 2.0:  # far from the line its bends lie elsewhere
                km, away = strip.nearest(lon, lat, near, strip.length_km)
            on_line += away <= LINE_REACH_KM
            if away <= INLAND_REACH_KM:
                shares[int(km)] = shares.get(int(km), 0.0) + 1 / pieces
        legs.append(Leg(plane_km(a, b), list(shares.items()), 0.0, 2 * on_line > pieces))
    return legs


def fit_hours(legs: list[Leg], wanted: list[float], fixed: list[float], fastest_kmh: float = 38.0,
              longest_h: float = 4.0, rounds: int = 25) -> None:
    """Gives each leg its hours so that those of each km come to what is wanted (proportional fitting).

    `fixed` are hours of tracks that are not ours to change. A leg is never faster than a car, nor endless.
    """
    for leg in legs:
        leg.hours = leg.length_km / 12
    for _ in range(rounds):
        now = list(fixed)
        for leg in legs:
            for km, share in leg.shares:
                now[km] += leg.hours * share
        factor = [w / n if n > 0 else 1.0 for w, n in zip(wanted, now)]
        for leg in legs:
            if leg.shares:
                change = sum(share * factor[km] for km, share in leg.shares) / sum(share for _, share in leg.shares)
                leg.hours = min(max(leg.hours * change, leg.length_km / fastest_kmh), longest_h)


def measure(tracks: list[tuple[int, list[Leg]]], kilometres: int) -> Effort:
    """`tracks`: start in minutes, and legs."""
    effort = Effort([0.0] * kilometres, [0.0] * kilometres, [[0.0] * MONTHS for _ in range(kilometres)])
    for start, legs in tracks:
        at = float(start)
        for leg in legs:
            month = month_of(int(min(max(at + leg.hours * 30, 0), DAYS * DAY - 1)))
            kind = effort.line if leg.on_line else effort.inland
            for km, share in leg.shares:
                kind[km] += leg.hours * share
                effort.months[km][month] += leg.hours * share
            at += leg.hours * 60
    return effort
