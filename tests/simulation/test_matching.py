"""Households and places come, change and go, coordinators decide, both sides answer, time passes: who holds what is true."""

import copy
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chassis import clock, sealing
from chassis.batch import Batches
from chassis.database import Transaction
from chassis.due import take_due
from chassis.memory import remembering
from chassis.service import Service
from contracts import Event
from contracts.erasures import SubjectErased
from contracts.interests import HomeNeeds, InterestRegistered, InterestWithdrawn, OfferAccepted, OfferDeclined
from contracts.matches import (
    MatchEvent,
    MatchProposed,
    MatchRetracted,
    MatchReviewed,
    OfferEvent,
    OfferMade,
    PlacementMade,
)
from contracts.opportunities import DwellingListed, OpportunityClosed, OwnerAnswered, VacancyChanged, VacancyPosted
from helpers import Keys
from matching import deciding
from matching.app import service as declared
from matching.domain.proposals import Pair, Scored, standing_proposals
from matching.domain.score import score
from matching.handlers import consumer
from matching.rankings import Rankings, remember
from matching.settings import MatchingSettings
from matching.store import households, places
from matching.yardstick import all_kinds
from matchingsample import adult, changed, dwelling, household, vacancy
from simulating import Crashing, Fuse, Simulation, Stage, crashes, few_or_many, one_of, play, step

pytestmark = pytest.mark.timeout(900)  # a failing one is made small before it is told
T = TypeVar("T")
some = st.integers(0, 11)
PATIENCE = timedelta(days=7)


class Model:
    """Who holds what: seats by place, and the offers that are open with whose yes they lack."""

    def __init__(self) -> None:
        self.seats: dict[UUID, int] = {}  # as the owner last said; a closed place is not here
        self.taken: Counter[UUID] = Counter()
        self.open: dict[UUID, tuple[OfferMade, UUID, set[UUID | str]]] = {}  # offer, its seeker, who has not said yes
        self.ended: Counter[UUID] = Counter()

    def make(self, offer: OfferMade, seeker: UUID) -> None:
        assert self.taken[offer.opportunity_id] < self.seats[offer.opportunity_id]
        self.open[offer.offer_id] = (offer, seeker, {*offer.people, offer.partner_id})

    def answer(self, offer_id: UUID, who: UUID | str, yes: bool) -> None:
        if offer_id not in self.open:
            return
        offer, seeker, lacking = self.open[offer_id]
        lacking.discard(who)
        if not yes or not lacking:
            self.end(offer_id)
        if not lacking and yes and self.taken[offer.opportunity_id] < self.seats[offer.opportunity_id]:
            self.taken[offer.opportunity_id] += 1
            self.let_go(seeker)

    def let_go(self, subject: UUID) -> None:
        """Of a place, a household, an adult, or of whoever has been placed."""
        for offer, seeker, _ in list(self.open.values()):
            if subject in (seeker, offer.interest_id, offer.opportunity_id, *offer.people):
                self.end(offer.offer_id)

    def end(self, offer_id: UUID) -> None:
        del self.open[offer_id]
        self.ended[offer_id] += 1


class MatchingMachine(Simulation):
    @initialize()
    def begin(self) -> None:
        self.keys = self.database.keyring = Keys()
        self.rankings = Rankings()
        self.batches = Batches(consumer.name, consumer.handlers, self.begins)
        self.model = Model()
        self.households: list[InterestRegistered] = []
        self.places: list[VacancyPosted | DwellingListed] = []
        self.proposed: set[UUID] = set()  # as the events tell it
        self.decided: set[UUID] = set()
        self.events: list[Event] = []
        self.passed = timedelta()

    def begins(self) -> AbstractAsyncContextManager[Transaction]:
        return remembering(self.database.transaction, self.rankings)()

    async def survive(self, work: Callable[[], Awaitable[T]], crash: Crashing) -> T:
        """Who crashed, or lost its connection and so the lock, knows nothing by heart."""

        async def anew() -> T:
            if self.crashed:
                self.rankings = await remember(self.database)
            self.crashed = True
            return await work()

        self.crashed = False
        return await super().survive(anew, crash)

    @rule(
        adults=st.integers(1, 2), rooms=st.none() | st.integers(1, 4), extent=st.sampled_from([50, 100]), crash=crashes
    )
    @step
    async def a_household_comes(self, adults: int, rooms: int | None, extent: int, crash: Crashing) -> None:
        home = HomeNeeds(rooms_min=rooms, rent_max=12000) if rooms else None
        come = household(*(adult(extent_percent=extent) for _ in range(adults)), home=home)
        self.households.append(come)
        await self._hear(come, crash=crash)

    @rule(seats=st.integers(1, 2), home=st.booleans(), extent=st.sampled_from([50, 100]), crash=crashes)
    @step
    async def a_place_comes(self, seats: int, home: bool, extent: int, crash: Crashing) -> None:
        place: Any = dwelling(places=seats) if home else vacancy(places=seats, extent_percent=extent)
        self.places.append(place)
        self.model.seats[place.opportunity_id] = seats
        await self._hear(place, crash=crash)

    @precondition(lambda self: self.households)
    @rule(which=some, wants=st.booleans(), crash=crashes)
    @step
    async def a_household_changes(self, which: int, wants: bool, crash: Crashing) -> None:
        """The first adult looks for something else; a second one is gone from it."""
        known = one_of(self.households, which)
        kept = adult("svetsare" if wants else "forskollarare", known.adults[0].person_id)
        await self._hear(changed(known, adults=(kept,)), crash=crash)

    @precondition(lambda self: self.places)
    @rule(which=some, seats=st.integers(1, 3), crash=crashes)
    @step
    async def a_place_changes(self, which: int, seats: int, crash: Crashing) -> None:
        known = one_of(self.places, which)
        if isinstance(known, VacancyPosted):
            told = {name: getattr(known, name) for name in VacancyPosted.model_fields}
            self.model.seats[known.opportunity_id] = max(seats, self.model.taken[known.opportunity_id])
            await self._hear(VacancyChanged(**{**told, "places": seats}), crash=crash)

    @precondition(lambda self: self.places)
    @rule(which=some, crash=crashes)
    @step
    async def a_place_closes(self, which: int, crash: Crashing) -> None:
        gone = self.places.pop(which % len(self.places))
        stood = {
            e.match_id for e in self.events if isinstance(e, MatchProposed) and e.opportunity_id == gone.opportunity_id
        }
        stood &= self.proposed
        self.model.let_go(gone.opportunity_id)
        said = await self._hear(
            OpportunityClosed(
                opportunity_id=gone.opportunity_id, partner_id=gone.partner_id, reason="filled_elsewhere"
            ),
            crash=crash,
        )
        retracted = {e.match_id for e in said if isinstance(e, MatchRetracted) and e.reason == "closed"}
        assert retracted == stood

    @precondition(lambda self: self.households)
    @rule(which=some, erased=st.booleans(), crash=crashes)
    @step
    async def a_household_goes(self, which: int, erased: bool, crash: Crashing) -> None:
        gone = self.households.pop(which % len(self.households))
        self.model.let_go(gone.interest_id)
        await self._hear(InterestWithdrawn(interest_id=gone.interest_id, reason="not_moving"), crash=crash)
        if erased:
            for subject in (*(one.person_id for one in gone.adults), gone.interest_id):
                await self._hear(SubjectErased(subject_id=subject, interest_id=gone.interest_id), crash=crash)

    @precondition(lambda self: self.households)
    @rule(which=some, crash=crashes)
    @step
    async def an_adult_is_erased(self, which: int, crash: Crashing) -> None:
        """The other one stays: intake says how the household stands, and then who is erased."""
        known = one_of(self.households, which)
        if len(known.adults) == 2:
            self.households[which % len(self.households)] = left = changed(known, adults=known.adults[:1])  # type: ignore[assignment]
            gone = known.adults[1].person_id
            await self._hear(left, SubjectErased(subject_id=gone, interest_id=known.interest_id), crash=crash)
            self.model.let_go(gone)

    @precondition(lambda self: self.proposed)
    @rule(which=some, approved=st.booleans(), crash=crashes)
    @step
    async def a_coordinator_decides(self, which: int, approved: bool, crash: Crashing) -> None:
        match_id, offer_id = one_of(sorted(self.proposed), which), UUID(int=len(self.events))

        async def decide() -> str:
            try:
                async with self.database.transaction() as tx:
                    if approved:
                        await deciding.approve(tx, match_id, "vide", "good_fit", offer_id, PATIENCE)
                    else:
                        await deciding.reject(tx, match_id, "vide", "too_far")
            except deciding.Refused as refused:
                return refused.why
            return "decided"

        why = await self.survive(decide, crash)
        assert why in ("decided", "pool_spoken_for"), why
        await self._said()

    @precondition(lambda self: self.decided)
    @rule(which=some)
    @step
    async def a_coordinator_decides_what_is_decided(self, which: int) -> None:
        with pytest.raises(deciding.Refused):
            async with self.database.transaction() as tx:
                await deciding.approve(
                    tx, one_of(sorted(self.decided), which), "malva", "good_fit", UUID(int=0), PATIENCE
                )

    @precondition(lambda self: any(isinstance(event, OfferMade) for event in self.events))
    @rule(which=some, side=st.integers(0, 2), yes=st.sampled_from([True, True, False]), crash=crashes)
    @step
    async def a_side_answers(self, which: int, side: int, yes: bool, crash: Crashing) -> None:
        """Also when it is over."""
        made = [event for event in self.events if isinstance(event, OfferMade)]
        offer = one_of([o for o in made if o.offer_id in self.model.open] or made, which)
        told: dict[str, Any] = {"offer_id": offer.offer_id}
        if side == 0:
            told |= {"opportunity_id": offer.opportunity_id, "partner_id": offer.partner_id}
            event: Event = OwnerAnswered(**told, answer="yes" if yes else "no")
        else:
            told |= {"interest_id": offer.interest_id, "person_id": one_of(offer.people, side - 1)}
            event = OfferAccepted(**told) if yes else OfferDeclined(**told, reason="wage")
        self.model.answer(offer.offer_id, offer.partner_id if side == 0 else told["person_id"], yes)
        await self._hear(event, crash=crash)

    @rule(days=st.sampled_from([1, 4, 8]), crash=crashes)
    @step
    async def time_passes(self, days: int, crash: Crashing) -> None:
        self.passed += timedelta(days=days)
        self.stage.later(self.passed)
        await self.survive(lambda: take_due(self.begins, consumer.when), crash)
        for offer, _, _ in list(self.model.open.values()):
            if offer.answer_by <= clock.now():
                self.model.end(offer.offer_id)
        await self._said()

    @precondition(lambda self: self.kafka.records)
    @rule(which=st.lists(st.integers(0, 99), min_size=1, max_size=5))
    @step
    async def what_was_heard_comes_again(self, which: list[int]) -> None:
        heard = [
            h for h in self.kafka.records if h.envelope and (h.topic, h.envelope.type) in consumer.handlers.singles
        ]
        again = [one_of(heard, n) for n in which]
        assert (await self.batches.apply(again, self.database.keyring)).repeated == len(again)
        assert await self._said() == []

    @invariant()
    @step
    async def who_holds_what_is_what_the_model_says(self) -> None:
        offers = await self.rows("select offer_id from offers where state = 'open'")
        assert {row["offer_id"] for row in offers} == self.model.open.keys()
        kept = await self.rows("select opportunity_id, places, taken from opportunities")
        assert {row["opportunity_id"]: row["taken"] for row in kept} == {
            p: self.model.taken[p] for p in self.model.seats
        }
        assert all(row["taken"] <= row["places"] == self.model.seats[row["opportunity_id"]] for row in kept)
        assert await self.rows("select type, error from parked") == []
        assert await self.rows("select 1 from due where error is not null or attempts > 0") == []

    @invariant()
    @step
    async def what_was_said_is_what_stands(self) -> None:
        """The proposals that the events leave standing are the table's, and those that the rule gives by brute force."""
        kept = await self.rows("select seeker_id, opportunity_id, match_id, state from matches")
        assert {row["match_id"] for row in kept if row["state"] == "proposed"} == self.proposed
        decided = {Pair(r["seeker_id"], r["opportunity_id"]) for r in kept if r["state"] in ("approved", "rejected")}
        async with self.database.transaction() as tx:
            seekers, offered = await households.all_seekers(tx), await places.all_free_places(tx)
        scored = [
            Scored(Pair(seeker.id, place.id), found.points)
            for seeker in seekers
            for place in offered
            if seeker.kind == place.kind and Pair(seeker.id, place.id) not in decided
            if (found := score(all_kinds()[seeker.kind], seeker, place))
        ]
        assert {pair.match_id for pair in standing_proposals(scored)} == self.proposed == self.rankings.pairs().keys()
        seats = Counter((e.opportunity_id, e.seat) for e in self.events if isinstance(e, PlacementMade))
        assert set(seats) == {(place, n) for place, taken in self.model.taken.items() for n in range(1, taken + 1)}
        assert set(seats.values()) <= {1}
        ends = Counter(e.offer_id for e in self.events if isinstance(e, OfferEvent) and not isinstance(e, OfferMade))
        assert ends == self.model.ended

    async def _hear(self, *events: Event, crash: Crashing = None) -> list[Event]:
        subjects = {seal.subject for event in events for seal in sealing.seals_of(event)}
        keys = await self.keys.get(subjects)
        heard = [self.kafka.write(event, source="intake", keys=keys) for event in events]
        await self.survive(lambda: self.batches.apply(heard, self.database.keyring), crash)
        return await self._said()

    async def _said(self) -> list[Event]:
        """What matching has said since, in order; it has then heard its own words, and what it said to them."""
        heard = await self.kafka.relay(self.database)
        for one in heard:
            self._note(one.event)
        own = [one for one in heard if isinstance(one.event, MatchEvent)]
        if own:
            await self.batches.apply(own, self.database.keyring)
            return [one.event for one in heard] + await self._said()
        return [one.event for one in heard]

    def _note(self, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, MatchProposed):
            assert event.match_id not in self.decided
            self.proposed.add(event.match_id)
        elif isinstance(event, MatchRetracted):
            self.proposed.remove(event.match_id)
        elif isinstance(event, MatchReviewed):
            self.proposed.remove(event.match_id)
            assert event.match_id not in self.decided, "decided twice"
            self.decided.add(event.match_id)
        elif isinstance(event, OfferMade):
            people = [one.person_id for home in self.households for one in home.adults]
            home = event.kind == "home"
            assert home or event.people[0] in people
            self.model.make(event, event.interest_id if home else event.people[0])


@pytest.fixture(scope="module")
def matching(stage: Stage) -> Iterator[Service[MatchingSettings]]:
    service = copy.copy(declared)
    service.open(
        MatchingSettings(
            environment="local",
            database_url=stage.database("matching"),
            kafka_servers="127.0.0.1:1",
            cookie_secret="c" * 40,
            service_token="t" * 40,
        )
    )
    yield service
    stage.do(service.database.close())


@few_or_many(15, 150)
def test_who_holds_what_is_true_whatever_happens(
    stage: Stage, matching: Service[MatchingSettings], examples: int
) -> None:
    fuse = Fuse(matching.database)
    play(lambda: MatchingMachine(stage, matching.database, fuse), examples, steps=40)
