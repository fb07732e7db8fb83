"""An adult's own page: how it stands, offers to answer, moving in, withdrawing, being forgotten."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.service import Tx
from chassis.web import Problem, StrictRoute, general, language, page, translator
from contracts.references import reference
from contracts.vocabulary import VOCABULARY
from intake import households as doing
from intake import staying
from intake.bodies.reading import Refused, Strict, read, told
from intake.bodies.registration import Decline, MoveIn, Stay, Withdrawal
from intake.domain.household import Person
from intake.domain.links import verdict
from intake.domain.staying import answer_until
from intake.store import households, links, offers, stays
from intake.store.tables import Interest
from intake.store.tables import Stay as StayRow

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)


@dataclass(frozen=True)
class Reader:
    """Whose page it is, and the household's interest."""

    person: Person
    interest: Interest


async def _reader(tx: Tx, token: str) -> Reader:
    """Raises 404 or 410 where the link does not hold any more."""
    found = await links.find(tx, token)
    held = verdict(found and found[1], "page", tx.now)
    if held == "expired":
        raise Problem(410, "link_expired", "Länken har gått ut", "Nästa mejl från oss har en ny länk till din sida.")
    if held != "holds" or found is None:
        raise general(404)
    people = await households.people(tx, [found[0]])
    if found[0] not in people:
        raise general(404)
    return Reader(*people[found[0]])


def _back(token: str, said: str) -> Response:
    return RedirectResponse(f"/min-sida/{token}?sagt={said}", 303)


@router.get("/raderad")
async def erased(request: Request) -> Response:
    return page(request, "erased.html")


@router.get("/min-sida/{token}")
async def show(request: Request, tx: Tx, token: str) -> Response:
    reader = await _reader(tx, token)
    made = await offers.of_person(tx, reader.person.person_id)
    household = await households.household(tx, reader.interest)
    chosen = language(request)
    context: dict[str, Any] = {
        "token": token,
        "me": reader.person,
        "interest": reader.interest,
        "reference": reference(reader.interest.municipality, reader.interest.interest_id),
        "awaited": len(household.people) - len(household.confirmed),
        "offers": made,
        "waiting": [one for one in made if _waits(reader.person.person_id, one, tx)],
        "disclosures": await offers.disclosures(tx, reader.person.person_id),
        "named": lambda ids: ", ".join(VOCABULARY.name(id, chosen) for id in ids),
        "reasons": {
            kind: [(id, reason.name(chosen)) for id, reason in VOCABULARY.reasons[kind].items()]
            for kind in ("person_decline", "withdrawal")
        },
        "said": request.query_params.get("sagt", ""),
        "this_month": f"{tx.now:%Y-%m}",
        "stay": await _stay(tx, reader.interest),
        "until": answer_until,
    }
    return page(request, "mine.html", **context)


async def _stay(tx: Tx, interest: Interest) -> StayRow | None:
    """What the household may answer now, of whether it lives here still."""
    stay = await stays.latest(tx, interest.interest_id) if interest.state == "registered" else None
    return stay if stay and tx.now < answer_until(stay.asked_at) else None


def _waits(person_id: UUID, made: offers.Told, tx: Tx) -> bool:
    _, offer, _ = made
    return offer.state == "open" and person_id not in offer.answers and tx.now < offer.answer_by


async def _form_as(request: Request, kind: type[Strict], tx: Tx) -> Any:
    form = await request.form()
    given = {name: value for name in kind.model_fields if (value := form.get(name))}
    try:
        return read(kind, given, tx.now, translator(request))
    except Refused as refused:
        raise general(422, errors=refused.faults) from None


@router.post("/min-sida/{token}/offers/{offer_id}/accept")
async def accept(tx: Tx, token: str, offer_id: UUID) -> Response:
    reader = await _reader(tx, token)
    return _answered(token, await doing.answer(tx, reader.person.person_id, offer_id, "yes"), "ja")


@router.post("/min-sida/{token}/offers/{offer_id}/decline")
async def decline(request: Request, tx: Tx, token: str, offer_id: UUID) -> Response:
    reader = await _reader(tx, token)
    why = await _form_as(request, Decline, tx)
    return _answered(token, await doing.answer(tx, reader.person.person_id, offer_id, "no", why.reason), "nej")


def _answered(token: str, outcome: str, said: str) -> Response:
    if outcome == "not_yours":
        raise general(404)
    return _back(token, {"answered": "redan", "over": "over"}.get(outcome, said))


@router.post("/min-sida/{token}/withdraw")
async def withdraw(request: Request, tx: Tx, token: str) -> Response:
    reader = await _reader(tx, token)
    reason = (await _form_as(request, Withdrawal, tx)).reason
    return _back(token, "avslutad" if await doing.withdraw(tx, reader.person.person_id, reason) else "inte-nu")


@router.post("/min-sida/{token}/moved-in")
async def moved_in(request: Request, tx: Tx, token: str) -> Response:
    reader = await _reader(tx, token)
    month = (await _form_as(request, MoveIn, tx)).month
    return _back(token, "inflyttad" if await doing.moved_in(tx, reader.person.person_id, month) else "inte-nu")


@router.post("/min-sida/{token}/still-here")
async def still_here(request: Request, tx: Tx, token: str) -> Response:
    reader = await _reader(tx, token)
    given = await _form_as(request, Stay, tx)
    outcome = await staying.answer(tx, reader.person.person_id, given.left)
    if outcome == "not_then":
        raise general(422, errors=[told("not_when_you_left", ("month",), given.model_dump(), translator(request))])
    return _back(token, "inte-nu" if outcome == "over" else "flyttat" if given.left else "kvar")


@router.post("/min-sida/{token}/choices")
async def choose(request: Request, tx: Tx, token: str) -> Response:
    reader, form = await _reader(tx, token), await request.form()
    done = await doing.choose(
        tx, reader.person.person_id, consents=bool(form.get("consents")), shares=bool(form.get("shares"))
    )
    return _back(token, "valt" if done else "inte-nu")


@router.post("/min-sida/{token}/erase")
async def erase(tx: Tx, token: str) -> Response:
    reader = await _reader(tx, token)
    await doing.erase(tx, reader.person.person_id)
    return RedirectResponse("/raderad", 303)
