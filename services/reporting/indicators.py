"""The pages of the indicators: all of them with where they stand, and each with what it is and what it may come to."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import StrictRoute, general, page, translator
from contracts.municipalities import CONTROLLER
from contracts.vocabulary import VOCABULARY
from reporting.domain import lives
from reporting.domain.closed import A_DAY, closed_by
from reporting.domain.indicators import Indicator, Revision, read_catalogue
from reporting.domain.standing import Row, Standing, monthly, seen, standing, together
from reporting.history import day_of, link
from reporting.indicator_chart import at, charts
from reporting.indicator_words import ARROWS, Say
from reporting.pages import ROLES, day_now
from reporting.store import lives as asked_lives
from reporting.store import measurements, questions

router = APIRouter(prefix="/indikatorer", route_class=StrictRoute, default_response_class=HTMLResponse)
CATALOGUE = read_catalogue((Path(__file__).parent / "indicators.toml").read_text(encoding="utf-8"))


Written = Annotated[str, Query(max_length=40)]


@router.get("")
async def every_indicator(request: Request, tx: Tx) -> HTMLResponse:
    today = day_now()
    found = [(indicator, await _standings(tx, indicator, today, today)) for indicator in CATALOGUE.indicator]
    groups = {group: [pair for pair in found if pair[0].group == group] for group in ("place", "work", "road")}
    return page(request, "indicators.html", groups=groups, **spoken(request))


@router.get("/{indicator_id}")
async def one_indicator(
    request: Request, tx: Tx, indicator_id: str, per: Written = "", kand: Written = ""
) -> HTMLResponse:
    """Where it stood on `per`, as known at the end of `kand`; what we count ourselves by closed months only."""
    indicator = CATALOGUE.of(indicator_id)
    if indicator is None:
        raise general(404)
    today = day_now()
    day, known = (min(day_of(written, today), today) for written in (per, kand))
    if indicator.figure is not None:
        known = closed_by(known, today)
        day = min(closed_by(day, today), known)
    elif indicator.reckoned:  # of lives that go on: as known now
        day = known = today
    standings = await _standings(tx, indicator, day, known)
    return page(
        request,
        "indicator.html",
        indicator=indicator,
        per=day,
        known=known,
        today=today,
        standings=standings,
        drawings={s.municipality: charts(indicator, s) for s in standings},
        revised={s.municipality: await _revised(tx, indicator, s.municipality, day) for s in standings},
        later=await _later(tx, indicator, standings, day),
        link=link,
        officers=ROLES,
        **spoken(request),
    )


async def measured(tx: Transaction, indicator: Indicator, per: date, known: date) -> list[Standing]:
    """Where each municipality stood in what partners measure, on `per` as known at the end of `known`."""
    points = together(indicator.known, await measurements.series(tx, "", indicator.id, known))
    return [standing(indicator, municipality, points, per, known) for municipality in CONTROLLER]


async def _standings(tx: Transaction, indicator: Indicator, per: date, known: date) -> list[Standing]:
    """Of each municipality that has values, a target or a forecast. What is reckoned of lives is as known now."""
    if indicator.figure is not None:
        closed = closed_by(known, day_now())
        points = monthly(indicator, await questions.cells(tx, "", closed, closed), closed + A_DAY)
        found = [standing(indicator, municipality, points, per, known) for municipality in CONTROLLER]
    elif indicator.reckoned:
        today = day_now()
        told = await asked_lives.reckoned(tx, indicator.id, today)
        points = lives.points(told, indicator.unit, today, indicator.source.sv)
        found = [standing(indicator, municipality, points, per, known) for municipality in CONTROLLER]
    else:
        found = await measured(tx, indicator, per, known)
    return [one for one in found if one.rows or one.held or one.forecasts]


async def _revised(tx: Transaction, indicator: Indicator, municipality: str, per: date) -> list[Revision]:
    """What partners told anew of the time until `per`, and everybody may see."""
    told = await measurements.revisions(tx, municipality, indicator.id)
    return [revision for revision in seen(told, indicator) if revision.until <= per]


async def _later(
    tx: Transaction, indicator: Indicator, standings: list[Standing], per: date
) -> dict[str, list[tuple[Row, Row]]]:
    """By municipality the periods that are known otherwise today: as they are in `standings`, and as they are now."""
    today = day_now()
    now = {s.municipality: {row.until: row for row in s.rows} for s in await _standings(tx, indicator, per, today)}
    return {
        s.municipality: [
            (row, later)
            for row in s.rows
            if (later := now.get(s.municipality, {}).get(row.until)) and later.value != row.value
        ]
        for s in standings
    }


def spoken(request: Request) -> dict[str, Any]:
    """What the indicators' templates say in the reader's language."""
    t = translator(request)

    def name(code: str) -> str:
        return VOCABULARY.name(code, t.language)

    return {"say": Say(t), "arrows": ARROWS, "name": name, "at": at}
