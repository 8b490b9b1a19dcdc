"""The incidents of a year, drawn from the rates of truth.py."""
from demo_year import fence
from demo_year.dice import Dice
from demo_year.parameters import DAY, DAYS, MONTHS, Parameters
from demo_year.section import Strip
from demo_year.truth import GROUPS, SEASON, Hotspot, Incident, Route, Truth, days_of, extra_of, months_share

TRANSPORT: dict[str, dict[str, float]] = {
    "people": {"foot": 4, "motorcycle": 2, "pickup": 4, "car": 1, "truck": 1, "bus": 0.5},
    "goods": {"pickup": 5, "motorcycle": 2, "truck": 1.5, "animal": 1, "car": 0.5},
    "security": {"unknown": 1}, "breach": {"foot": 1, "pickup": 1, "unknown": 2}}
AMOUNT = {"fuel": (2200, 0.8), "goods": (90, 0.8), "narcotics": (25, 1.0), "precursors": (400, 0.6), "arms": (4, 0.6)}
WITH_PEOPLE = {"crossing", "crossing_attempt", "som", "tip", "abduction", "document"}


def draw_incidents(p: Parameters, truth: Truth, strip: Strip, seed: int) -> list[Incident]:
    """In the order of their time; ids follow it."""
    drawn: list[Incident] = []
    load: dict[tuple[str, int], int] = {}
    for group in GROUPS:
        dice = Dice(seed, "incidents", group)
        for km in range(strip.kilometres):
            for month in range(MONTHS):
                for _ in range(dice.poisson(truth.rates[group][km][month])):
                    drawn += one(p, truth, strip, group, km, month, load, dice)
    drawn = [i for i in drawn if 0 <= i.at < DAYS * DAY]
    drawn.sort(key=lambda i: (i.at, i.km))
    return [i for i in drawn if i.kind != "fence_breach" or cut(i, truth, p, Dice(seed, "breach", i.at, i.km))]


def cut(incident: Incident, truth: Truth, p: Parameters, dice: Dice) -> bool:
    segment = fence.find(truth.segments, incident.km)
    return segment is not None and fence.breach(segment, incident.at, p, dice)


def cause_of(truth: Truth, group: str, km: int, month: int, dice: Dice) -> Hotspot | Route | None:
    """Which part of the km's rate an incident comes from."""
    parts: dict[Hotspot | Route | None, float] = {}
    for hotspot in truth.hotspots:
        if hotspot.group == group and abs(hotspot.km - km) < 6 * hotspot.width_km:
            parts[hotspot] = extra_of(hotspot, km) * hotspot.month(month)
    for route in truth.routes:
        if route.group == group and int(route.km) == km:
            parts[route] = route.extra
    if not parts:
        return None
    season = SEASON[group][month] * months_share(month)
    total = truth.rates[group][km][month] / season
    parts[None] = max(0.0, total - sum(parts.values()))
    return dice.weighted(parts)


def one(p: Parameters, truth: Truth, strip: Strip, group: str, km: int, month: int,
        load: dict[tuple[str, int], int], dice: Dice) -> list[Incident]:
    """One incident, and those that follow it where a series runs."""
    cause = cause_of(truth, group, km, month, dice)
    first, end = days_of(month)
    day = dice.whole(first, end - 1)
    at = day * DAY + time_of_day(group, dice)
    route = cause if isinstance(cause, Route) else None
    if route is not None:
        route = with_room(route, truth, day, load)
        where, offset = route.at(dice.uniform(0.45, 1.0))
    else:
        where, offset = km + dice.uniform(0, 1), 0.0 if group == "breach" else 0.02 + dice.exponential(2.2)
    kind = dice.weighted(GROUPS[group])
    transport = route.mode if route else dice.weighted(TRANSPORT[group])
    incident = Incident("", "border", kind, at, min(max(where, 0.0), strip.length_km - 0.01), offset, [], 0, transport,
                        route.direction if route else way_of(group, dice),
                        hotspot=cause.name if isinstance(cause, Hotspot) else "", route=route.name if route else "")
    complete(incident, strip, dice)
    drawn = [incident]
    repeats = isinstance(cause, Hotspot) and cause.near_repeat
    while repeats and dice.chance(p.near_repeat) and len(drawn) < 5:
        before = drawn[-1]
        follower = Incident("", "border", kind, before.at + int(dice.uniform(0.3, 3.0) * DAY),
                            before.km + dice.uniform(-0.6, 0.6), max(0.02, before.offset_km + dice.uniform(-0.5, 0.5)),
                            [], 0, before.transport, before.direction, hotspot=before.hotspot)
        complete(follower, strip, dice)
        drawn.append(follower)
    return drawn


def complete(incident: Incident, strip: Strip, dice: Dice) -> None:
    incident.place = strip.beside(incident.km, incident.offset_km)
    if incident.kind in WITH_PEOPLE:
        incident.persons = 1 if incident.kind == "document" else min(60, 1 + int(dice.lognormal(6, 0.8)))
    if incident.kind in AMOUNT:
        incident.amount = round(dice.lognormal(*AMOUNT[incident.kind])) + 1
    if incident.kind in ("attack", "ied") and dice.chance(0.25):
        incident.dead = dice.whole(1, 3)


def time_of_day(group: str, dice: Dice) -> int:
    """Minutes after midnight UTC: mostly the local night, 14 to 23 h UTC."""
    night = dice.chance(0.75 if group != "security" else 0.5)
    return int(dice.uniform(14, 23) * 60) if night else dice.whole(0, DAY - 1)


def way_of(group: str, dice: Dice) -> str:
    return dice.weighted({"people": {"out": 0.7, "in": 0.3}, "goods": {"in": 0.8, "out": 0.2},
                          "security": {"unknown": 1.0}, "breach": {"out": 0.5, "in": 0.5}}[group])


def with_room(route: Route, truth: Truth, day: int, load: dict[tuple[str, int], int]) -> Route:
    """The route itself, or the nearest one of its kind that has room left that night."""
    others = sorted((r for r in truth.routes if r.group == route.group), key=lambda r: abs(r.km - route.km))
    chosen = next((r for r in others if load.get((r.name, day), 0) < r.capacity), route)
    load[chosen.name, day] = load.get((chosen.name, day), 0) + 1
    return chosen

