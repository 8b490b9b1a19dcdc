"""What truly happens along the section: rates per km and month, and the incidents drawn from them.

Knows nothing of patrols and reports. The rates are background plus hotspots plus routes, times season and fence.
"""
import dataclasses
import math

from demo_year import fence
from demo_year.dice import Dice
from demo_year.parameters import DAY, DAYS, MONTH_ENDS, MONTHS, Parameters
from demo_year.section import Place, Strip
from demo_year.correlation import smooth_normal_field

GROUPS: dict[str, dict[str, float]] = {
    "people": {"crossing": 0.42, "crossing_attempt": 0.27, "som": 0.21, "tip": 0.03, "abduction": 0.01,
               "document": 0.06},
    "goods": {"fuel": 0.5, "goods": 0.28, "narcotics": 0.14, "precursors": 0.02, "arms": 0.06},
    "security": {"attack": 0.55, "ied": 0.45},
    "breach": {"fence_breach": 1.0},
}
# By month from December on: people wait for spring and autumn, fuel sells in winter.
SEASON = {"people": [0.7, 0.6, 0.8, 1.2, 1.5, 1.3, 0.8, 0.6, 0.7, 1.2, 1.5, 1.1],
          "goods": [1.2, 1.2, 1.1, 1.0, 0.9, 0.9, 0.8, 0.8, 0.9, 1.0, 1.1, 1.1],
          "security": [1.0] * 12, "breach": [1.0] * 12}
# How a hotspot's year runs; each list is scaled to a mean of one.
SHAPES = {"persistent": [1.0] * 12,
          "emerging": [0.1, 0.1, 0.1, 0.2, 0.4, 0.6, 0.9, 1.3, 1.7, 2.1, 2.5, 3.0],
          "new": [0.0] * 10 + [0.5, 3.0],
          "fading": [3.0, 2.5, 2.1, 1.7, 1.3, 0.9, 0.6, 0.4, 0.2, 0.1, 0.1, 0.1],
          "past": [1.0] * 7 + [0.0] * 5,
          "on_and_off": [1.0, 0.0, 1.2, 0.0, 1.0, 0.0, 1.2, 0.0, 1.0, 0.0, 1.2, 1.0],
          "spring": [0.1, 0.1, 0.6, 2.0, 3.0, 2.0, 0.4, 0.1, 0.1, 0.1, 0.1, 0.1]}
ORDER = ["persistent", "emerging", "fading", "new", "past", "on_and_off", "spring", "persistent"]


@dataclasses.dataclass(frozen=True)
class Hotspot:
    name: str
    km: float
    width_km: float
    group: str
    extra: float  # incidents a year
    shape: str
    near_repeat: bool

    def month(self, m: int) -> float:
        weights = SHAPES[self.shape]
        return weights[m] * MONTHS / sum(weights)


@dataclasses.dataclass(frozen=True)
class Route:
    name: str
    km: float
    group: str
    mode: str
    direction: str
    extra: float
    capacity: int
    outside_km: float
    inside_km: float
    drift: tuple[float, ...]  # km along the line, at even steps from outside to inside
    known: bool               # to the agencies, who then keep it as a crossing route

    def at(self, share: float) -> tuple[float, float]:
        """(km, offset) at a share of the way in."""
        x = min(max(share, 0.0), 1.0) * (len(self.drift) - 1)
        i = min(int(x), len(self.drift) - 2)
        drift = self.drift[i] + (self.drift[i + 1] - self.drift[i]) * (x - i)
        return self.km + drift, -self.outside_km + (self.outside_km + self.inside_km) * share

    def way(self, strip: Strip) -> list[Place]:
        return [strip.beside(*self.at(k / (len(self.drift) - 1))) for k in range(len(self.drift))]


@dataclasses.dataclass
class Incident:
    id: str
    part: str  # border, gate, desert, sea
    kind: str
    at: int
    km: float
    offset_km: float
    place: Place
    persons: int
    transport: str
    direction: str
    hotspot: str = ""
    route: str = ""
    voyage: str = ""
    happened: bool = True
    discovered: bool = False
    reported: bool = False
    found_by: str = ""  # how the one who discovered it did: patrol, check_post, sensor
    amount: float = 0.0
    dead: int = 0
    missing: int = 0


@dataclasses.dataclass
class Truth:
    rates: dict[str, list[list[float]]]  # group -> km -> month: incidents in that km and month
    hotspots: list[Hotspot]
    routes: list[Route]
    segments: list[fence.Segment]

    def yearly(self, km: int) -> float:
        return sum(sum(self.rates[group][km]) for group in GROUPS)


def days_of(month: int) -> tuple[int, int]:
    return (MONTH_ENDS[month - 1] if month else 0), MONTH_ENDS[month]


def month_of(minute: int) -> int:
    return next(m for m, end in enumerate(MONTH_ENDS) if minute < end * DAY)


def apart(count: int, length_km: float, least_km: float, dice: Dice) -> list[float]:
    """Places along the line that keep a distance from each other."""
    places: list[float] = []
    while len(places) < count:
        km = dice.uniform(12, length_km - 12)
        if all(abs(km - other) >= least_km for other in places):
            places.append(km)
    return places


def draw_hotspots(p: Parameters, length_km: float, dice: Dice) -> list[Hotspot]:
    return [Hotspot(f"H{n + 1:02}", round(km, 1), round(dice.uniform(*p.hotspot_width_km), 1),
                    dice.weighted({"people": 0.55, "goods": 0.45}), round(dice.uniform(*p.hotspot_extra)),
                    ORDER[n % len(ORDER)], near_repeat=n == len(ORDER) - 1)
            for n, km in enumerate(apart(p.hotspots, length_km, 45, dice))]


def draw_routes(p: Parameters, length_km: float, dice: Dice) -> list[Route]:
    routes = []
    for n, km in enumerate(sorted(apart(p.routes, length_km, 22, dice))):
        group = dice.weighted({"people": 0.5, "goods": 0.5})
        mode = dice.weighted({"foot": 3, "motorcycle": 2, "pickup": 3} if group == "people" else
                             {"pickup": 5, "motorcycle": 2, "animal": 1})
        drift = [0.0] * 10
        for i in range(5, 10):  # from the line inwards, then outwards: it crosses at its own km
            drift[i] = drift[i - 1] + dice.uniform(-0.6, 0.6)
        for i in range(3, -1, -1):
            drift[i] = drift[i + 1] + dice.uniform(-0.6, 0.6)
        inside = round(dice.uniform(10, 18), 1)
        routes.append(Route(f"R{n + 1:02}", round(km, 1), group, mode, "out" if group == "people" else "in",
                            round(dice.uniform(*p.route_extra)), dice.whole(*p.route_capacity),
                            round(inside * 4 / 5, 2), inside, tuple(round(d, 2) for d in drift), known=n % 5 < 3))
    return routes


def make_truth(p: Parameters, strip: Strip, seed: int) -> Truth:
    count = strip.kilometres
    segments = fence.lay_out(p, Dice(seed, "fence"))
    hotspots = draw_hotspots(p, strip.length_km, Dice(seed, "hotspots"))
    routes = draw_routes(p, strip.length_km, Dice(seed, "routes"))
    middle = [(days_of(m)[0] + days_of(m)[1]) // 2 * DAY for m in range(MONTHS)]
    rates: dict[str, list[list[float]]] = {}
    for group in GROUPS:
        field = smooth_normal_field(count, p.background_reach_km, Dice(seed, "background", group))
        rates[group] = []
        for km in range(count):
            base = p.background[group] * math.exp(p.background_sigma * field[km])
            rates[group].append([
                (base + sum(extra_of(h, km) * h.month(m) for h in hotspots if h.group == group)
                 + sum(r.extra for r in routes if r.group == group and int(r.km) == km))
                * SEASON[group][m] * months_share(m)
                * standing(segments, km, middle[m], p, group) for m in range(MONTHS)])
    return Truth(rates, hotspots, routes, segments)


def months_share(month: int) -> float:
    first, end = days_of(month)
    return (end - first) / DAYS


def extra_of(hotspot: Hotspot, km: int) -> float:
    """Incidents a year that it adds to the km, by the normal distribution along the line."""
    def below(x: float) -> float:
        return 0.5 * (1 + math.erf((x - hotspot.km) / hotspot.width_km / math.sqrt(2)))
    return hotspot.extra * (below(km + 1) - below(km))


def standing(segments: list[fence.Segment], km: int, minute: int, p: Parameters, group: str) -> float:
    left = fence.left_by_fence(segments, km + 0.5, minute, p)
    if group == "breach":
        return 1.0 if left < 1 else 0.0
    return left
