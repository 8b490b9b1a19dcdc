"""Who the agencies are: how they place and time what they state, what they learn of, what they call it."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Agency:
    code: str
    prefix: str                            # of its references
    methods: dict[str, float]              # how it finds a place
    time_precision_s: tuple[int, ...]
    reliability: str                       # grades it gives its sources, from often to seldom
    credibility: str
    releases_to: tuple[str, ...]


AGENCIES = {a.code: a for a in [
    Agency("frontier_corps", "FCO", {"gps": 0.55, "map": 0.25, "mgrs": 0.15, "place": 0.05}, (600, 1800, 3600),
           "ABBC", "1223", ("levies", "fia")),
    Agency("levies", "LEV", {"place": 0.45, "map": 0.3, "gps": 0.15, "estimated": 0.1}, (3600, 10800, 21600),
           "BCCD", "2334", ("frontier_corps", "fia")),
    Agency("customs", "CUS", {"map": 0.4, "place": 0.3, "gps": 0.3}, (900, 1800, 7200), "AABC", "1223",
           ("fia", "frontier_corps")),
    Agency("fia", "FIA", {"place": 0.6, "estimated": 0.2, "map": 0.2}, (7200, 21600, 43200), "BBCD", "2234",
           ("frontier_corps", "levies")),
    Agency("pmsa", "PMS", {"gps": 0.8, "estimated": 0.2}, (600, 1800), "ABB", "122", ("fia", "customs")),
]}
PRECISION_M = {"gps": (20, 50, 100), "mgrs": (100,), "map": (300, 500, 1000), "place": (2000, 4000, 8000),
               "estimated": (3000, 6000)}
# Who comes upon it, and who is told of it, by what it is and where.
FINDS = {"people": {"frontier_corps": 0.62, "levies": 0.23, "fia": 0.15},
         "goods": {"frontier_corps": 0.4, "customs": 0.4, "levies": 0.2},
         "security": {"frontier_corps": 0.8, "levies": 0.2}, "breach": {"frontier_corps": 0.85, "levies": 0.15},
         "sea": {"pmsa": 0.85, "customs": 0.15}}
IS_TOLD = {"people": {"levies": 0.4, "fia": 0.35, "frontier_corps": 0.2, "customs": 0.05},
           "goods": {"customs": 0.5, "levies": 0.35, "frontier_corps": 0.15},
           "security": {"levies": 0.6, "frontier_corps": 0.4}, "breach": {"levies": 0.7, "frontier_corps": 0.3},
           "rescue": {"levies": 0.6, "frontier_corps": 0.2, "fia": 0.2},
           "sea": {"pmsa": 0.5, "fia": 0.35, "customs": 0.15}, "gate": {"fia": 0.75, "customs": 0.25}}
# Units by the stretch of the section that they hold: up to which km, name; those without one work from the coast.
UNITS = {"frontier_corps": [(110, "Jiwani wing"), (300, "Mand wing"), (560, "Panjgur wing"), (760, "Mashkel wing"),
                            (1100, "Taftan wing")],
         "levies": [(150, "Suntsar post"), (330, "Mand post"), (560, "Parom post"), (780, "Mashkel post"),
                    (1100, "Nok Kundi post")],
         "customs": [(300, "Gwadar"), (760, "Mashkel road"), (1100, "Taftan")],
         "fia": [(250, "Gwadar"), (760, "Quetta zone"), (1100, "Taftan")],
         "pmsa": [(1100, "Gwadar base")]}
# What one may take for another.
CONFUSED = {"crossing": ("crossing_attempt", "sighting", "som"), "crossing_attempt": ("crossing", "sighting"),
            "som": ("crossing", "crossing_attempt", "tip"), "tip": ("som", "abduction"), "abduction": ("tip",),
            "goods": ("fuel", "sighting"), "fuel": ("goods", "sighting"), "narcotics": ("goods", "precursors"),
            "precursors": ("goods", "narcotics"), "arms": ("goods",), "document": ("som",),
            "attack": ("ied",), "ied": ("attack",), "fence_breach": ("sighting",)}
# Names that people on the spot use: km along the section, name. They serve as "place as stated".
NAMES = {"land": [(30, "Gabd"), (84, "Suntsar"), (150, "Asiabad track"), (205, "Mand"), (236, "Tump road"),
                  (330, "Zamuran"), (405, "Parom"), (442, "Grawag"), (520, "Kohak"), (600, "Jalq road"),
                  (656, "Mashkel"), (742, "Mashkel north"), (790, "Saindak track"), (845, "Taftan"),
                  (920, "Koh-i-Taftan view"), (990, "Robat")],
         "sea": [(425, "Pasni"), (500, "Pishukan"), (550, "Gwadar"), (600, "Ganz"), (616, "Jiwani")]}


def unit_of(agency: str, km: float) -> str:
    return next(name for until_km, name in UNITS[agency] if km < until_km)
