"""Boats off Gwadar and Jiwani: voyages and what becomes of them. The monsoon keeps most in from June to August."""
import dataclasses

from demo_year.dice import Dice
from demo_year.parameters import DAY, Parameters
from demo_year.section import Place, Strip
from demo_year.truth import Incident, days_of

LEAVING = {0: 10, 1: 10, 2: 12, 3: 14, 4: 14, 5: 8, 6: 2, 7: 1, 8: 2, 9: 9, 10: 14, 11: 12}
FATES = {"arrived": 0.52, "intercepted": 0.2, "returned": 0.14, "missing": 0.05, "lost": 0.04, "unknown": 0.05}


@dataclasses.dataclass
class Voyage:
    ref: str
    from_km: float  # of the coast section
    to: str
    left: int       # minutes
    hours: float
    carries: str    # people, fuel, narcotics
    aboard: int
    fate: str
    way: list[Place]
    about_km: list[float]
    sea_state: str = "calm"


def draw_voyages(p: Parameters, coast: Strip, seed: int) -> list[Voyage]:
    dice, voyages = Dice(seed, "voyages"), []
    for _ in range(p.voyages):
        month = dice.weighted(LEAVING)
        first, end = days_of(month)
        start, to = dice.uniform(495, 618), dice.weighted({"Oman": 0.6, "Iran": 0.4})
        out_km = dice.uniform(35, 75) if to == "Oman" else dice.uniform(12, 28)
        west_km = dice.uniform(0, 12) if to == "Oman" else dice.uniform(8, 16)
        kms = [min(start + west_km * k / 8, coast.length_km - 0.1) for k in range(9)]
        way = [coast.beside(km, -out_km * k / 8 + (dice.uniform(-1, 1) if k else 0)) for k, km in enumerate(kms)]
        monsoon = month in (6, 7, 8)
        fate = dice.weighted({**FATES, "lost": 0.15, "missing": 0.12} if monsoon else FATES)
        carries = dice.weighted({"people": 0.5, "fuel": 0.3, "narcotics": 0.2})
        voyages.append(Voyage("", start, to, dice.whole(first, end - 1) * DAY + int(dice.uniform(13, 22) * 60),
                              out_km / dice.uniform(8, 16), carries,
                              dice.whole(8, 42) if carries == "people" else dice.whole(3, 7), fate, way, kms,
                              "monsoon" if monsoon else "calm"))
    voyages.sort(key=lambda v: v.left)
    for number, voyage in enumerate(voyages):
        voyage.ref = f"V{number + 1:03}"
    return voyages


def incidents_of(voyages: list[Voyage], seed: int) -> list[Incident]:
    """What there is to report of a voyage: nothing of one that arrived unseen."""
    dice, drawn = Dice(seed, "boats"), []
    for v in voyages:
        kinds = {"intercepted": [{"people": "som", "fuel": "fuel", "narcotics": "narcotics"}[v.carries]],
                 "missing": ["missing"], "lost": ["distress", "death"] if dice.chance(0.2) else ["missing"],
                 "returned": ["distress"] if dice.chance(0.05) else [],
                 "arrived": ["sighting"] if dice.chance(0.3) else [], "unknown": []}[v.fate]
        for order, kind in enumerate(kinds):
            share = dice.uniform(0.3, 0.95)
            k = min(len(v.way) - 2, int(share * (len(v.way) - 1)))
            t = share * (len(v.way) - 1) - k
            place = [v.way[k][i] + (v.way[k + 1][i] - v.way[k][i]) * t for i in (0, 1)]
            late = dice.whole(1, 4) * DAY if kind == "missing" else order * dice.whole(3, 40) * 60
            incident = Incident("", "sea", kind, v.left + int(v.hours * 60 * share) + late, v.about_km[k], 0.0, place,
                                v.aboard, "boat", "out", voyage=v.ref, reported=True)
            if kind in ("som", "fuel", "narcotics"):
                incident.discovered, incident.reported, incident.found_by = True, False, "patrol"
                incident.amount = {"som": 0, "fuel": dice.whole(1500, 9000), "narcotics": dice.whole(40, 900)}[kind]
            if kind == "death":
                incident.dead = dice.whole(1, max(1, v.aboard // 3))
            if kind == "missing":
                incident.missing = dice.whole(1, v.aboard) if v.fate == "missing" else v.aboard
            drawn.append(incident)
    return drawn
