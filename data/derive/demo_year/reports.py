"""What the agencies say about what happened: who saw it, who heard of it, with which errors, when, or not at all."""
import dataclasses
import math

from demo_year.agencies import AGENCIES, CONFUSED, FINDS, IS_TOLD, PRECISION_M
from demo_year.dice import Dice
from demo_year.effort import Effort
from demo_year.parameters import DAY, DAYS, Parameters
from demo_year.section import Place, Strip, moved, plane_km
from demo_year.truth import GROUPS, Incident, Truth, month_of

RESCUE = ("distress", "death", "missing")
AT_A_POST = ("gate", "airport")
GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}


@dataclasses.dataclass(frozen=True)
class Silence:
    """An agency that hands in nothing about a stretch for some weeks."""
    agency: str
    from_km: float
    to_km: float
    from_day: int
    to_day: int

    def covers(self, agency: str, incident: Incident) -> bool:
        return (agency == self.agency and incident.part in ("border", "desert")
                and self.from_km <= incident.km < self.to_km and self.from_day * DAY <= incident.at < self.to_day * DAY)


@dataclasses.dataclass
class Report:
    incident: Incident
    agency: str
    detected_by: str
    kind: str
    at: int            # as stated, minutes
    time_precision_s: int
    place: Place
    precision_m: int
    method: str
    handed_in: int     # minutes
    ref: str = ""
    again: "Report | None" = None  # the report that this one hands in once more
    same_text: bool = False        # as it was, under another reference
    late: bool = False

    @property
    def discovered(self) -> bool:
        return self.detected_by in ("check_post", "patrol", "sensor")

    @property
    def place_error_m(self) -> float:
        return plane_km(self.place, self.incident.place) * 1000

    @property
    def time_error_s(self) -> int:
        return (self.at - self.incident.at) * 60


def detect(p: Parameters, truth: Truth, incidents: list[Incident], effort: Effort, seed: int) -> None:
    """Marks the incidents of the line: discovered depends on the patrols' hours there that month, reported does not."""
    dice = Dice(seed, "detection")
    for incident in incidents:
        hours = effort.months[int(incident.km)][month_of(incident.at)]
        incident.discovered = dice.chance(1 - math.exp(-p.discovered_per_hour * hours))
        incident.reported = dice.chance(p.reported)
        post = incident.transport in ("bus", "truck", "car") and dice.chance(0.5)
        incident.found_by = "check_post" if post else "sensor" if dice.chance(0.08) else "patrol"


def group_of(incident: Incident) -> str:
    if incident.part == "sea":
        return "sea"
    if incident.part in AT_A_POST:
        return "gate"
    return "rescue" if incident.kind in RESCUE else GROUP_OF[incident.kind]


def draw_silences(p: Parameters, length_km: float, seed: int) -> list[Silence]:
    dice, silences = Dice(seed, "silences"), []
    for n in range(p.silences):
        first, length = dice.uniform(0, length_km - p.silence_km[1]), dice.uniform(*p.silence_km)
        day = dice.whole(10, DAYS - p.silence_days[1])
        agency = ("levies", "frontier_corps", "fia", "customs")[n % 4]
        silences.append(Silence(agency, round(first), round(first + length), day, day + dice.whole(*p.silence_days)))
    return silences


def views(p: Parameters, incident: Incident, dice: Dice) -> list[tuple[str, str]]:
    """(agency, detected by) of each statement there is about the incident.

    A further agency was there too, or was told too: what nobody reported is never told by a partner, or else reports
    would follow the patrols and no longer be independent of effort.
    """
    group = group_of(incident)
    told = IS_TOLD[group]
    seen: list[tuple[str, str]] = []
    by = "check_post" if group == "gate" else told_by(incident, dice)
    if incident.discovered:
        seen.append((dice.weighted(FINDS[group]), incident.found_by))
    if incident.reported:
        others = {a: w for a, w in told.items() if a not in [agency for agency, _ in seen]}
        seen.append((dice.weighted(others), by))
    for _ in range(dice.weighted(p.overlap) - 1):
        others = {a: w for a, w in told.items() if a not in [agency for agency, _ in seen]}
        if others and len(seen) < 4:
            beside_finder = incident.discovered and (not incident.reported or dice.chance(0.5))
            seen.append((dice.weighted(others), incident.found_by if beside_finder or group == "gate" else
                         told_by(incident, dice)))
    return seen


def told_by(incident: Incident, dice: Dice) -> str:
    if incident.kind in RESCUE:
        return dice.weighted({"public": 0.6, "rescue": 0.25, "partner": 0.15})
    return dice.weighted({"public": 0.7, "partner": 0.3})


def state(p: Parameters, incident: Incident, agency_code: str, by: str, dice: Dice) -> Report:
    """One agency's statement with its errors."""
    agency = AGENCIES[agency_code]
    told = by in ("public", "partner", "rescue")  # who is told seldom has the receiver's own figures
    methods = {m: w * (0.1 if told and m in ("gps", "mgrs") and agency_code != "pmsa" else 1)
               for m, w in agency.methods.items()}
    method = "gps" if by == "sensor" else dice.weighted(methods)
    precision = dice.choose(PRECISION_M[method])
    outside = dice.chance(p.outside_precision)
    away = precision * (1.1 + dice.exponential(0.7) if outside else 0.95 * math.sqrt(dice.uniform(0, 1)))
    angle = dice.uniform(0, 2 * math.pi)
    place = moved(incident.place, away / 1000 * math.cos(angle), away / 1000 * math.sin(angle))
    seconds = max(3600 if told else 0, dice.choose(agency.time_precision_s))
    off = dice.uniform(-1, 1) * seconds * (2.5 if dice.chance(p.outside_precision) else 0.95)
    at = min(max(incident.at + round(off / 60), 0), DAYS * DAY - 1)
    wrong = incident.kind in CONFUSED and dice.chance(p.wrong_kind)
    kind = dice.choose(CONFUSED[incident.kind]) if wrong else incident.kind
    late = dice.chance(p.late)
    delay = dice.uniform(7, 49) * DAY if late else min(dice.lognormal(8 * 60, 0.9), 6 * DAY)
    handed_in = max(incident.at + int(delay), at) + 10  # nobody states a time that is still to come
    return Report(incident, agency_code, by, kind, at, seconds, place, precision, method, handed_in, late=late)


def false_alarms(p: Parameters, count: int, strip: Strip, dice: Dice) -> list[Incident]:
    """Nothing happened, and yet it was told."""
    alarms = []
    for _ in range(count):
        group = dice.weighted({"people": 0.6, "goods": 0.4})
        km, offset = dice.uniform(1, strip.length_km - 1), 0.2 + dice.exponential(3)
        alarms.append(Incident("", "border", dice.weighted(GROUPS[group]), dice.whole(0, DAYS * DAY - 1), km, offset,
                               strip.beside(km, offset), dice.whole(1, 20), "unknown", "unknown", happened=False,
                               reported=True))
    return alarms


@dataclasses.dataclass
class Spoken:
    reports: list[Report]
    silenced: dict[Silence, int]  # reports there would have been
    lost: int                     # never sent, for no reason
    pending: int = 0              # not handed in yet when the year ends


def speak(p: Parameters, incidents: list[Incident], silences: list[Silence], seed: int) -> Spoken:
    """All reports, in the order in which they were handed in, with their references."""
    spoken = Spoken([], {silence: 0 for silence in silences}, 0)
    for incident in incidents:
        if not (incident.discovered or incident.reported):
            continue
        dice = Dice(seed, "report", incident.id)
        for agency, by in (views(p, incident, dice) if incident.happened else [("levies", "public")]):
            report = state(p, incident, agency, by, dice)
            silence = next((s for s in silences if s.covers(agency, incident)), None)
            if silence is not None:
                spoken.silenced[silence] += 1
            elif dice.chance(p.never_sent):
                spoken.lost += 1
            else:
                spoken.reports += [report, *handed_in_again(p, report, dice)]
    on_time = [r for r in spoken.reports if r.handed_in < DAYS * DAY]
    spoken.pending, spoken.reports = len(spoken.reports) - len(on_time), on_time
    spoken.reports.sort(key=lambda r: (r.handed_in, r.incident.id, r.agency))
    numbers: dict[str, int] = {}
    for report in spoken.reports:
        numbers[report.agency] = numbers.get(report.agency, 0) + 1
        report.ref = f"{AGENCIES[report.agency].prefix}-Y{numbers[report.agency]:04}"
    return spoken


def handed_in_again(p: Parameters, report: Report, dice: Dice) -> list[Report]:
    """The same statement under another reference, or a better one by the same agency."""
    if not dice.chance(p.resubmitted):
        return []
    handed_in = report.handed_in + int(dice.uniform(0.1, 6) * DAY)
    if dice.chance(0.5):
        return [dataclasses.replace(report, handed_in=handed_in, again=report, same_text=True)]
    better = state(p, report.incident, report.agency, report.detected_by, dice)
    return [dataclasses.replace(better, handed_in=max(handed_in, better.at + 10), again=report, late=report.late)]
