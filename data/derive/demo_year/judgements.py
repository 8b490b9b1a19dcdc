"""What the scenario's operations room has judged so far: most of the older pairs of reports of one incident, some of
another one as different. The last weeks and a share of the rest are left for whoever sits at the queue."""
from collections import defaultdict
from typing import Any, Iterator

from demo_year.dice import Dice
from demo_year.parameters import DAY, DAYS
from demo_year.year import Year

COLUMNS = ["a_agency", "a_ref", "b_agency", "b_ref", "verdict", "why"]
LEFT_DAYS = 21  # at the year's end nobody came to it yet
JUDGED = 0.7    # of the incidents before
DIFFERENT = 60  # pairs of neighbours in time that tell of two incidents
SAME_WHY = ["same place and hour", "same vehicle, spoken with both desks", "one is the other's telephone report",
            "same persons counted, same stretch"]
DIFFERENT_WHY = ["another group, two hours later", "other direction", "both stood at the same post, two cases"]


def rows(year: Year) -> Iterator[dict[str, Any]]:
    dice = Dice(year.seed, "judgements")
    told: dict[str, list[Any]] = defaultdict(list)
    for report in year.spoken.reports:
        told[report.incident.id].append(report)

    def row(a: Any, b: Any, verdict: str, why: list[str]) -> dict[str, Any]:
        return {"a_agency": a.agency, "a_ref": a.ref, "b_agency": b.agency, "b_ref": b.ref, "verdict": verdict,
                "why": dice.choose(why)}

    until = (DAYS - LEFT_DAYS) * DAY
    for name in sorted(told):
        reports = sorted(told[name], key=lambda r: (r.handed_in, r.ref))
        if len(reports) < 2 or reports[-1].handed_in >= until or not dice.chance(JUDGED):
            continue
        yield from (row(reports[0], other, "same", SAME_WHY) for other in reports[1:])
    by_time = sorted((r for r in year.spoken.reports if r.handed_in < until), key=lambda r: (r.handed_in, r.ref))
    neighbours = [(a, b) for a, b in zip(by_time, by_time[1:])
                  if a.incident.id != b.incident.id and a.agency != b.agency and a.kind == b.kind
                  and len(told[a.incident.id]) == 1]
    yield from (row(a, b, "different", DIFFERENT_WHY) for a, b in neighbours[:DIFFERENT])
