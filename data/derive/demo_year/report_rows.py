"""A report as a row of the layer `reports`. Fields that its agency left out are left out, never guessed."""
from typing import Any

from demo_year.agencies import AGENCIES, NAMES, unit_of
from demo_year.dice import Dice
from demo_year.parameters import COAST, SCENARIO, SECTION, Parameters
from demo_year.reports import RESCUE, Report
from demo_year.times import instant

Row = dict[str, Any]
ICCS = {"som": "08051", "tip": "0204"}
WHAT = {"fuel": ("diesel", "l"), "goods": ("cigarettes", "carton"), "narcotics": ("hashish", "kg"),
        "precursors": ("acetic anhydride", "l"), "arms": ("pistols", "piece")}
ROLE = {"tip": "possible_tip_victim", "abduction": "possible_tip_victim", "death": "deceased",
        "som": "smuggled_migrant", "document": "suspect", "goods": "suspect", "arms": "suspect"}
IMPACT = {"fuel": "low", "goods": "low", "sighting": "low", "deportation": "low", "document": "low",
          "mass_return": "medium", "crossing": "low", "crossing_attempt": "low", "tip": "high", "abduction": "high",
          "narcotics": "high", "attack": "critical", "ied": "high", "distress": "critical", "death": "high",
          "missing": "high", "offload": "low", "arms": "high", "fence_breach": "medium", "som": "medium", "precursors": "medium"}
MAY_BE_MISSING = ("direction", "attempt", "transport", "impact", "place", "commodities", "persons", "info_credibility",
                  "source_reliability")
COLUMNS = ["source_ref", "agency", "unit", "scenario_id", "handling", "kind", "iccs_code", "tip_status", "tip_scope",
           "som_status", "valid_from", "valid_to", "time_precision_s", "lon", "lat", "geo_precision_m", "geo_method",
           "direction", "attempt", "transport", "detected_by", "source_reliability", "info_credibility", "impact",
           "place", "count_min", "count_max", "commodities", "persons", "casualties", "referral", "sar_phase",
           "response", "jurisdictions", "nature", "releasable_to", "remarks"]


def row_of(p: Parameters, report: Report, seed: int) -> Row:
    """The row; one that was handed in again as it was differs in its reference alone."""
    first = report.again if report.again is not None and report.same_text else report
    agency, incident = AGENCIES[report.agency], report.incident
    dice = Dice(seed, "row", first.ref)
    section = COAST if incident.part in ("sea", "airport") else SECTION
    minutes = dice.choose((15, 30, 60, 120))
    row: Row = {
        "source_ref": report.ref, "agency": report.agency,
        "unit": unit_of(report.agency, incident.km if section == SECTION else 0), "scenario_id": SCENARIO,
        "handling": dice.weighted({"H0": 0.88, "H1": 0.08, "H2": 0.04}), "kind": report.kind,
        "iccs_code": ICCS.get(report.kind),
        "valid_from": instant(report.at * 60), "valid_to": instant((report.at + minutes) * 60),
        "time_precision_s": report.time_precision_s,
        "lon": round(report.place[0], 5), "lat": round(report.place[1], 5),
        "geo_precision_m": report.precision_m, "geo_method": report.method,
        "direction": incident.direction, "attempt": "attempt" if report.kind == "crossing_attempt" else "actual",
        "transport": incident.transport, "detected_by": report.detected_by,
        "source_reliability": dice.choose(agency.reliability), "info_credibility": dice.choose(agency.credibility),
        "impact": IMPACT[report.kind], "place": stated_place(report), "sar_phase": "none", "jurisdictions": section,
        "nature": "observed", "releasable_to": ";".join(agency.releases_to) if dice.chance(0.85) else None,
        **status(report, dice), **counts(report, dice), **rescue(report, dice)}
    if report.kind in WHAT and incident.amount:
        what, unit = WHAT[report.kind]
        amount = max(1, round(incident.amount * (1 if report.discovered else dice.uniform(0.6, 1.5))))
        row["commodities"] = [{"what": what, "amount": amount, "unit": unit, "direction": incident.direction}]
    for name in MAY_BE_MISSING:
        if dice.chance(p.missing_field[report.agency]):
            row[name] = None
    if report.again is not None and not report.same_text:
        row["remarks"] = f"Corrects {report.again.ref}"
    elif report.late:
        row["remarks"] = f"Handed in {(first.handed_in - incident.at) // (24 * 60)} days late"
    return row


def stated_place(report: Report) -> str:
    if report.incident.part == "airport":
        return "Gwadar airport"
    names = NAMES["sea" if report.incident.part == "sea" else "land"]
    km, name = min(names, key=lambda entry: abs(entry[0] - report.incident.km))
    away = round(abs(km - report.incident.km))
    if report.incident.part == "sea":
        return f"sea off {name}"
    return name if away < 4 else f"{away} km {'north' if report.incident.km > km else 'south'} of {name}"


def status(report: Report, dice: Dice) -> Row:
    """Smuggling of migrants and trafficking in persons are two blocks; a report may carry both."""
    said = dice.weighted({"suspected": 0.7, "confirmed": 0.25, "ruled_out": 0.05})
    if report.kind == "tip":
        both = {"som_status": "suspected"} if dice.chance(0.2) else {}
        return {"tip_status": said, "tip_scope": dice.choose(("internal", "cross_border")), **both}
    return {"som_status": said} if report.kind == "som" else {}


def counts(report: Report, dice: Dice) -> Row:
    """Counted where one saw them, between two numbers where one was told. Counts only, never who they are."""
    true = report.incident.persons
    if not true or report.kind in ("fuel", "narcotics", "precursors"):
        return {}
    exact = report.discovered
    least = true if exact else max(1, round(true * dice.uniform(0.6, 1.0)))
    most = true if exact else max(least, round(true * dice.uniform(1.0, 1.5)))
    return {"count_min": least, "count_max": most, "persons": persons(report, least, most, dice)}


def persons(report: Report, least: int, most: int, dice: Dice) -> list[Row]:
    groups: list[Row] = []
    left = least
    while left > 0:
        count = left if len(groups) == 1 else dice.whole(1, left)
        nationality = dice.weighted({"PAK": 0.5, "AFG": 0.3, "unknown": 0.2})
        groups.append({"nationality": nationality,
                       "nationality_basis": "unknown" if nationality == "unknown" else
                       dice.choose(("stated", "documented", "established")),
                       "sex": dice.weighted({"m": 0.6, "f": 0.2, "unknown": 0.2}),
                       "age_band": dice.weighted({"0_11": 0.1, "12_17": 0.15, "18_29": 0.4, "30_59": 0.2,
                                                  "unknown": 0.15}),
                       "role": ROLE.get(report.kind, "unknown"), "count": count})
        left -= count
    if most > least:
        groups.append({"nationality": "unknown", "nationality_basis": "unknown", "sex": "unknown",
                       "age_band": "unknown", "role": ROLE.get(report.kind, "unknown"), "min": 0, "max": most - least})
    return groups


def rescue(report: Report, dice: Dice) -> Row:
    """What rescue needs to know; a distress case is never marked less than it is."""
    incident = report.incident
    if incident.kind in ("attack", "ied"):
        cause = "violence" if incident.kind == "attack" else "explosion"
        return {"casualties": {"dead": incident.dead, "cause": cause}} if incident.dead else {}
    if report.kind not in RESCUE:
        return {"referral": {"shelter": "offered", "medical": "offered"}} if report.kind == "tip" else {}
    wet = incident.part == "sea"
    if report.kind == "distress":
        return {"sar_phase": "distress", "response": "boat sent" if wet else "search party sent",
                "referral": {"medical": "accepted"}, "casualties": {"survivors": incident.persons}}
    if report.kind == "death":
        return {"casualties": {"dead": incident.dead, "cause": "drowning" if wet else "exposure"}}
    return {"sar_phase": dice.choose(("uncertainty", "alert")),
            "casualties": {"missing_min": incident.missing, "cause": "unknown"}}
