"""The whole year from a seed, in memory."""
import dataclasses

from demo_year import elsewhere, incidents, line_rows, patrols, reports, sea, truth
from demo_year.dice import Dice
from demo_year.effort import Effort, Leg, legs_of
from demo_year.parameters import COAST, DAY, DAYS, SECTION, Parameters
from demo_year.section import Section, Strip
from demo_year.times import seconds_at


@dataclasses.dataclass
class Year:
    seed: int
    parameters: Parameters
    section: Section
    strip: Strip
    truth: truth.Truth
    incidents: list[truth.Incident]
    voyages: list[sea.Voyage]
    patrols: list[patrols.Patrol]
    effort: Effort
    silences: list[reports.Silence]
    spoken: reports.Spoken
    tracks: list[line_rows.Track]


def legs_of_story(features: list[dict], strip: Strip) -> list[tuple[int, list[Leg]]]:
    """Start and legs of the hand-written patrols that were driven beside the section: they are effort too."""
    found = []
    for row in features:
        times = [seconds_at(t) for t in row["properties"].get("points", {}).get("datetimes", [])]
        way = row["geometry"]["coordinates"]
        if not times or strip.nearest(*way[0], strip.length_km / 2, strip.length_km)[1] > 20:
            continue
        about = [strip.nearest(*place, strip.length_km / 2, strip.length_km)[0] for place in way]
        legs = legs_of(way, about, strip)
        for leg, first, last in zip(legs, times, times[1:]):
            leg.hours = (last - first) / 3600
        found.append((times[0] // 60, legs))
    return found


def make(seed: int, sections: dict[str, Section], story_patrols: list[dict], p: Parameters = Parameters()) -> Year:
    strip, coast = Strip(sections[SECTION]), Strip(sections[COAST])
    true = truth.make_truth(p, strip, seed)
    on_line = incidents.draw_incidents(p, true, strip, seed)
    driven, effort = patrols.drive(p, true, strip, seed, legs_of_story(story_patrols, strip))
    voyages = sea.draw_voyages(p, coast, seed)
    everything = (on_line + elsewhere.in_the_desert(p, strip, seed) + elsewhere.at_the_gate(strip, seed)
                  + elsewhere.at_the_airport(coast, seed) + sea.incidents_of(voyages, seed))
    reports.detect(p, true, on_line, effort, seed)
    observed = sum(i.discovered or i.reported for i in on_line)
    everything += reports.false_alarms(p, round(p.false_alarm * observed), strip, Dice(seed, "false alarms"))
    everything = [i for i in everything if 0 <= i.at < DAYS * DAY]
    everything.sort(key=lambda i: (i.at, i.part, i.km))
    for number, incident in enumerate(everything):
        incident.id = f"T{number + 1:05}"
    silences = reports.draw_silences(p, strip.length_km, seed)
    spoken = reports.speak(p, everything, silences, seed)
    at_sea = [patrols.at_sea(coast, Dice(seed, "sea patrol", n)) for n in range(p.sea_patrols)]
    all_patrols = driven + at_sea + patrols.plan(p, strip, seed)
    all_patrols.sort(key=lambda patrol: (patrol.start, patrol.way))
    for number, patrol in enumerate(all_patrols):
        patrol.ref = f"PAT-Y{number + 1:04}"
    found = line_rows.tracks(p, true.routes, everything, voyages, strip, seed)
    return Year(seed, p, sections[SECTION], strip, true, everything, voyages, all_patrols, effort, silences, spoken,
                found)
