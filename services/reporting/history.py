"""How it looked on a certain day, as known on another; and every figure opened to the events behind it."""

import re
from collections import Counter
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.service import Tx
from chassis.web import Problem, StrictRoute, User, general, page
from chassis.web.catalogues import sv
from contracts.fields import Kind
from reporting.domain.figures import FIGURES
from reporting.domain.observations import Source
from reporting.pages import day_now, named, officer
from reporting.store import observations

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)
Officer = Annotated[User, Depends(officer)]
Written = Annotated[str, Query(max_length=40)]
PAGE = 100  # rows


@router.get("/uppfoljning/per")
async def on_a_day(request: Request, tx: Tx, user: Officer, per: Written = "", kand: Written = "") -> HTMLResponse:
    """Every figure as of `per`, as known at `kand`, and what is known otherwise today; each day today, if none is given."""
    today = day_now()
    asked, known = day_of(per, today), day_of(kand, today)
    own = user.municipality or ""
    then: Counter[str] = Counter()
    for cell in await observations.counted(tx, own, asked, known):
        then[cell.figure] += cell.count
    revisions = await observations.revised(tx, own, asked, known, today)
    changed: Counter[str] = Counter()
    for revision in revisions:
        changed[revision.figure] += revision.now - revision.then
    return page(
        request,
        "history.html",
        per=asked,
        known=known,
        today=today,
        figures=[(figure, then[figure], changed[figure]) for figure in FIGURES] if then or revisions else [],
        revisions=revisions,
        link=link,
        own=own,
        name=named(request),
    )


@router.get("/uppfoljning/siffra/{figure}")
async def one_figure(
    request: Request,
    tx: Tx,
    user: Officer,
    figure: str,
    per: Written = "",
    kand: Written = "",
    slag: Kind | Literal[""] | None = None,
    efter: Annotated[str, Query(max_length=80, pattern=r"^([a-z]+/\d{1,9}/\d{1,18})?$")] = "",
) -> HTMLResponse:
    """The events behind a figure, a page of them after the place `efter` in the log; of one kind with `slag`.

    404: there is no such figure, or nothing was said of it at that place.
    """
    if figure not in FIGURES:
        raise general(404)
    today = day_now()
    asked, known = day_of(per, today), day_of(kand, today)
    own = user.municipality or ""
    kinds = {cell.kind: cell.count for cell in await observations.counted(tx, own, asked, known, figure)}
    try:
        rows = await observations.behind(tx, figure, own, slag, asked, known, PAGE + 1, _place(efter))
    except KeyError as nothing_there:
        raise general(404) from nothing_there
    return page(
        request,
        "behind.html",
        figure=figure,
        per=asked,
        known=known,
        today=today,
        slag=slag,
        kinds=kinds,
        total=sum(kinds.values()) if slag is None else kinds.get(slag, 0),
        later=bool(efter),
        rows=rows[:PAGE],
        next=rows[PAGE - 1] if len(rows) > PAGE else None,
        link=link,
        name=named(request),
    )


def day_of(written: str, today: date) -> date:
    """A day as written in the form; today when nothing is. Raises 422 for what is no day."""
    if not written:
        return today
    try:
        day = date.fromisoformat(written) if re.fullmatch(r"\d{4}-\d\d-\d\d", written, re.ASCII) else None
    except ValueError:
        day = None
    if day is None:
        raise Problem(
            422, "not_a_day", sv("Det är inget datum"), sv("Skriv ett datum som finns, till exempel 2027-01-31.")
        )
    return day


def _place(written: str) -> observations.Place:
    if not written:
        return None
    topic, partition, offset = written.split("/")
    return topic, int(partition), int(offset)


def link(figure: str, per: date, known: date, slag: str | None = None, after: Source | None = None) -> str:
    """The address of the events behind a figure; of those after one."""
    asked = {"per": per.isoformat(), "kand": known.isoformat()}
    asked |= {} if slag is None else {"slag": slag}
    asked |= {"efter": f"{after.topic}/{after.partition}/{after.offset}"} if after else {}
    return f"/uppfoljning/siffra/{figure}?{urlencode(asked)}"


def trace(indicator: str, municipality: str, start: date, per: date, known: date) -> str:
    """The address of what a period of an indicator is made of."""
    asked = {"kommun": municipality, "start": start, "per": per, "kand": known}
    return f"/uppfoljning/indikator/{indicator}?{urlencode(asked)}"
