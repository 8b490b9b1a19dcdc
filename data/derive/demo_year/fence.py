"""Fence along the section: stretches that stand, fronts that build one kilometre after the other, breaches, repairs."""
import dataclasses

from demo_year.dice import Dice
from demo_year.parameters import DAY, DAYS, Parameters


@dataclasses.dataclass
class State:
    state: str
    at: int  # minutes
    cause: str | None = None
    repair_due: int | None = None
    repaired_at: int | None = None


@dataclasses.dataclass
class Segment:
    ref: str
    name: str
    from_km: float
    to_km: float
    kind: str
    states: list[State]

    def state_at(self, minute: int) -> str | None:
        known = [s.state for s in self.states if s.at <= minute]
        return known[-1] if known else None


def lay_out(p: Parameters, dice: Dice) -> list[Segment]:
    """The segments before anybody cuts them."""
    segments: list[Segment] = []

    def add(from_km: float, to_km: float, states: list[State]) -> None:
        number = len(segments) + 1
        kind = dice.weighted({"fence": 0.9, "trench": 0.08, "gate": 0.02})
        segments.append(Segment(f"FEN-Y{number:03}", f"Fence km {from_km:.0f}", from_km, to_km, kind, states))

    for first, last in p.fence_standing:
        while first < last:
            step = min(float(dice.whole(1, 3)), last - first)
            add(first, first + step, [State("intact", 0)])
            first += step
    for first, step, count in p.fence_fronts:
        day = dice.uniform(0, 15)
        for k in range(count):
            km = first + k * step
            states = [State("planned", 0)]
            began, day = day, day + dice.uniform(*p.fence_front_days)
            if began < DAYS:
                states.append(State("under_construction", max(1, int(began * DAY))))
            if day < DAYS:
                states.append(State("intact", int(day * DAY)))
            add(km, km + step, states)
    return segments


def find(segments: list[Segment], km: float) -> Segment | None:
    return next((s for s in segments if s.from_km <= km < s.to_km), None)


def left_by_fence(segments: list[Segment], km: float, minute: int, p: Parameters) -> float:
    """What the fence leaves of the rate at a place and time."""
    segment = find(segments, km)
    return p.intact_fence if segment is not None and segment.state_at(minute) == "intact" else 1.0


def breach(segment: Segment, at: int, p: Parameters, dice: Dice) -> bool:
    """Cuts the segment and has it repaired, in time, late or not before the year is out. False where none stands."""
    if segment.state_at(at) != "intact" or segment.states[-1].at >= at:
        return False
    cause = dice.weighted({"cut": 0.6, "vehicle": 0.2, "explosion": 0.08, "flash flood": 0.12})
    due = at + p.repair_due_days * DAY
    segment.states.append(State("damaged" if cause == "flash flood" else "breached", at, cause, due))
    late = dice.chance(p.repair_late)
    done = int(at + (p.repair_due_days * DAY * (dice.uniform(1.3, 5) if late else dice.uniform(0.25, 0.95))))
    begun = int(at + (done - at) * dice.uniform(0.5, 0.9))
    if begun < DAYS * DAY:
        segment.states.append(State("under_repair", begun, None, due))
    if done < DAYS * DAY:
        segment.states.append(State("intact", done, None, None, done))
    return True
