"""The pages of the indicators: all of them with where they stand, and each with what it is and what it may come to."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import StrictRoute, general, page, translator
from contracts.municipalities import CONTROLLER
from contracts.vocabulary import VOCABULARY
from reporting.domain.indicators import Indicator, Revision
from reporting.domain.standing import Row, Standing, seen, standing
from reporting.history import day_of, link, trace
from reporting.indicator_chart import at, charts
from reporting.indicator_words import ARROWS, Say
from reporting.keeping import OVER, kept
from reporting.measured import CATALOGUE, Had, days_of, points
from reporting.pages import ROLES, day_now
from reporting.store import measurements

router = APIRouter(prefix="/indikatorer", route_class=StrictRoute, default_response_class=HTMLResponse)


Written = Annotated[str, Query(max_length=40)]


@router.get("")
async def every_indicator(request: Request, tx: Tx) -> HTMLResponse:
    today = day_now()
    found = await kept(request, tx, ("indicators", today), OVER, lambda: _every(tx, today))
    groups = {group: [pair for pair in found if pair[0].group == group] for group in ("place", "work", "road")}
    return page(request, "indicators.html", groups=groups, **spoken(request))


@router.get("/{indicator_id}")
async def one_indicator(
    request: Request, tx: Tx, indicator_id: str, per: Written = "", kand: Written = ""
) -> HTMLResponse:
    """Where it stood on `per`, as known at the end of `kand`; what is ours at the ends of closed months only."""
    indicator = CATALOGUE.of(indicator_id)
    if indicator is None:
        raise general(404)
    today = day_now()
    day, known = days_of(indicator, *(min(day_of(written, today), today) for written in (per, kand)))
    stood = await kept_standings(request, tx, indicator, day, known)
    return page(
        request,
        "indicator.html",
        indicator=indicator,
        per=day,
        known=known,
        today=today,
        standings=stood,
        drawings={s.municipality: charts(indicator, s) for s in stood},
        revised={s.municipality: await _revised(tx, indicator, s.municipality, day) for s in stood},
        later=_otherwise(stood, await kept_standings(request, tx, indicator, day, today)),
        link=link,
        trace=trace,
        officers=ROLES,
        **spoken(request),
    )


async def _every(tx: Transaction, today: date) -> list[tuple[Indicator, list[Standing]]]:
    had = Had()
    return [(indicator, await standings(tx, indicator, today, today, had)) for indicator in CATALOGUE.indicator]


async def standings(
    tx: Transaction, indicator: Indicator, per: date, known: date, had: Had | None = None
) -> list[Standing]:
    """Of each municipality that has values, a target or a forecast."""
    values = await points(tx, indicator, "", per, known, had)
    found = [standing(indicator, municipality, values, per, known) for municipality in CONTROLLER]
    return [one for one in found if one.rows or one.held or one.forecasts]


async def kept_standings(
    request: Request, tx: Transaction, indicator: Indicator, per: date, known: date
) -> list[Standing]:
    """The same, asked at most so often where there is much: only a late word changes what is ours of closed months."""
    per, known = days_of(indicator, per, known)
    if indicator.figure is None and not indicator.reckoned:
        return await standings(tx, indicator, per, known)
    asked = ("standings", indicator.id, per, known)
    return await kept(request, tx, asked, OVER, lambda: standings(tx, indicator, per, known))


async def _revised(tx: Transaction, indicator: Indicator, municipality: str, per: date) -> list[Revision]:
    """What partners told anew of the time until `per`, and everybody may see."""
    told = await measurements.revisions(tx, municipality, indicator.id)
    return [revision for revision in seen(told, indicator) if revision.until <= per]


def _otherwise(stood: list[Standing], today: list[Standing]) -> dict[str, list[tuple[Row | None, Row | None]]]:
    """By municipality the periods that are known otherwise today: as they stood, and as they are now; None is not shown."""
    now = {s.municipality: {row.until: row for row in s.rows} for s in today}
    found = {}
    for s in stood:
        then, later = {row.until: row for row in s.rows}, now.get(s.municipality, {})
        pairs = [(then.get(until), later.get(until)) for until in sorted(then.keys() | later.keys())]
        found[s.municipality] = [(a, b) for a, b in pairs if not a or not b or a.value != b.value]
    return found


def spoken(request: Request) -> dict[str, Any]:
    """What the indicators' templates say in the reader's language."""
    t = translator(request)

    def name(code: str) -> str:
        return VOCABULARY.name(code, t.language)

    return {"say": Say(t), "arrows": ARROWS, "name": name, "at": at}
