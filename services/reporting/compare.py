"""Two days beside each other: any two for officers, the ends of closed periods for everybody."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import Problem, StrictRoute, page
from chassis.web.catalogues import sv
from reporting.domain.closed import last_closed, month_before
from reporting.domain.comparison import Beside, beside, exact, public
from reporting.domain.figures import FIGURES, OF_HOUSEHOLDS, OF_PLACES
from reporting.domain.indicators import Indicator
from reporting.domain.standing import Row
from reporting.front import Written, period_end
from reporting.history import Officer, day_of, link
from reporting.indicators import kept_standings, spoken
from reporting.measured import CATALOGUE
from reporting.pages import day_now, named
from reporting.store import questions

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)
OPEN = (*OF_HOUSEHOLDS, *OF_PLACES)  # to everybody
Day = Annotated[str, Query(max_length=40)]


@dataclass(frozen=True)
class Measured:
    """A measured or reckoned indicator of a municipality, on either day; None where nothing was known of it."""

    indicator: Indicator
    municipality: str
    before: Row | None
    after: Row | None


@router.get("/jamfor")
async def for_everybody(request: Request, tx: Tx, a: Written = "", b: Written = "") -> HTMLResponse:
    """The ends of two closed months or years, in fives; the last month and the one before, if none is given."""
    known = last_closed(day_now())
    after = period_end(b, "b") if b else known
    before = period_end(a, "a") if a else month_before(after)
    _in_order(before, after)
    then, later = await questions.cells(tx, "", before, known), await questions.cells(tx, "", after, known)
    rows = beside(public(then), public(later), OPEN, rounded=True)
    return await _page(request, tx, rows, before, after, known, everybody=True)


@router.get("/uppfoljning/jamfor")
async def for_officers(
    request: Request, tx: Tx, user: Officer, a: Day = "", b: Day = "", kand: Day = ""
) -> HTMLResponse:
    """The ends of any two days, as known at `kand`; today and the end of last month, as known today, if none is given."""
    known, after = day_of(kand, day_now()), day_of(b, day_now())
    before = day_of(a, last_closed(after))
    _in_order(before, after)
    own = user.municipality or ""
    then, later = await questions.cells(tx, own, before, known), await questions.cells(tx, own, after, known)
    return await _page(request, tx, beside(exact(then), exact(later), FIGURES), before, after, known, own=own)


def _in_order(before: date, after: date) -> None:
    if before >= after:
        raise Problem(
            422,
            "not_in_order",
            sv("Den första perioden måste vara före den andra"),
            sv("Byt plats på dem, eller välj en tidigare första period."),
        )


async def _page(
    request: Request,
    tx: Transaction,
    rows: list[Beside],
    before: date,
    after: date,
    known: date,
    everybody: bool = False,
    own: str = "",
) -> HTMLResponse:
    whole = [row for row in rows if row.figure in OF_HOUSEHOLDS]  # they have no kinds
    return page(
        request,
        "compare.html",
        rows=rows,
        whole=whole,
        most=max((row.after or 0 for row in whole), default=0) or 1,
        before=before,
        after=after,
        known=known,
        everybody=everybody,
        own=own,
        measured=await _measured(request, tx, own, before, after, known),
        link=link,
        **(spoken(request) | {"name": named(request)}),
    )


async def _measured(
    request: Request, tx: Transaction, own: str, before: date, after: date, known: date
) -> list[Measured]:
    found: list[Measured] = []
    for indicator in CATALOGUE.indicator:
        if indicator.figure is None:
            sides = [
                {s.municipality: s.latest for s in await kept_standings(request, tx, indicator, day, known)}
                for day in (before, after)
            ]
            places = sorted(place for place in sides[0].keys() | sides[1].keys() if own in ("", place))
            pairs = [Measured(indicator, place, sides[0].get(place), sides[1].get(place)) for place in places]
            found += [pair for pair in pairs if pair.before or pair.after]
    return found
