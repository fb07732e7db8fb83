"""Follow-up as it is now, for officers and coordinators: every number as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis import clock
from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import StrictRoute, User, current_user, general, page, translator
from chassis.web.formats import PLACE
from contracts.vocabulary import VOCABULARY
from reporting.domain.figures import (
    OF_HOUSEHOLDS,
    OF_MACHINES,
    OF_PLACES,
    Cell,
    Ended,
    Need,
    Round,
    Station,
    Wait,
    table,
    totals,
)  # fmt: skip
from reporting.domain.road import road
from reporting.funnel_chart import rivers
from reporting.keeping import LIVE, kept
from reporting.store import questions
from reporting.words import lacking, why

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)

ROLES = frozenset({"officer", "coordinator"})
FEW = 20  # rounds


async def officer(user: Annotated[User, Depends(current_user())]) -> User:
    """Someone who follows up, or who works with the households. Raises 403."""
    if not user.roles & ROLES:
        raise general(403)
    return user


@dataclass(frozen=True)
class Live:
    """All that is counted now."""

    cells: list[Cell]
    stations: list[Station]
    rounds: list[Round]
    needs: list[Need]
    ends: list[Ended]
    waits: list[Wait]
    as_of: datetime | None


async def _live(tx: Transaction, own: str) -> Live:
    return Live(
        await questions.cells(tx, own),
        await questions.stations(tx, own),
        await questions.rounds(tx, own),
        await questions.needs(tx, own),
        await questions.ends(tx, own),
        await questions.waits(tx, own),
        await questions.latest(tx, own),
    )


@router.get("/uppfoljning")
async def for_officers(
    request: Request, tx: Tx, user: Annotated[User, Depends(officer)], alla: bool = False
) -> HTMLResponse:
    """All of it, of the officer's own municipality where the sign-in names one; by month the last twelve, or all."""
    own, t = user.municipality or "", translator(request)
    live = await kept(request, tx, ("live", own), LIVE, lambda: _live(tx, own))
    steps = road([], live.stations, everybody=False)
    since = "" if alla else _months_ago(day_now(), 11)
    cells = [cell for cell in live.cells if cell.month >= since]
    rounds = live.rounds if alla else live.rounds[:FEW]
    return page(
        request,
        "followup.html",
        steps=steps,
        rivers=rivers(steps),
        totals=totals(live.cells),
        households=table(cells, OF_HOUSEHOLDS, lambda cell: (cell.municipality, cell.month)),
        places=table(cells, OF_PLACES, lambda cell: (cell.municipality, cell.kind, cell.month)),
        rounds=rounds,
        needs=[(lacking(need, t), need) for need in live.needs],
        machines=table(cells, OF_MACHINES, lambda cell: (cell.municipality, cell.month)),
        ends=[(why(ended, t), ended.kind, ended.count) for ended in live.ends],
        waits=live.waits,
        as_of=live.as_of,
        left_out=len(cells) < len(live.cells) or len(rounds) < len(live.rounds),
        behind="/uppfoljning/siffra/{}".format,
        name=named(request),
    )


def _months_ago(day: date, months: int) -> str:
    """The month (`YYYY-MM`) so many before that of `day`."""
    month = day.year * 12 + day.month - 1 - months
    return f"{month // 12}-{month % 12 + 1:02}"


def named(request: Request) -> Callable[[str], str]:
    """What the vocabulary calls a municipality in the reader's language."""
    spoken = translator(request).language
    return lambda code: VOCABULARY.name(code, spoken)


def day_now() -> date:
    """The day it is in Sweden, by the platform's clock."""
    return clock.now().astimezone(PLACE).date()
