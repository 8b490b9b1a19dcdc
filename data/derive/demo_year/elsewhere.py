"""What happens beside the crossing of the line: people in need in the desert, the gate at Taftan, the airport."""
from demo_year.dice import Dice
from demo_year.parameters import DAY, DAYS, Parameters, START
from demo_year.section import Strip
from demo_year.truth import Incident, days_of

TAFTAN_KM = 845.2
AIRPORT_KM = 545.0
HEAT = {0: 1, 1: 1, 2: 1, 3: 1, 4: 2, 5: 5, 6: 8, 7: 8, 8: 6, 9: 3, 10: 1, 11: 1}  # by month from December on


def in_the_desert(p: Parameters, strip: Strip, seed: int) -> list[Incident]:
    """Distress, deaths and people missed on the way through the dry north, most of them in the heat."""
    dice, cases = Dice(seed, "desert"), []
    for _ in range(p.desert_cases):
        first, end = days_of(dice.weighted(HEAT))
        km, offset = dice.uniform(690, 985), 4 + dice.exponential(10)
        kind = dice.weighted({"distress": 0.05, "death": 0.5, "missing": 0.45})
        case = Incident("", "desert", kind, dice.whole(first, end - 1) * DAY + dice.whole(0, DAY - 1), km, offset,
                        strip.beside(km, offset), 1 + int(dice.lognormal(4, 0.6)), dice.choose(["foot", "pickup"]),
                        "out", reported=True)
        case.dead = dice.whole(1, max(1, min(4, case.persons))) if kind == "death" else 0
        case.missing = dice.whole(1, case.persons) if kind == "missing" else 0
        cases.append(case)
    return cases


def at_the_gate(strip: Strip, seed: int) -> list[Incident]:
    """Returns through Taftan on two days of each week, and what is found in papers there."""
    dice, cases = Dice(seed, "gate"), []
    for day in range(DAYS):
        weekday = (START.weekday() + day) % 7
        kinds = ["deportation"] if weekday in (1, 4) else []
        if dice.chance(0.01):
            kinds.append("mass_return")
        if dice.chance(0.06):
            kinds.append("document")
        for kind in kinds:
            persons = {"deportation": dice.whole(30, 260), "mass_return": dice.whole(300, 900), "document": 1}[kind]
            cases.append(Incident("", "gate", kind, day * DAY + dice.whole(4 * 60, 11 * 60), TAFTAN_KM, 0.8,
                                  strip.beside(TAFTAN_KM, 0.8), persons, "bus" if kind != "document" else "car",
                                  "in" if kind != "document" else "out", reported=True, found_by="check_post"))
    return cases


def at_the_airport(coast: Strip, seed: int) -> list[Incident]:
    """Passengers who are kept from boarding at Gwadar; the kilometre is one of the coast section."""
    dice, place = Dice(seed, "airport"), coast.beside(AIRPORT_KM, 12)
    return [Incident("", "airport", "offload", day * DAY + dice.whole(0, DAY - 1), AIRPORT_KM, 12.0, place,
                     dice.whole(1, 5), "air", "out", reported=True, found_by="check_post")
            for day in range(DAYS) if dice.chance(0.05)]
