"""The line to a goal for how many live in a municipality: what is known, what the goal takes, and where the pace leads."""

from dataclasses import dataclass

from reporting.domain.forecast import Forecast, Method, Pace, increases
from reporting.domain.standing import Standing, whole_year
from reporting.domain.targets import Decision, LevelAt


@dataclass(frozen=True)
class Population:
    """Inhabitants on 31 December of each year, and the goal: `target` inhabitants in `target_year`."""

    municipality: str
    counts: dict[int, int]
    source: str  # of the last count
    target: int
    target_year: int
    decision: Decision
    pace: Pace
    forecast: Forecast  # each year like the last; the range: like the worst and the best known

    @property
    def years(self) -> list[int]:
        return sorted(self.counts)

    @property
    def last_year(self) -> int:
        return self.years[-1]

    @property
    def last(self) -> int:
        return self.counts[self.last_year]

    @property
    def increases(self) -> dict[int, int]:
        """Year → how many more than the year before."""
        return increases(self.counts)

    @property
    def too_slow(self) -> bool:
        """It grows, but not as fast as the goal takes."""
        return self.pace.times is not None and self.pace.times > 1


def to_the_goal(stands: Standing) -> Population | None:
    """None where no level is decided, where the last two years aren't known, and when the goal's year has come."""
    held = next((held for held in stands.held if isinstance(held.target.goal, LevelAt)), None)
    forecast = next((one for one in stands.forecasts if one.method is Method.LAST_INCREASE), None)
    if held is None or forecast is None or stands.pace is None or not isinstance(held.target.goal, LevelAt):
        return None
    years = {row.until.year: row for row in stands.rows if whole_year(row) and row.value is not None}
    return Population(
        municipality=stands.municipality,
        counts={year: row.value or 0 for year, row in years.items()},
        source=years[max(years)].source,
        target=held.target.goal.level,
        target_year=held.target.goal.year,
        decision=held.target.decision,
        pace=stands.pace,
        forecast=forecast,
    )
