"""What the workspace shows: programmes and their periods, how far a period has come, and one text."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.database import Transaction
from chassis.web import User, general, page, translator
from chassis.web.catalogues import Translator, sv
from chassis.web.formats import PLACE
from reporting.domain import cycle
from reporting.domain.cycle import Draft, Period
from reporting.domain.programme import Assessment, Programme, known_at
from reporting.domain.verdict import answering
from reporting.measured import measured
from reporting.prefill import Sentence, sentences, so_far
from reporting.publishing import files
from reporting.store import cycle as store
from reporting.store import programme as programmes
from reporting.store import questions

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
    "not_over": sv("Perioden är inte slut än. Publicera tidigast den dag som bedömningen gäller."),
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


def may_write(user: User, programme: Programme, unit: str) -> bool:
    """A board's id is the municipality's own: of a sign-in that names no municipality it says nothing."""
    return cycle.may_write(user.unit, unit) and (not unit or user.municipality == programme.municipality)


def _titles(programme: Programme, t: Translator) -> dict[str, str]:
    goals = {goal.id: t("Mål %(n)s: %(title)s", n=goal.number, title=goal.title) for goal in programme.goals}
    return goals | {one.id: f"{one.number}. {one.short}" for one in programme.assignments}


def _before(programme: Programme, period: Period, subject: str, unit: str) -> Assessment | None:
    """What the same hand last said of it, before this period."""
    said = [one for one in programme.own_assessments if one.unit == unit] if unit else programme.assessments
    earlier = (one for one in said if one.subject == subject and one.as_of < period.per)
    return max(earlier, key=lambda one: one.as_of, default=None)


async def show_periods(
    request: Request, tx: Transaction, user: User, status: int = 200, refused: str = ""
) -> HTMLResponse:
    t = translator(request)
    shown: list[dict[str, Any]] = []
    for identity in await programmes.programmes(tx):
        found = known_at(await programmes.versions(tx, identity, tx.now))
        if found and user.municipality in (None, found.municipality):
            shown.append({"programme": found, "periods": await store.periods(tx, identity)})
    return page(
        request, "work.html", status=status, shown=shown, mine=user.unit, refused=t(REFUSED[refused]) if refused else ""
    )


async def show_period(
    request: Request,
    tx: Transaction,
    user: User,
    programme: Programme,
    period: Period,
    status: int = 200,
    refused: str = "",
) -> HTMLResponse:
    t = translator(request)
    drafts, subjects = await store.drafts(tx, programme.id, period.per), programme.subjects(period.per)
    far = cycle.progress(subjects, drafts)
    own, answers = await store.own_drafts(tx, programme.id, period.per), answering(programme, period.per)
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
        own=own,
        answers=sorted(answers, key=lambda one: one[1] != user.unit),
        own_far=cycle.progress(answers, own),
        units={unit.id: unit for unit in programme.units},
        mine=user.unit,
        next=cycle.next_deadline(period, far),
        today=tx.now.astimezone(PLACE).date(),
        again=again,
        refused=t(REFUSED[refused]) if refused else "",
    )


async def show_text(
    request: Request,
    tx: Transaction,
    user: User,
    programme: Programme,
    period: Period,
    subject: str,
    unit: str = "",
    status: int = 200,
    refused: str = "",
    shown: Draft | None = None,
) -> HTMLResponse:
    t, titles = translator(request), _titles(programme, translator(request))
    if subject not in titles:
        raise general(404)
    stands = await store.draft(tx, programme.id, period.per, subject, unit)
    before = _before(programme, period, subject, unit)
    known = tx.now.astimezone(PLACE).date()
    followed = await measured(tx, programme, subject, period.per, known)
    from_figures = sentences(followed, t, before.as_of if before else None, programme.kept)
    if happened := so_far(await questions.cells(tx, programme.municipality, period.per, known), period.per, t):
        from_figures.append(Sentence(happened, ""))
    return page(
        request,
        "text.html",
        status=status,
        programme=programme,
        period=period,
        subject=subject,
        title=titles[subject],
        scale=programme.scale_of(subject),
        unit=next((one for one in programme.units if one.id == unit), None),
        yours=may_write(user, programme, unit),
        draft=shown or stands,
        stands=stands,
        figures="" if unit else "\n\n".join(one.words for one in from_figures),
        from_figures=from_figures,
        before=before,
        known=known,
        states={state: (tone, t(words)) for state, (tone, words) in STATES.items()},
        refused=t(REFUSED[refused]) if refused else "",
    )
