"""Every number of the year. They are chosen to make a plausible picture; none is measured and none has a source."""
import dataclasses
import datetime

SECTION, COAST = "IRN-1", "SEA-2"
SCENARIO = "demo"
START = datetime.datetime(2025, 12, 1, tzinfo=datetime.timezone.utc)
DAYS = 365
DAY = 24 * 60  # minutes, in which the year counts its time from START
MONTH_ENDS = [(datetime.datetime(2025 + (12 + m) // 12, (12 + m) % 12 + 1, 1, tzinfo=datetime.timezone.utc)
               - START).days for m in range(12)]  # day on which each month from December on has ended
MONTHS = len(MONTH_ENDS)


@dataclasses.dataclass(frozen=True)
class Parameters:
    # Truth: what happens, whether anybody sees it or not. Rates are incidents per km and year.
    background: dict[str, float] = dataclasses.field(default_factory=lambda: {
        "people": 1.35, "goods": 1.15, "security": 0.1, "breach": 0.8})
    background_sigma: float = 0.5        # of its logarithm along the line
    background_reach_km: float = 25.0    # over which it is alike
    hotspots: int = 11
    hotspot_extra: tuple[float, float] = (45.0, 170.0)  # incidents a year that a hotspot adds
    hotspot_width_km: tuple[float, float] = (2.0, 7.0)  # standard deviation along the line
    near_repeat: float = 0.35            # chance that an incident of the near-repeat hotspot has a follower
    routes: int = 14
    route_extra: tuple[float, float] = (30.0, 130.0)
    route_capacity: tuple[int, int] = (2, 5)  # incidents in one night; what is more goes to the next route
    intact_fence: float = 0.45           # what an intact fence leaves of the rate; breaches are only made where one is
    # Effort: patrol hours per km and year, log-normal along the line and independent of the rates.
    effort_median_h: float = 4.0
    effort_sigma: float = 1.0
    effort_reach_km: float = 12.0
    effort_rho_max: float = 0.1          # largest |Spearman's rho| between effort and rate that is taken
    line_patrols: int = 1130
    inland_patrols: int = 200
    planned_patrols: int = 24
    sea_patrols: int = 60
    # Detection: 1 - exp(-a * patrol hours of the km in the month) for discovered, a constant for reported.
    discovered_per_hour: float = 0.7
    reported: float = 0.23
    # Reports.
    overlap: dict[int, float] = dataclasses.field(default_factory=lambda: {1: 0.62, 2: 0.25, 3: 0.10, 4: 0.03})
    resubmitted: float = 0.05
    wrong_kind: float = 0.10
    missing_field: dict[str, float] = dataclasses.field(default_factory=lambda: {  # of each field that may be missing
        "frontier_corps": 0.10, "levies": 0.28, "customs": 0.08, "fia": 0.14, "pmsa": 0.05})
    outside_precision: float = 0.10      # places and times farther off than the report says
    late: float = 0.08                   # handed in a week to seven weeks after
    never_sent: float = 0.03
    false_alarm: float = 0.02            # of the incidents that reports speak of: nothing happened
    silences: int = 6                    # an agency, a stretch and some weeks without any of its reports
    silence_days: tuple[int, int] = (28, 80)
    silence_km: tuple[float, float] = (80.0, 200.0)
    # Fence: kilometres standing, and built in the year by fronts that move on.
    fence_standing: tuple[tuple[float, float], ...] = ((118.0, 142.0), (300.0, 318.0), (880.0, 906.0))
    fence_fronts: tuple[tuple[float, float, int], ...] = ((318.0, 1.0, 46), (142.0, 1.0, 30), (906.0, 1.0, 38))
    fence_front_days: tuple[float, float] = (5.0, 9.0)  # a kilometre takes
    repair_due_days: int = 14
    repair_late: float = 0.3
    # Desert and sea.
    desert_cases: int = 42
    voyages: int = 150
    observed_per_route: tuple[int, int] = (4, 11)
    terrain_step_deg: float = 0.02
