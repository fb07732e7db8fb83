"""The officer's workspace: periods opened, texts written, called ready, reviewed by another person, published, archived."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import StrictRoute, User, current_user, general
from chassis.web.formats import PLACE
from contracts.followup import PeriodOpened, ReportArchived, ReportReady, ReportReviewed
from reporting.domain import cycle
from reporting.domain.cycle import Draft, NotNow, Period
from reporting.domain.programme import Programme, known_at
from reporting.publishing import publish
from reporting.reminding import remind
from reporting.showing import show_period, show_periods, show_text
from reporting.store import cycle as store
from reporting.store import programme as programmes

Officer = Annotated[User, Depends(current_user("officer"))]
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
    return await show_period(request, tx, await _programme(tx, user, programme), await _found(tx, programme, per))


@router.post("/{programme}/{per}/publish")
async def publish_period(request: Request, tx: Tx, user: Officer, programme: str, per: date) -> Response:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per, lock=True)
    today = tx.now.astimezone(PLACE).date()
    try:
        cycle.publishable(period, found.subjects(per), await store.drafts(tx, programme, per), today)
    except NotNow as refused:
        return await show_period(request, tx, found, period, 409, refused.code)
    await publish(tx, period, found, user.sub)
    return RedirectResponse(f"/arbete/{programme}/{per}", 303)


@router.post("/{programme}/{per}/archive")
async def archive_period(request: Request, tx: Tx, user: Officer, programme: str, per: date) -> Response:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per, lock=True)
    try:
        cycle.archivable(period)
    except NotNow as refused:
        return await show_period(request, tx, found, period, 409, refused.code)
    await store.archive(tx, period)
    tx.acting(user.sub, found.municipality)
    tx.publish(ReportArchived(subject_id=programme, programme=programme, as_of=per))
    return RedirectResponse(f"/arbete/{programme}/{per}", 303)


@router.get("/{programme}/{per}/{subject}")
async def one_text(request: Request, tx: Tx, user: Officer, programme: str, per: date, subject: str) -> HTMLResponse:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per)
    return await show_text(request, tx, found, period, subject)


@router.post("/{programme}/{per}/{subject}")
async def change_text(
    request: Request,
    tx: Tx,
    user: Officer,
    programme: str,
    per: date,
    subject: str,
    do: Annotated[str, Form()],
    version: Annotated[int, Form()] = 0,
    status: Annotated[str, Form()] = "",
    text: Annotated[str, Form(max_length=20_000)] = "",
    expected: Annotated[str, Form(max_length=7)] = "",
    why: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """`do`: save, ready, review or return."""
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per, lock=True)
    before = (await store.drafts(tx, programme, per)).get(subject)
    asked = Draft(subject, version, status, text.replace("\r\n", "\n"), expected or None, user.sub)
    try:
        after = _changed(found, period, before, asked, do, user.sub, why)
    except NotNow as refused:
        shown = asked if do == "save" else before
        return await show_text(request, tx, found, period, subject, 422, refused.code, shown)
    await store.save(tx, period, after)
    tx.acting(user.sub, found.municipality)
    if do in ("ready", "review"):
        said = ReportReady if do == "ready" else ReportReviewed
        tx.publish(said(subject_id=subject, programme=programme, as_of=per))
    return RedirectResponse(f"/arbete/{programme}/{per}" + ("" if do != "save" else f"/{subject}"), 303)


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
