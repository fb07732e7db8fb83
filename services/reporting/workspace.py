"""The officer's workspace: periods opened, texts written, called ready, reviewed by another person, published, archived."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import StrictRoute, User, current_user, general, page, translator
from chassis.web.catalogues import Translator, sv
from contracts.followup import PeriodOpened, ReportArchived, ReportReady, ReportReviewed
from reporting.domain import cycle
from reporting.domain.cycle import Draft, NotNow, Period
from reporting.domain.programme import Programme, known_at
from reporting.publishing import files, publish
from reporting.store import cycle as store
from reporting.store import programme as programmes
from reporting.store import questions
from reporting.prefill import so_far

Officer = Annotated[User, Depends(current_user("officer"))]
router = APIRouter(prefix="/arbete", route_class=StrictRoute, default_response_class=HTMLResponse)
REFUSED = {
    "deadlines_out_of_order": sv("Datumen måste komma i ordning: per, rapportera, granska, publicera."),
    "open_already": sv("Den perioden är redan öppnad."),
    "written_by_another": sv(
        "Någon annan har sparat under tiden. Din text står kvar nedan; läs den andra innan du sparar igen."
    ),
    "text_missing": sv("Skriv hur det går."),
    "status_missing": sv("Välj en status."),
    "expected_wrong": sv("Skriv ett år eller år och månad: 2027 eller 2027-06."),
    "reason_missing": sv("Skriv vad som behöver ändras."),
    "not_reported": sv("Spara en text först. Sedan kan den klarmarkeras."),
    "not_ready": sv("Texten är inte klarmarkerad, eller så är den redan granskad."),
    "own_text": sv("Någon annan än den som skrev eller klarmarkerade måste granska."),
    "not_all_reviewed": sv("Allt är inte granskat än. Det som återstår står i listan."),
    "published": sv("Perioden är publicerad och kan inte ändras."),
    "not_published": sv("Perioden är inte publicerad än."),
    "archived": sv("Perioden är redan arkiverad."),
}
STATES = {
    "open": ("neu", sv("Inte påbörjad")),
    "reported": ("go", sv("Skrivs")),
    "ready": ("at", sv("Klar, väntar på granskning")),
    "reviewed": ("ok", sv("Granskad")),
}


@router.get("")
async def everything(request: Request, tx: Tx, user: Officer) -> HTMLResponse:
    return await _list(request, tx, user)


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
        return await _list(request, tx, user, 422, refused.code)
    tx.acting(user.sub, found.municipality)
    tx.publish(
        PeriodOpened(subject_id=programme, programme=programme, as_of=per, report_by=report_by, review_by=review_by, publish_by=publish_by)
    )
    return RedirectResponse(f"/arbete/{programme}/{per}", 303)


@router.get("/{programme}/{per}")
async def one_period(request: Request, tx: Tx, user: Officer, programme: str, per: date) -> HTMLResponse:
    return await _period(request, tx, await _programme(tx, user, programme), await _found(tx, programme, per))


@router.post("/{programme}/{per}/publish")
async def publish_period(request: Request, tx: Tx, user: Officer, programme: str, per: date) -> Response:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per, lock=True)
    try:
        cycle.publishable(period, _subjects(found, per), await store.drafts(tx, programme, per))
    except NotNow as refused:
        return await _period(request, tx, found, period, 409, refused.code)
    await publish(tx, period, found, user.sub)
    return RedirectResponse(f"/arbete/{programme}/{per}", 303)


@router.post("/{programme}/{per}/archive")
async def archive_period(request: Request, tx: Tx, user: Officer, programme: str, per: date) -> Response:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per, lock=True)
    try:
        cycle.archivable(period)
    except NotNow as refused:
        return await _period(request, tx, found, period, 409, refused.code)
    await store.archive(tx, period)
    tx.acting(user.sub, found.municipality)
    tx.publish(ReportArchived(subject_id=programme, programme=programme, as_of=per))
    return RedirectResponse(f"/arbete/{programme}/{per}", 303)


@router.get("/{programme}/{per}/{subject}")
async def one_text(request: Request, tx: Tx, user: Officer, programme: str, per: date, subject: str) -> HTMLResponse:
    found, period = await _programme(tx, user, programme), await _found(tx, programme, per)
    return await _text(request, tx, found, period, subject)


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
        return await _text(request, tx, found, period, subject, 422, refused.code, shown)
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


def _subjects(programme: Programme, per: date) -> list[str]:
    """The goals, each before its assignments."""
    return [
        subject
        for goal in sorted(programme.goals, key=lambda goal: goal.number)
        for subject in (goal.id, *(one.id for one in programme.assignments_of(goal.id, per)))
    ]


def _titles(programme: Programme, t: Translator) -> dict[str, str]:
    goals = {goal.id: t("Mål %(n)s: %(title)s", n=goal.number, title=goal.title) for goal in programme.goals}
    return goals | {one.id: f"{one.number}. {one.short}" for one in programme.assignments}


async def _list(request: Request, tx: Transaction, user: User, status: int = 200, refused: str = "") -> HTMLResponse:
    t = translator(request)
    shown: list[dict[str, Any]] = []
    for identity in await programmes.programmes(tx):
        found = known_at(await programmes.versions(tx, identity, tx.now))
        if found and user.municipality in (None, found.municipality):
            shown.append({"programme": found, "periods": await store.periods(tx, identity)})
    return page(request, "work.html", status=status, shown=shown, refused=t(REFUSED[refused]) if refused else "")


async def _period(
    request: Request, tx: Transaction, programme: Programme, period: Period, status: int = 200, refused: str = ""
) -> HTMLResponse:
    t = translator(request)
    drafts, subjects = await store.drafts(tx, programme.id, period.per), _subjects(programme, period.per)
    far = cycle.progress(subjects, drafts)
    again: dict[str, str] = {}
    if period.known:
        again = {one.name: one.sha256 for one in await files(tx, programme.id, period.per, period.known)}
    return page(
        request,
        "period.html",
        status=status,
        programme=programme,
        period=period,
        subjects=subjects,
        drafts=drafts,
        titles=_titles(programme, t),
        states={state: (tone, t(words)) for state, (tone, words) in STATES.items()},
        far=far,
        next=cycle.next_deadline(period, far),
        today=tx.now.date(),
        again=again,
        refused=t(REFUSED[refused]) if refused else "",
    )


async def _text(
    request: Request,
    tx: Transaction,
    programme: Programme,
    period: Period,
    subject: str,
    status: int = 200,
    refused: str = "",
    shown: Draft | None = None,
) -> HTMLResponse:
    t, titles = translator(request), _titles(programme, translator(request))
    if subject not in titles:
        raise general(404)
    stands = (await store.drafts(tx, programme.id, period.per)).get(subject)
    figures = so_far(await questions.cells(tx, programme.municipality), period.per, t)
    return page(
        request,
        "text.html",
        status=status,
        programme=programme,
        period=period,
        subject=subject,
        title=titles[subject],
        scale=programme.scale_of(subject),
        draft=shown or stands,
        stands=stands,
        figures=figures,
        before=max(
            (a for a in programme.assessments if a.subject == subject and a.as_of < period.per),
            key=lambda a: a.as_of,
            default=None,
        ),
        states={state: (tone, t(words)) for state, (tone, words) in STATES.items()},
        refused=t(REFUSED[refused]) if refused else "",
    )
