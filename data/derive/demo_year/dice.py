"""Random draws that are the same on every Python: all of them come from Random.random(), which is promised to stay."""
import math
import random
from typing import Mapping, Sequence, TypeVar

T = TypeVar("T")


class Dice:
    """One stream of draws. Each part of the year has its own: a change in one leaves the others as they were."""

    def __init__(self, *key: object) -> None:
        self._next = random.Random(" ".join(str(part) for part in key)).random

    def uniform(self, low: float, high: float) -> float:
        return low + (high - low) * self._next()

    def whole(self, low: int, high: int) -> int:
        """Both ends are possible."""
        return low + int(self._next() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return self._next() < probability

    def choose(self, values: Sequence[T]) -> T:
        return values[int(self._next() * len(values))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        left = self._next() * sum(weights.values())
        for value, weight in weights.items():
            left -= weight
            if left < 0:
                return value
        return next(reversed(list(weights)))

    def normal(self) -> float:
        """Box and Muller, one of the two."""
        return math.sqrt(-2 * math.log(1 - self._next())) * math.cos(2 * math.pi * self._next())

    def exponential(self, mean: float) -> float:
        return -mean * math.log(1 - self._next())

    def lognormal(self, median: float, sigma: float) -> float:
        return median * math.exp(sigma * self.normal())

    def poisson(self, mean: float) -> int:
        """Knuth's product; a sum of smaller ones where the mean is large."""
        count = 0
        while mean > 0:
            part = min(mean, 20.0)
            mean -= part
            limit, product = math.exp(-part), self._next()
            while product > limit:
                count += 1
                product *= self._next()
        return count
