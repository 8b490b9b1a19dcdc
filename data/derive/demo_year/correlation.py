"""Smooth random fields along the line, ranks and correlation: what holds effort apart from the rates."""
import math
import statistics
from typing import Sequence

from demo_year.dice import Dice


def ranks(values: Sequence[float]) -> list[float]:
    """1-based, ties share their mean."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    result = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for k in range(first, last + 1):
            result[order[k]] = (first + last) / 2 + 1
        first = last + 1
    return result


def spearman(a: Sequence[float], b: Sequence[float]) -> float:
    return statistics.correlation(ranks(a), ranks(b))


def normal_scores(values: Sequence[float]) -> list[float]:
    """Values by their rank on the normal curve."""
    curve = statistics.NormalDist()
    return [curve.inv_cdf((rank - 0.5) / len(values)) for rank in ranks(values)]


def standardised(values: Sequence[float]) -> list[float]:
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values))
    return [(v - mean) / deviation for v in values]


def without(values: Sequence[float], other: Sequence[float]) -> list[float]:
    """What is left of `values` once the part that goes with `other` is taken out (both standardised)."""
    slope = math.fsum(a * b for a, b in zip(values, other)) / len(values)
    return standardised([a - slope * b for a, b in zip(values, other)])


def smooth_normal_field(count: int, reach_km: float, dice: Dice) -> list[float]:
    """A standard normal at each km that is like its neighbours: correlation exp(-distance / reach)."""
    keep = math.exp(-1 / reach_km)
    values = [dice.normal()]
    for _ in range(count - 1):
        values.append(keep * values[-1] + math.sqrt(1 - keep * keep) * dice.normal())
    return values
