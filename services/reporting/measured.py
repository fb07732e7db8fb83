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


Had = dict[tuple[str, date, date], list[Cell]]  # what one page has asked already: by municipality and both days


def days_of(indicator: Indicator, per: date, known: date) -> tuple[date, date]:
    """The two days it is asked by: of what is ours the ends of the last months that were over then, as everybody sees them."""
    if indicator.figure is None and not indicator.reckoned:
        return per, known
    known = closed_by(known, day_now())
    return min(closed_by(per, day_now()), known), known


async def points(
    tx: Transaction, indicator: Indicator, municipality: str, per: date, known: date, had: Had | None = None
) -> list[Point]:
    """An indicator's values as of the end of `per`, as known at the end of `known`; '' is everywhere.

    What partners measure is told whole, of later periods too: it is of its own days.
    """
    per, known = days_of(indicator, per, known)
    if indicator.figure is not None:
        had, key = {} if had is None else had, (municipality, per, known)
        if key not in had:
            had[key] = await questions.cells(tx, *key)
        return monthly(indicator, had[key], per + A_DAY)
    if indicator.reckoned:
        return lives.points(
            await asked.reckoned(tx, indicator.id, per, known), indicator.unit, per + A_DAY, indicator.source.sv
        )
    return together(indicator.known, await measurements.series(tx, municipality, indicator.id, known))


async def measured(tx: Transaction, programme: Programme, subject: str, per: date, known: date) -> list[Measured]:
    """What a goal or an assignment is followed by, as of `per`; of a link whose indicator is gone, nothing."""
    found = []
    for link in programme.links_of(subject):
        if indicator := CATALOGUE.of(link.indicator):
            values = await points(tx, indicator, programme.municipality, per, known)
            found.append(Measured(link, indicator, standing(indicator, programme.municipality, values, per, known)))
    return found
