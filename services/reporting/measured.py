"""The indicators that goals and assignments are followed by, and where each stands as of a day, as known on another."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from chassis.database import Transaction
from reporting.domain import lives
from reporting.domain.closed import A_DAY, closed_by
from reporting.domain.figures import Cell
from reporting.domain.indicators import Described, Indicator, Point, read_catalogue
from reporting.domain.parts import Link
from reporting.domain.programme import Programme
from reporting.domain.standing import Held, Standing, monthly, standing, together
from reporting.pages import day_now
from reporting.store import lives as asked
from reporting.store import measurements, questions

CATALOGUE = read_catalogue((Path(__file__).parent / "indicators.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Measured:
    """A linked indicator, and where it stands."""

    link: Link
    indicator: Described
    standing: Standing

    @property
    def held(self) -> tuple[Held, ...]:
        """The targets that the link names, or all of them where it names none."""
        named = self.link.targets
        return tuple(held for held in self.standing.held if not named or held.target.id in named)


Had = dict[tuple[str, date], list[Cell]]  # what one page has asked already: by municipality and day


async def points(
    tx: Transaction, indicator: Indicator, municipality: str, known: date, had: Had | None = None
) -> list[Point]:
    """An indicator's values as known at the end of `known`; '' is everywhere.

    What we count is told by months that had ended then, and what is reckoned of lives as it is known now.
    """
    if indicator.figure is not None:
        had, closed = {} if had is None else had, closed_by(known, day_now())
        if (municipality, closed) not in had:
            had[municipality, closed] = await questions.cells(tx, municipality, closed, closed)
        return monthly(indicator, had[municipality, closed], closed + A_DAY)
    if indicator.reckoned:
        today = day_now()
        return lives.points(await asked.reckoned(tx, indicator.id, today), indicator.unit, today, indicator.source.sv)
    return together(indicator.known, await measurements.series(tx, municipality, indicator.id, known))


async def measured(tx: Transaction, programme: Programme, subject: str, per: date, known: date) -> list[Measured]:
    """What a goal or an assignment is followed by, as of `per`; of a link whose indicator is gone, nothing."""
    found = []
    for link in programme.links_of(subject):
        if indicator := CATALOGUE.of(link.indicator):
            values = await points(tx, indicator, programme.municipality, known)
            found.append(Measured(link, indicator, standing(indicator, programme.municipality, values, per, known)))
    return found
