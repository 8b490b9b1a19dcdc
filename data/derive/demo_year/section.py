"""Border sections as places: kilometre along the line and offset beside it, and back.

Positive offsets are right of the line, in Pakistan. `Section` is exact to the section's own vertices and is what fences
and the hand-written story are placed with; `Strip` is a table of it, fast enough for some hundred thousand look-ups.
"""
import bisect
import itertools
import json
import math
import pathlib

from geodesy import between, distance_m

Place = list[float]  # [lon, lat]
DATA = pathlib.Path(__file__).resolve().parents[2]
EAST_KM, NORTH_KM = 111.32, 110.95  # of one degree: on the equator, and here


def moved(point: Place, east_km: float, north_km: float) -> Place:
    return [round(point[0] + east_km / (EAST_KM * math.cos(math.radians(point[1]))), 6),
            round(point[1] + north_km / NORTH_KM, 6)]


class Section:
    def __init__(self, name: str, line: list[Place]) -> None:
        self.name, self.line = name, line
        self.along_m = [0.0, *itertools.accumulate(distance_m(p, q) for p, q in zip(line, line[1:]))]

    @property
    def length_km(self) -> float:
        return self.along_m[-1] / 1000

    def locate(self, km: float) -> tuple[int, float]:
        """(segment, fraction) at a distance along the line."""
        at = km * 1000
        if not 0 <= at <= self.along_m[-1]:
            raise ValueError(f"{self.name} has no km {km}")
        i = min(max(bisect.bisect_right(self.along_m, at) - 1, 0), len(self.along_m) - 2)
        return i, (at - self.along_m[i]) / (self.along_m[i + 1] - self.along_m[i])

    def on_line(self, km: float) -> Place:
        i, t = self.locate(km)
        return between(self.line[i], self.line[i + 1], t)

    def piece(self, from_km: float, to_km: float) -> list[Place]:
        """The section's own vertices between two distances, so that the piece lies on it."""
        (i, _), (j, _) = self.locate(from_km), self.locate(to_km)
        points = [self.on_line(from_km), *self.line[i + 1:j + 1], self.on_line(to_km)]
        return [p for k, p in enumerate(points) if k == 0 or p != points[k - 1]]

    def course(self, km: float, reach_km: float = 2.0) -> tuple[float, float]:
        """Unit vector (east, north) of the line's run over some km: small bends would turn an offset about."""
        a = self.on_line(max(0.0, km - reach_km))
        b = self.on_line(min(self.length_km, km + reach_km))
        east, north = (b[0] - a[0]) * math.cos(math.radians(a[1])), b[1] - a[1]
        norm = math.hypot(east, north)
        return east / norm, north / norm

    def place(self, km: float, offset_km: float) -> Place:
        east, north = self.course(km)
        return moved(self.on_line(km), north * offset_km, -east * offset_km)


class Strip:
    """A section as a table of points each STEP km, in a plane scaled at each point: good to metres near the line."""

    STEP = 0.1

    def __init__(self, section: Section) -> None:
        self.section = section
        self.length_km = section.length_km
        count = int(self.length_km / self.STEP) + 1
        self.points = [section.on_line(min(k * self.STEP, self.length_km)) for k in range(count)]

    @property
    def kilometres(self) -> int:
        """Number of whole and begun kilometres: bins of one kilometre, the last one shorter."""
        return math.ceil(self.length_km)

    def _at(self, km: float) -> Place:
        x = min(max(km / self.STEP, 0.0), len(self.points) - 1.0)
        i = min(int(x), len(self.points) - 2)
        (lon, lat), (lon2, lat2) = self.points[i], self.points[i + 1]
        return [lon + (lon2 - lon) * (x - i), lat + (lat2 - lat) * (x - i)]

    def beside(self, km: float, offset_km: float) -> Place:
        """The place at an offset. Far from the line its bends are smoothed, or ways along it would run in loops."""
        reach = max(2.0, abs(offset_km))
        a, b = self._at(km - reach), self._at(km + reach)
        base = self._at(km)
        if abs(offset_km) > 2:
            near, far = self._at(km - reach / 2), self._at(km + reach / 2)
            base = [(near[k] + base[k] + far[k]) / 3 for k in (0, 1)]
        scale = math.cos(math.radians(base[1]))
        east, north = (b[0] - a[0]) * scale, b[1] - a[1]
        norm = math.hypot(east, north)
        return [base[0] + north / norm * offset_km / (EAST_KM * scale),
                base[1] - east / norm * offset_km / NORTH_KM]

    def nearest(self, lon: float, lat: float, near_km: float, reach_km: float) -> tuple[float, float]:
        """(km, distance in km) of the line's point nearest to a place, looked for within reach_km of near_km."""
        every = 3 if reach_km < 20 else 20  # first some way apart, then about the best of these
        best, _ = self._nearest(lon, lat, near_km, reach_km, every)
        return self._nearest(lon, lat, best, every * self.STEP, 1)

    def _nearest(self, lon: float, lat: float, near_km: float, reach_km: float, every: int) -> tuple[float, float]:
        first = max(0, int((near_km - reach_km) / self.STEP))
        last = min(len(self.points), int((near_km + reach_km) / self.STEP) + 2)
        scale = EAST_KM / NORTH_KM * math.cos(math.radians(lat))
        square, at = min((((p[0] - lon) * scale) ** 2 + (p[1] - lat) ** 2, k)
                         for k, p in zip(range(first, last, every), self.points[first:last:every]))
        return at * self.STEP, math.sqrt(square) * NORTH_KM


def plane_km(p: Place, q: Place) -> float:
    """Distance of near places, to about 0.3 %."""
    scale = math.cos(math.radians((p[1] + q[1]) / 2))
    return math.hypot((q[0] - p[0]) * EAST_KM * scale, (q[1] - p[1]) * NORTH_KM)


def read_sections() -> dict[str, Section]:
    collection = json.loads((DATA / "border_sections.geojson").read_text(encoding="utf-8"))
    return {f["properties"]["source_ref"]: Section(f["properties"]["source_ref"], f["geometry"]["coordinates"])
            for f in collection["features"]}
