"""From events to figures, on a real PostgreSQL: counted once, the same in any batches, small numbers hidden from all."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from chassis.batch import Batches
from chassis.records import Heard
from chassis.service import Service
from chassis.settings import Settings
from chassis.web.catalogues import untranslated
from chassis.web.sessions import User, seal
from contracts import Event, Sealed
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import (
    ConfirmationRequested,
    InterestRegistered,
    InterestWithdrawn,
    MovedIn,
    OfferAccepted,
    OfferDeclined,
)
from contracts.matches import (
    AcceptanceTooLate,
    MatchProposed,
    MatchRetracted,
    MatchReviewed,
    OfferLapsed,
    OfferMade,
    PlacementFellThrough,
    PlacementMade,
)
from contracts.messages import MessageFailed, MessageSent
from contracts.opportunities import DwellingListed, OwnerAnswered, VacancyPosted
from contracts.partners import InputRefused
from contracts.rounds import RoundAllocated, RoundUndone, ScarcityFound, TrainingNeedFound
from helpers import fresh, said, tell
from inflytt.servers import Databases
from reporting.app import service as declared
from reportingsample import happened

NEW_YEARS_EVE = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)  # 23:30 in Sweden
NEW_YEAR = NEW_YEARS_EVE + timedelta(hours=1)
TOKEN = {"Authorization": "Bearer " + "t" * 32}


def signed_in(client: httpx.AsyncClient, *roles: str, municipality: str | None = None) -> None:
    web = client._transport.app.state.web  # type: ignore[attr-defined]
    user = User(sub="u1", roles=frozenset(roles), municipality=municipality)
    client.cookies.set(web.cookie("session"), seal(web, "session", user.model_dump(mode="json"), 60))


class Story:
    """One household and what becomes of it: each step is the event that tells it."""

    def __init__(self, kind: str = "job") -> None:
        self.interest, self.person, self.place, self.match, self.offer = (uuid4() for _ in range(5))
        self.kind = kind
        self.pair: dict[str, Any] = {
            "match_id": self.match,
            "interest_id": self.interest,
            "opportunity_id": self.place,
            "kind": kind,
        }
        self.about: dict[str, Any] = {
            "offer_id": self.offer,
            "interest_id": self.interest,
            "opportunity_id": self.place,
        }
        self.about |= {"partner_id": "norrverk", "kind": kind, "people": [self.person]}

    def asked(self) -> Event:
        return ConfirmationRequested(interest_id=self.interest, person_id=self.person, language="sv")

    def registered(self) -> Event:
        seal = {"subject": self.person}
        adult = {"person_id": self.person, "language": "sv", "wants_work": True, "needs": seal}
        told = {"interest_id": self.interest, "adults": [adult], "wants_home": False, "children": "0"}
        return InterestRegistered.model_validate(told)

    def posted(self) -> Event:
        facts = {"opportunity_id": self.place, "partner_id": "norrverk", "reference": "1", "places": 1, "title": "x"}
        if self.kind == "job":
            return VacancyPosted.model_validate({**facts, "employer": "Norrverk", "occupation": "svetsare"})
        home = {"allocation": "pool", "landlord": "Lulehem", "rooms": 2, "size_m2": 50, "rent": 8000}
        return DwellingListed.model_validate({**facts, **home, "area": "lulea-kronan", "available": "2026-12"})

    def proposed(self) -> Event:
        reasons = Sealed[Any](subject=self.person)
        return MatchProposed.model_validate(
            {**self.pair, "person_id": self.person, "band": "400-599", "reasons": reasons}
        )

    def approved(self) -> Event:
        return MatchReviewed.model_validate({**self.pair, "decision": "approved", "reason": "good_fit"})

    def introduced(self) -> Event:
        return OfferMade.model_validate({**self.about, "match_id": self.match, "answer_by": NEW_YEAR})

    def ended(self, kind: type[Event], **more: Any) -> Event:
        return kind.model_validate({**self.about, **more})

    def said_yes(self) -> Event:
        return OfferAccepted(interest_id=self.interest, offer_id=self.offer, person_id=self.person, kind=self.kind)

    def said_no(self, reason: str = "wage") -> Event:
        return OfferDeclined(interest_id=self.interest, offer_id=self.offer, person_id=self.person, reason=reason)

    def owner(self, answer: str, reason: str | None = None) -> Event:
        told = {"opportunity_id": self.place, "partner_id": "norrverk", "offer_id": self.offer, "answer": answer}
        return OwnerAnswered.model_validate({**told, "reason": reason})

    def to_introduction(self) -> list[Event]:
        return [self.posted(), self.proposed(), self.approved(), self.introduced()]


def mail(kind: type[Event], person: UUID, **more: Any) -> Event:
    return kind.model_validate(
        {"message_id": uuid4(), "template": "offer", "channel": "mail", "person_id": person, "language": "sv", **more}
    )


def whole_road() -> list[Event]:
    """Five households: a placement, a no from each side, one too late, one that lapsed; and one that only asked."""
    placed, refused, declined, late, lapsed, asked = Story(), Story(), Story("home"), Story("home"), Story(), Story()
    events = [story.asked() for story in (placed, refused, declined, late, lapsed, asked)]
    events += [story.registered() for story in (placed, refused, declined, late, lapsed)]
    for story in (placed, refused, declined, late, lapsed):
        events += story.to_introduction()
    events += [placed.said_yes(), placed.owner("yes"), placed.ended(PlacementMade, seat=1)]
    events += [MovedIn(interest_id=placed.interest, month="2027-01")]
    events += [refused.owner("no", "lacks_skill")]
    events += [refused.ended(PlacementFellThrough, side="owner", reason="lacks_skill")]
    events += [declined.said_no("rent"), declined.ended(PlacementFellThrough, side="person", reason="rent")]
    events += [late.said_yes(), late.owner("yes"), late.ended(AcceptanceTooLate)]
    events += [lapsed.said_yes(), lapsed.ended(OfferLapsed, silent="owner")]
    events += [InterestWithdrawn(interest_id=lapsed.interest, reason="not_moving")]
    events += [mail(MessageSent, placed.person), mail(MessageFailed, late.person, reason="smtp_550")]
    events += [happened(kind, n) for n in (0, 1) for kind in (RoundAllocated, TrainingNeedFound, ScarcityFound)]
    events += [happened(RoundUndone, 1)]
    return [*events, InputRefused(partner_id="lulehem", input_id=uuid4(), door="kafka", code="json_invalid")]


EXPECTED = {
    "registered": 6, "confirmed": 5, "withdrawn": 1, "refused": 1, "opportunities": 5, "proposed": 5, "approved": 5,
    "introduced": 5, "accepted": 3, "declined": 1, "owner_yes": 2, "owner_refused": 1, "lapsed": 1, "placed": 1,
    "fell_through": 3, "moved_in": 1, "mails": 1, "rounds": 1, "needs": 4,
}  # fmt: skip


async def figures(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/figures", headers=TOKEN)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def everything(service: Service[Any]) -> dict[str, list[Any]]:
    async with service.database.transaction() as tx:
        return {
            name: sorted(map(tuple, await tx.fetch(f"select * from {name}")), key=str)
            for name, table in service.tables.tables.items()
            if table.info.get("projection") and name != "measurements"  # each has an id and a place of its own
        }


async def test_every_figure_is_counted_from_what_happened(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, *whole_road(), at=NEW_YEAR)
    found = await figures(client)
    assert {name: found[name] for name in EXPECTED} == EXPECTED
    assert (found["median_days"], found["as_of"]) == (0.0, NEW_YEAR.isoformat())


async def test_a_retracted_proposal_does_not_stand_but_a_decided_one_counts(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    gone, decided = Story(), Story()
    events = [MatchRetracted.model_validate({**story.pair, "reason": "full"}) for story in (gone, decided)]
    await tell(service, gone.proposed(), decided.proposed(), decided.approved(), *events)
    assert (await figures(client))["proposed"] == 1


async def test_the_median_wait_is_from_confirmed_interest_to_first_introduction(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    for days in (1, 2, 30):
        story = Story()
        await tell(service, story.registered(), at=NEW_YEAR)
        await tell(service, *story.to_introduction(), at=NEW_YEAR + timedelta(days=days))
        again = story.ended(OfferMade, match_id=story.match, answer_by=NEW_YEAR, offer_id=uuid4())
        await tell(service, again, at=NEW_YEAR + timedelta(days=days + 50))
    await tell(service, Story().registered(), at=NEW_YEAR)
    assert (await figures(client))["median_days"] == 2.0


async def test_batches_make_no_difference_to_any_row(postgres: Databases) -> None:
    heard: list[Heard] = []
    rows = []
    for size in (len(whole_road()), 1, 7):
        service = await fresh(declared, postgres, issuer_url="http://issuer.test")
        heard = heard or await tell(service, *whole_road(), at=NEW_YEAR)
        batches = Batches(service.consumer.name, service.consumer.handlers, service.database.transaction)
        for start in range(0, len(heard), size):
            await batches.apply(heard[start : start + size], service.database.keyring)
        rows.append(await everything(service))
        await service.database.close()
    assert rows[0] == rows[1] == rows[2]
    assert all(rows[0].values())


async def test_an_erased_subject_is_answered_and_the_figures_stand(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, *whole_road(), at=NEW_YEAR)
    before, subject = await everything(service), uuid4()
    await tell(service, SubjectErased(subject_id=subject, interest_id=uuid4()))
    assert await said(service) == [ErasureCarriedOut(subject_id=subject, service="reporting")]
    assert await everything(service) == before


async def test_exact_figures_are_for_those_with_the_services_token(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/figures")).status_code == 401
    assert (await client.get("/api/figures", headers={"Authorization": "Bearer wrong"})).status_code == 401


async def test_before_anything_happened_the_pages_say_so(client: httpx.AsyncClient) -> None:
    public = await client.get("/")
    assert public.status_code == 200
    assert "Ingen hade anmält sig än." in public.text
    assert (await figures(client))["as_of"] is None
    signed_in(client, "officer")
    assert "Här finns inget att följa upp än." in (await client.get("/uppfoljning")).text


async def test_everybody_sees_the_line_to_100_000_with_its_source(client: httpx.AsyncClient) -> None:
    swedish = (await client.get("/")).text.replace("\xa0", " ")
    assert "Luleå behöver växa 3,06 gånger så snabbt." in swedish
    assert "Det kräver 1 153 fler varje år. 2022 blev det 377. I den takten tar vägen 55 år." in swedish
    assert "källa: SCB via Luleå kommun" in swedish
    english = (await client.get("/?lang=en")).text
    assert "Luleå needs to grow 3.06 times as fast." in english
    assert "The goal is 100,000 inhabitants in 2040." in english


async def test_officers_see_every_number_by_kind_municipality_and_month_and_why(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    early, late = Story(), Story("home")
    await tell(service, early.asked(), *early.to_introduction(), at=NEW_YEARS_EVE)
    await tell(service, late.asked(), *late.to_introduction(), at=NEW_YEAR)
    await tell(service, late.ended(PlacementFellThrough, side="person", reason="rent"), at=NEW_YEAR)
    signed_in(client, "officer")
    text = (await client.get("/uppfoljning")).text
    assert "2026-12" in text
    assert "2027-01" in text
    assert "Hushållet sa nej: Hyran" in text


async def test_officers_see_what_rounds_gave_and_what_would_help_most(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, *whole_road(), at=NEW_YEAR)
    signed_in(client, "officer")
    swedish = (await client.get("/uppfoljning")).text.replace("\xa0", " ")
    assert "98,9 %" in swedish
    assert "togs tillbaka" in swedish
    assert "MIG/MAG-svetsning, för att arbeta som svetsare" in swedish
    assert "10 more in Kronan: 3 rooms" in (await client.get("/uppfoljning?lang=en")).text


async def test_an_officer_sees_the_municipality_of_their_own_sign_in(
    service: Service[Settings], client: httpx.AsyncClient
) -> None:
    await tell(service, Story().asked(), municipality="0380")
    signed_in(client, "coordinator", municipality="2580")
    assert "Här finns inget att följa upp än." in (await client.get("/uppfoljning")).text
    signed_in(client, "coordinator", municipality="0380")
    assert "Uppsala" in (await client.get("/uppfoljning")).text


async def test_follow_up_is_for_officers_and_coordinators(client: httpx.AsyncClient) -> None:
    sent_on = await client.get("/uppfoljning", headers={"Accept": "text/html"})
    assert (sent_on.status_code, sent_on.headers["location"]) == (303, "/sign-in?to=/uppfoljning")
    signed_in(client, "janitor")
    assert (await client.get("/uppfoljning")).status_code == 403


def test_every_text_is_there_in_english() -> None:
    assert untranslated("reporting", "en") == set()
