"""What people see: the start, the form, the confirmation, their own page in each of its states."""

import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from chassis import clock
from chassis.due import Due
from chassis.migrate import migrate
from chassis.web import hash_key
from contracts.matches import AcceptanceTooLate, OfferEvent, OfferLapsed, OfferMade, PlacementFellThrough, PlacementMade
from helpers import fresh, tell
from inflytt.servers import Databases
from intake import partners, staying
from intake.app import service as declared
from intakesample import adult, circle, course, dwelling, offer_made, registration, school_places, vacancy
from onscreen import Page, Served, door, send, serving

PAGES = (
    Page("/"),
    Page("/anmal"),
    Page("/anmal", press="main form .btn"),  # nothing is filled in: every fault is told
    Page("/anmal/tack"),
    Page("/bekrafta/{asked}"),
    Page("/bekrafta/{pressed}", press="main form .btn"),
    Page("/bekrafta/{used}", status=410),
    Page("/bekrafta/nobody-was-given-this", status=404),
    Page("/min-sida/{offered}"),
    Page("/min-sida/{answered}"),
    Page("/min-sida/{quiet}"),
    Page("/min-sida/{moved}", press="form[action$=moved-in] .btn"),
    Page("/min-sida/{asked-to-stay}"),
    Page("/min-sida/{told-to-stay}", press="form[action$=still-here] .btn:not(.no)"),
    Page("/min-sida/{withdrawn}", press="form[action$=withdraw] .btn"),
    Page("/min-sida/{erased}", press="form[action$=erase] .btn"),
    Page("/min-sida/nobody-was-given-this", status=404),
    Page("/raderad"),
    Page("/finns-inte", status=404),
)
NAMED = ("offered", "answered", "quiet", "moved", "withdrawn", "erased", "asked-to-stay", "told-to-stay")
TOKEN = {"Authorization": "Bearer " + "t" * 32}
DOORS: dict[str, tuple[str, str, Any]] = {
    "job": ("norrverk", "/partner/vacancies", vacancy),
    "home": ("lulehem", "/partner/dwellings", dwelling),
    "school": ("skolan", "/partner/school-places", school_places),
    "education": ("larcentrum", "/partner/courses", course),
    "network": ("byanat", "/partner/circles", circle),
}
ORGANISATIONS = {"norrverk": "employer", "lulehem": "landlord", "skolan": "school", "larcentrum": "educator"}


@asynccontextmanager
async def opened(postgres: Databases) -> AsyncIterator[Served]:
    """Intake with its partners and their places, and households that have come differently far."""
    listening, address = door()
    keys = postgres.create_database(f"keys_{secrets.token_hex(4)}")
    await migrate("intake", keys.url, "migrations_keys")
    more = {"keys_database_url": keys.url, "kek": base64.b64encode(secrets.token_bytes(32)).decode()}
    service = await fresh(declared, postgres, public_url=address, allowed_hosts="127.0.0.1", **more)
    async with serving(service, listening, address) as served:
        await _registered(served)
        await _answered(served, await _places(served))
        yield served
    await service.database.keyring.close()


async def _places(served: Served) -> dict[str, UUID]:
    """One of each kind, as its owner publishes it."""
    found = {}
    async with served.client() as client:
        for kind, (partner, path, body) in DOORS.items():
            told = {"partner_id": partner, "kind": ORGANISATIONS.get(partner, "host"), "name": partner.title()}
            told |= {"municipality": "2580", "email": f"{partner}@inflytt.example", "key_hash": hash_key(partner * 9)}
            told |= {"agreement": "pool-2026"} if kind == "home" else {}
            await partners.keep(served.service, partners.PartnerTold.model_validate(told))
            key = {"Authorization": f"Bearer {partner * 9}"}
            answer = await client.post(path, json=body(), headers=key)
            assert answer.status_code == 201, answer.text
            found[kind] = UUID(answer.json()["opportunity_id"])
    return found


async def _registered(served: Served) -> None:
    """Households whose links are named by how far they have come."""
    for name in ("asked", "pressed", "used"):
        served.named[name] = await _link(served, (await _household(served))[1][0], "confirm")
    async with served.client() as client:
        await send(client, "/bekrafta/" + served.named["used"])
        for name in NAMED:
            interest, people = await _household(served, adult("Malva Ek") if name == "quiet" else None)
            await send(client, "/bekrafta/" + await _link(served, people[0], "confirm"))
            served.named |= {name: await _link(served, people[0], "placement")}
            served.named |= {f"{name}-interest": str(interest), f"{name}-person": str(people[0])}
        for name in NAMED[-2:]:
            page = "/min-sida/" + served.named[name]
            await send(client, f"{page}/moved-in", page, month=f"{clock.now():%Y-%m}")
            await _asked_whether_it_stays(served, served.named[f"{name}-interest"])


async def _asked_whether_it_stays(served: Served, interest: str) -> None:
    """As when three months have passed since it moved in."""
    async with served.service.database.transaction() as tx:
        await staying.ask(tx, Due(staying.ASK, f"{interest}/3", tx.now, {"interest_id": interest, "months": 3}))


async def _household(served: Served, second: dict[str, Any] | None = None) -> tuple[UUID, list[UUID]]:
    async with served.client() as client:
        body = registration(adult(), *([second] if second else []))
        answer = await client.post("/api/interests", json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code == 201, answer.text
    interest = UUID(answer.json()["interest_id"])
    async with served.service.database.transaction() as tx:
        asked = "select person_id from adults where interest_id = $1 order by position"
        return interest, [row["person_id"] for row in await tx.fetch(asked, interest)]


async def _link(served: Served, person: UUID, template: str) -> str:
    """The token in a letter's link, as notifications asks for it."""
    wanted = {"message_id": str(uuid4()), "template": template, "person_id": str(person)}
    async with served.client() as client:
        answer = await client.post("/internal/letters", json={"letters": [wanted]}, headers=TOKEN)
    link: str = answer.json()["letters"][0]["link"]
    return link.rsplit("/", 1)[1]


async def _answered(served: Served, places: dict[str, UUID]) -> None:
    """One has an offer of each kind to answer; another had them, and they ended in different ways."""
    ended: list[OfferMade] = []
    for name in ("offered", "answered"):
        interest, person = UUID(served.named[f"{name}-interest"]), UUID(served.named[f"{name}-person"])
        for kind, place in places.items():
            owner = {"opportunity_id": place, "kind": kind, "partner_id": DOORS[kind][0]}
            made = offer_made(interest, [person], **owner)
            await tell(served.service, made, source="matching")
            ended += [made] if name == "answered" else []
    facts = [one.model_dump(include=set(OfferEvent.model_fields)) for one in ended]
    async with served.client() as client:
        page = "/min-sida/" + served.named["answered"]
        await send(client, f"{page}/offers/{ended[0].offer_id}/accept", page)
    outcomes = (
        PlacementMade(**facts[1], seat=1),
        OfferLapsed(**facts[2], silent="person"),
        PlacementFellThrough(**facts[3], side="owner", reason="other"),
        AcceptanceTooLate(**facts[4]),
    )
    await tell(served.service, *outcomes, source="matching")
