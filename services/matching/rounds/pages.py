"""Rounds at the desk: asked for, looked at, tried otherwise, published, taken back."""

from collections import defaultdict
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.database import Transaction
from chassis.envelope import new_id
from chassis.service import Tx
from chassis.web import StrictRoute, User, current_user, general, page, translator
from chassis.web.catalogues import sv
from contracts.fields import Kind
from contracts.municipalities import CONTROLLER
from contracts.references import reference
from matching.domain.rounds.gather import seeker_of
from matching.rounds import publishing
from matching.settings import MatchingSettings
from matching.store import rounds
from matching.store.rounds import Round
from matching.words import Words

Coordinator = Annotated[User, Depends(current_user("coordinator"))]
router = APIRouter(prefix="/rundor", route_class=StrictRoute, default_response_class=HTMLResponse)
KINDS: tuple[Kind, ...] = get_args(Kind)
REFUSED = {
    "nothing_chosen": sv("Välj minst en sorts plats att fördela."),
    "no_municipality": sv("Rundor görs i en kommun. Ditt konto hör inte till någon."),
    "reason_missing": sv("Skriv ett skäl. Låset får ditt namn och skälet."),
    "not_solved": sv("Rundan kan inte publiceras: den är inte löst, eller så har någon redan beslutat om den."),
    "not_published": sv("Rundan kan inte tas tillbaka: den är inte publicerad, eller så är det redan gjort."),
}


@router.get("")
async def newest(request: Request, tx: Tx, user: Coordinator) -> HTMLResponse:
    return await _list(request, tx, user)


@router.post("")
async def ask(
    request: Request, tx: Tx, user: Coordinator, kinds: Annotated[list[str] | None, Form()] = None
) -> Response:
    """A round of these kinds is solved; nothing goes out."""
    chosen = [kind for kind in KINDS if kind in (kinds or ())]
    if not chosen:
        return await _list(request, tx, user, 422, "nothing_chosen")
    if user.municipality is None:
        return await _list(request, tx, user, 422, "no_municipality")
    return await _asked(tx, user.municipality, chosen, user.sub, [])


@router.get("/{round_id}")
async def show(request: Request, tx: Tx, user: Coordinator, round_id: UUID) -> HTMLResponse:
    return await _round(request, tx, await _found(tx, user, round_id))


@router.post("/{round_id}/otherwise")
async def otherwise(
    request: Request,
    tx: Tx,
    user: Coordinator,
    round_id: UUID,
    lock: Annotated[str, Form()],
    household: Annotated[str, Form()],
    part: Annotated[str, Form()] = "",
    place: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """The same round with one lock more, as a round of its own: what would happen is seen before anything does."""
    found = await _found(tx, user, round_id)
    if not reason.strip():
        return await _round(request, tx, found, 422, "reason_missing")
    told = {"lock": lock, "household": household, "by": user.sub, "reason": reason.strip()[:200]}
    told |= {"gets": {"part": part, "place": place}, "never": {"place": place}, "stays_out": {}}.get(lock) or {}
    if lock not in ("gets", "never", "stays_out"):
        raise general(404)
    return await _asked(tx, found.municipality, found.kinds, user.sub, [*found.locks, told])


@router.post("/{round_id}/publish")
async def publish(request: Request, tx: Tx, user: Coordinator, round_id: UUID) -> Response:
    settings: MatchingSettings = request.app.state.settings
    await _found(tx, user, round_id)
    found = await rounds.lock(tx, round_id)
    if found.state != "solved":
        return await _round(request, tx, found, 409, "not_solved")
    await publishing.publish(tx, found, user.sub, settings.patience)
    return RedirectResponse(f"/rundor/{round_id}", 303)


@router.post("/{round_id}/undo")
async def undo(request: Request, tx: Tx, user: Coordinator, round_id: UUID) -> Response:
    await _found(tx, user, round_id)
    found = await rounds.lock(tx, round_id)
    if found.state != "published":
        return await _round(request, tx, found, 409, "not_published")
    await publishing.undo(tx, found, user.sub)
    return RedirectResponse(f"/rundor/{round_id}", 303)


async def _asked(
    tx: Transaction, municipality: str, kinds: list[Any], by: str, locks: list[dict[str, Any]]
) -> Response:
    round_id = new_id()
    await rounds.ask(tx, round_id, (municipality, CONTROLLER[municipality]), kinds, by, locks)
    return RedirectResponse(f"/rundor/{round_id}", 303)


async def _found(tx: Transaction, user: User, round_id: UUID) -> Round:
    """The round, where this coordinator works. Raises 404."""
    found = await rounds.find(tx, round_id, user.municipality)
    if found is None:
        raise general(404)
    return found


async def _list(request: Request, tx: Transaction, user: User, status: int = 200, refused: str = "") -> HTMLResponse:
    words = Words(translator(request))
    return page(
        request,
        "rounds.html",
        status=status,
        words=words,
        kinds=KINDS,
        rounds=await rounds.newest(tx, user.municipality),
        states=_states(words),
        refused=words.t(REFUSED[refused]) if refused else "",
    )


async def _round(request: Request, tx: Transaction, found: Round, status: int = 200, refused: str = "") -> HTMLResponse:
    words, result = Words(translator(request)), found.result or {}
    packages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in result.get("allocations", ()):
        packages[one["household"]].append(one | {"kind": seeker_of(one["part"])[0]})
    ids = {UUID(one["place"]) for one in result.get("allocations", ())}
    return page(
        request,
        "round.html",
        status=status,
        words=words,
        round=found,
        result=result,
        packages=[(id, _reference(found, id), theirs) for id, theirs in sorted(packages.items())],
        left_out=[(one, _reference(found, one["household"])) for one in result.get("why_not", ())],
        titles={str(id): title for id, title in (await rounds.titles(tx, ids)).items()},
        state=_states(words)[found.state],
        changed=[_reference(found, id) for id in (found.outcome or {}).get("changed", ())],
        refused=words.t(REFUSED[refused]) if refused else "",
    )


def _reference(found: Round, household: str) -> str:
    return reference(found.municipality, UUID(household))


def _states(words: Words) -> dict[str, tuple[str, str]]:
    """Of each state the tag's kind and its text."""
    t = words.t
    return {
        "asked": ("neu", t("Väntar på att lösas")),
        "solving": ("go", t("Löses nu")),
        "solved": ("at", t("Du beslutar")),
        "refused": ("st", t("Gick inte att lösa")),
        "published": ("ok", t("Publicerad")),
        "undone": ("st", t("Tillbakatagen")),
    }
