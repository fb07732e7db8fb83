"""The officer's workspace: periods opened, texts written, called ready, reviewed by another person, published, archived."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import Problem, StrictRoute, User, current_user, general
from chassis.web.catalogues import sv
from chassis.web.formats import PLACE
from contracts.followup import PeriodOpened, ReportArchived, ReportReady, ReportReviewed
from reporting.domain import cycle
from reporting.domain.cycle import Draft, NotNow, Period
from reporting.domain.programme import Programme, known_at
from reporting.domain.verdict import answering
from reporting.publishing import publish
from reporting.reminding import remind
from reporting.showing import may_write, show_period, show_periods, show_text
from reporting.store import cycle as store
from reporting.store import programme as programmes

Officer = Annotated[User, Depends(current_user("officer"))]
MUNICIPALITYS = (
    sv("Det här är kommunens, inte nämndens"),
    sv("Du är inloggad för en nämnd eller ett bolag. Ni skriver er egen bedömning av uppdragen ni ansvarar för."),
)
ANOTHERS = (
    sv("Det här är en annans egen bedömning"),
    sv("Den skrivs och granskas bara av dem som är inloggade för den nämnden eller det bolaget."),
)
router = APIRouter(prefix="/arbete", route_class=StrictRoute, default_response_class=HTMLResponse)


@router.get("")
async def everything(request: Request, tx: Tx, user: Officer) -> HTMLResponse:
    return await show_periods(request, tx, user)


@router.post("/{programme}")
async def open_period(
    request: Request,
    tx: Tx,
    user: Officer,
    programme: str,
    per: Annotated[date, Form()],
    report_by: Annotated[date, Form()],
    review_by: Annotated[date, Form()],
    publish_by: Annotated[date, Form()],
) -> Response:
    found = await _programme(tx, user, programme)
    _only_who_may(user, found)
    try:
        new = Period(programme, per, report_by, review_by, publish_by, user.sub, tx.now)
        if not await store.open_period(tx, new):
            raise NotNow("open_already")
    except NotNow as refused:
        return await show_periods(request, tx, user, 422, refused.code)
    tx.acting(user.sub, found.municipality)
    await remind(tx, new)
    tx.publish(
        PeriodOpened(
            subject_id=programme,
            programme=programme,
            as_of=per,
            report_by=report_by,
            review_by=review_by,
            publish_by=publish_by,
        )
    )
    return RedirectResponse(f"/arbete/{programme}/{per}", 303)


@router.get("/{programme}/{per}")
async def one_period(request: Request, tx: Tx, user: Officer, programme: str, per: date) -> HTMLResponse:
    found = await _programme(tx, user, programme)
    return await show_period(request, tx, user, found, await _found(tx, programme, per))


@router.post("/{programme}/{per}/publish")
async def publish_period(request: Request, tx: Tx, user: Officer, programme: str, per: date) -> Response:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per, lock=True)
    _only_who_may(user, found)
    today = tx.now.astimezone(PLACE).date()
    try:
        cycle.publishable(period, found.subjects(per), await store.drafts(tx, programme, per), today)
    except NotNow as refused:
        return await show_period(request, tx, user, found, period, 409, refused.code)
    await publish(tx, period, found, user.sub)
    return RedirectResponse(f"/arbete/{programme}/{per}", 303)


@router.post("/{programme}/{per}/archive")
async def archive_period(request: Request, tx: Tx, user: Officer, programme: str, per: date) -> Response:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per, lock=True)
    _only_who_may(user, found)
    try:
        cycle.archivable(period)
    except NotNow as refused:
        return await show_period(request, tx, user, found, period, 409, refused.code)
    await store.archive(tx, period)
    tx.acting(user.sub, found.municipality)
    tx.publish(ReportArchived(subject_id=programme, programme=programme, as_of=per))
    return RedirectResponse(f"/arbete/{programme}/{per}", 303)


@dataclass(frozen=True)
class Asked:
    """What is done with a text: save, ready, review or return."""

    do: Annotated[str, Form()]
    version: Annotated[int, Form()] = 0
    status: Annotated[str, Form()] = ""
    text: Annotated[str, Form(max_length=20_000)] = ""
    expected: Annotated[str, Form(max_length=7)] = ""
    why: Annotated[str, Form(max_length=2_000)] = ""

    def draft(self, subject: str, unit: str, by: str) -> Draft:
        text = self.text.replace("\r\n", "\n")
        return Draft(subject, self.version, self.status, text, self.expected or None, by, unit=unit)


@router.get("/{programme}/{per}/{subject}")
async def one_text(request: Request, tx: Tx, user: Officer, programme: str, per: date, subject: str) -> HTMLResponse:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per)
    return await show_text(request, tx, user, found, period, subject)


@router.get("/{programme}/{per}/{subject}/{unit}")
async def one_own_text(
    request: Request, tx: Tx, user: Officer, programme: str, per: date, subject: str, unit: str
) -> HTMLResponse:
    """A board's or company's own part of an assignment, which every officer of the municipality may read."""
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per)
    _answers(found, per, subject, unit)
    return await show_text(request, tx, user, found, period, subject, unit)


@router.post("/{programme}/{per}/{subject}")
async def change_text(
    request: Request,
    tx: Tx,
    user: Officer,
    programme: str,
    per: date,
    subject: str,
    asked: Annotated[Asked, Depends()],
) -> Response:
    found = await _programme(tx, user, programme)
    _only_who_may(user, found)
    return await _change(request, tx, user, found, per, subject, "", asked)


@router.post("/{programme}/{per}/{subject}/{unit}")
async def change_own_text(
    request: Request,
    tx: Tx,
    user: Officer,
    programme: str,
    per: date,
    subject: str,
    unit: str,
    asked: Annotated[Asked, Depends()],
) -> Response:
    found = await _programme(tx, user, programme)
    _answers(found, per, subject, unit)
    _only_who_may(user, found, unit)
    return await _change(request, tx, user, found, per, subject, unit, asked)


async def _change(
    request: Request, tx: Transaction, user: User, found: Programme, per: date, subject: str, unit: str, asked: Asked
) -> Response:
    period = await _found(tx, found.id, per, lock=True)
    before, new = await store.draft(tx, found.id, per, subject, unit), asked.draft(subject, unit, user.sub)
    try:
        after = _changed(found, period, before, new, asked.do, user.sub, asked.why)
    except NotNow as refused:
        shown = new if asked.do == "save" else before
        return await show_text(request, tx, user, found, period, subject, unit, 422, refused.code, shown)
    await store.save(tx, period, after)
    tx.acting(user.sub, found.municipality)
    if asked.do in ("ready", "review"):
        said = ReportReady if asked.do == "ready" else ReportReviewed
        tx.publish(said(subject_id=subject, programme=found.id, as_of=per, unit=unit or None))
    at = f"/arbete/{found.id}/{per}"
    return RedirectResponse(at if asked.do != "save" else "/".join(filter(None, (at, subject, unit))), 303)


def _changed(
    programme: Programme, period: Period, before: Draft | None, asked: Draft, do: str, by: str, why: str
) -> Draft:
    if do == "save":
        if asked.status not in {level.key for level in programme.scale_of(asked.subject).levels}:
            raise NotNow("status_missing")
        if asked.expected and not cycle.is_expected(asked.expected):
            raise NotNow("expected_wrong")
        return cycle.written(period, before, asked)
    if before is None:
        raise NotNow("not_reported")
    if do == "ready":
        return cycle.ready(period, before, by)
    if do == "review":
        return cycle.reviewed(period, before, by)
    if do == "return":
        return cycle.returned(period, before, by, why)
    raise general(404)


def _only_who_may(user: User, programme: Programme, unit: str = "") -> None:
    """403 to who is of another board, or of none, and of a board where it is the municipality's."""
    if not may_write(user, programme, unit):
        title, detail = ANOTHERS if unit else MUNICIPALITYS
        raise Problem(403, "not_yours", title, detail)


def _answers(programme: Programme, per: date, subject: str, unit: str) -> None:
    if (subject, unit) not in answering(programme, per):
        raise Problem(404, "not_responsible", sv("Nämnden eller bolaget ansvarar inte för det uppdraget den dagen"))


async def _programme(tx: Transaction, user: User, programme: str) -> Programme:
    """As it is known now, where this officer works. Raises 404."""
    found = known_at(await programmes.versions(tx, programme, tx.now))
    if found is None or user.municipality not in (None, found.municipality):
        raise general(404)
    return found


async def _found(tx: Transaction, programme: str, per: date, lock: bool = False) -> Period:
    period = await store.period(tx, programme, per, lock)
    if period is None:
        raise general(404)
    return period
