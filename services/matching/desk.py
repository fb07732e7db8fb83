"""The coordinators' desk: the list of who waits, a household, and the decision. It shows references, never names."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from chassis.database import Transaction
from chassis.envelope import new_id
from chassis.service import Tx
from chassis.web import Problem, StrictRoute, User, current_user, general, page, translator
from chassis.web.catalogues import sv
from contracts.matches import Assessment
from contracts.references import reference
from contracts.vocabulary import VOCABULARY
from contracts.vocabulary.records import ReasonKind
from matching import asking, deciding, referring, road
from matching.deciding import Refused
from matching.domain.proposals import Pair
from matching.settings import MatchingSettings
from matching.store import desk, pairs
from matching.store.desk import PAGE, Household, Shown
from matching.words import Words

Coordinator = Annotated[User, Depends(current_user("coordinator"))]
router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)
GAINS = 3  # skills that are told as worth having
WHY = {
    "not_standing": sv("Förslaget står inte kvar. Det du ser nu är det som gäller."),
    "closed": sv("Platsen är stängd. Ingen introduktion är gjord."),
    "full": sv("Alla platser är tagna. Ingen introduktion är gjord."),
    "pool_spoken_for": sv("Alla lägenheter här är redan erbjudna. Vänta tills någon har svarat."),
    "decided": sv("%(who)s har redan beslutat om det här förslaget."),
    "assessment_unclear": sv(
        "Skriv var bedömningen finns (bokstäver, siffror, punkt och bindestreck), i vilken roll den gjordes och vilken dag."
    ),
    "reason_missing": sv("Välj ett skäl. Beslutet får ditt namn, en tid och skälet."),
}


@router.get("/")
async def today(
    request: Request,
    tx: Tx,
    user: Coordinator,
    show: Shown = "waiting",
    number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> HTMLResponse:
    words = Words(translator(request))
    listed = await desk.households_waiting(tx, user.municipality, show, number)
    return page(
        request,
        "today.html",
        words=words,
        now=tx.now,
        show=show,
        number=number,
        pages=-(-listed[0].total // PAGE) if listed else number,
        total=listed[0].total if listed else 0,
        listed=[(one, reference(one.municipality, one.interest_id), road.list_status(one, words)) for one in listed],
    )


@router.get("/hushall/{interest_id}")
async def household(
    request: Request, tx: Tx, user: Coordinator, interest_id: UUID, done: str = "", why: UUID | None = None
) -> HTMLResponse:
    return await _household(request, tx, user, interest_id, done=done, why=why)


@router.post("/hushall/{interest_id}/matches/{match_id}/approve")
async def approve(
    request: Request, tx: Tx, user: Coordinator, interest_id: UUID, match_id: UUID, reason: Annotated[str, Form()] = ""
) -> Response:
    """Introduces the two, once."""
    settings: MatchingSettings = request.app.state.settings
    await _known(tx, user, interest_id, match_id)
    if not _listed("approval", reason):
        return await _household(request, tx, user, interest_id, status=422, refused=Refused("reason_missing"))
    try:
        await deciding.approve(tx, match_id, user.sub, reason, new_id(), settings.patience)
    except Refused as refused:
        return await _household(request, tx, user, interest_id, status=409, refused=refused)
    return RedirectResponse(f"/hushall/{interest_id}?done=approved", 303)


@router.post("/hushall/{interest_id}/matches/{match_id}/reject")
async def reject(
    request: Request, tx: Tx, user: Coordinator, interest_id: UUID, match_id: UUID, reason: Annotated[str, Form()] = ""
) -> Response:
    """The two are not introduced."""
    await _known(tx, user, interest_id, match_id)
    if not _listed("rejection", reason):
        return await _household(request, tx, user, interest_id, status=422, refused=Refused("reason_missing"))
    try:
        await deciding.reject(tx, match_id, user.sub, reason)
    except Refused as refused:
        return await _household(request, tx, user, interest_id, status=409, refused=refused)
    return RedirectResponse(f"/hushall/{interest_id}?done=rejected", 303)


@router.post("/hushall/{interest_id}/referrals/{seeker_id}/{opportunity_id}")
async def refer(
    request: Request, tx: Tx, user: Coordinator, interest_id: UUID, seeker_id: UUID, opportunity_id: UUID
) -> Response:
    """Tells the household how to join the queue, or how to apply."""
    await _found(tx, user, interest_id)
    found = {one.pair: one for one in await referring.suitable(tx, interest_id)}.get(Pair(seeker_id, opportunity_id))
    if found is None or not await referring.tell(tx, found, user.sub):
        return await _household(request, tx, user, interest_id, status=409, refused=Refused("not_standing"))
    return RedirectResponse(f"/hushall/{interest_id}?done=referred", 303)


@router.post("/hushall/{interest_id}/adults/{person_id}/assessed")
async def assess(
    request: Request,
    tx: Tx,
    user: Coordinator,
    interest_id: UUID,
    person_id: UUID,
    reference: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    made: Annotated[str, Form()] = "",
) -> Response:
    """Somebody has documented that adapted work suits this adult: where it lies, in which role, when. Never what it says."""
    home = await _found(tx, user, interest_id)
    if person_id not in {one.person_id for one in home.adults}:
        raise general(404)
    try:
        told = Assessment.model_validate(
            {"reference": reference.strip().lower(), "role": role.strip().lower(), "made": made}
        )
    except ValidationError:
        return await _household(request, tx, user, interest_id, status=422, refused=Refused("assessment_unclear"))
    if told.made > tx.now.date():
        return await _household(request, tx, user, interest_id, status=422, refused=Refused("assessment_unclear"))
    await deciding.assess(tx, interest_id, person_id, told, user.sub)
    return RedirectResponse(f"/hushall/{interest_id}?done=assessed", 303)


def _listed(kind: ReasonKind, reason: str) -> bool:
    return reason in VOCABULARY.reasons[kind]


async def _found(tx: Transaction, user: User, interest_id: UUID) -> Household:
    """The household, where this coordinator works. Raises 404."""
    found = await desk.household(tx, interest_id, user.municipality)
    if found is None:
        raise general(404)
    return found


async def _known(tx: Transaction, user: User, interest_id: UUID, match_id: UUID) -> None:
    """A match that is another household's is nobody's. One that is gone is told as not standing, later."""
    await _found(tx, user, interest_id)
    match = await pairs.find(tx, match_id)
    if match is not None and match.interest_id != interest_id:
        raise Problem(404, "not_found", sv("Det finns inget här"))


async def _household(
    request: Request,
    tx: Transaction,
    user: User,
    interest_id: UUID,
    status: int = 200,
    done: str = "",
    refused: Refused | None = None,
    why: UUID | None = None,
) -> HTMLResponse:
    words = Words(translator(request))
    home = await _found(tx, user, interest_id)
    shortlist = await desk.shortlist(tx, interest_id)
    return page(
        request,
        "household.html",
        status=status,
        words=words,
        home=home,
        reference=reference(home.municipality, interest_id),
        stages=road.stages(home, shortlist, words),
        package=road.package(home, shortlist, words),
        proposals=[one for one in shortlist if one.state == "proposed"],
        decided=[(one, road.outcome(one, words)) for one in shortlist if one.state != "proposed"],
        helps=await asking.helps(tx, interest_id, shortlist, words),
        referrals=await referring.suitable(tx, interest_id),
        others=await desk.open_places(tx, interest_id),
        asked=why,
        why_not=await asking.why_not(tx, home, why, words) if why else [],
        stations=road.stations(home, shortlist, words),
        done=done,
        refused=words.t(WHY[refused.why], who=refused.by) if refused else "",
    )
