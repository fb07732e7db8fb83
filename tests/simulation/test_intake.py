"""Households register, confirm, answer, withdraw, are erased and lapse, through crashes: what intake says of them is true."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from chassis import clock
from chassis.service import Service
from contracts import Event
from contracts.erasures import SubjectErased
from contracts.matches import OfferLapsed, OfferWithdrawn, PlacementMade
from householdlives import Households, some
from intake import households
from intake.settings import IntakeSettings
from intakesample import offer_made
from simulating import Crashing, Fuse, Stage, crashes, few_or_many, one_of, play, step

pytestmark = pytest.mark.timeout(900)  # a failing one is made small before it is told


class IntakeMachine(Households):
    def __init__(self, stage: Stage, service: Service[IntakeSettings], fuse: Fuse, client: httpx.AsyncClient) -> None:
        super().__init__(stage, service, fuse, client)
        self.offers: dict[UUID, tuple[Any, str]] = {}  # as made, and its state
        self.answers: dict[tuple[UUID, UUID], str] = {}  # by offer and adult: the first answer that counted

    @rule(adults=st.integers(1, 2), cut=st.none() | st.integers(1, 14))
    @step
    async def register(self, adults: int, cut: int | None) -> None:
        await self.come(adults, cut)

    @precondition(lambda self: self.houses)
    @rule(which=some, n=st.integers(0, 1), crash=crashes)
    @step
    async def confirm(self, which: int, n: int, crash: Crashing) -> None:
        await self.confirmed(one_of(self.houses, which), n, crash)

    @precondition(lambda self: self.houses)
    @rule(which=some)
    @step
    async def register_again(self, which: int) -> None:
        house = one_of(self.houses, which)
        again = await self.post(house, house.body)
        assert (again.status_code, again.json()) == (201, house.answer)
        assert (await self.post(house, {**house.body, "children": []})).status_code == 422

    @precondition(lambda self: self.houses)
    @rule(days=st.sampled_from([1.0, 3.0, 8.0]), crash=crashes)
    @step
    async def time_passes(self, days: float, crash: Crashing) -> None:
        await self.later(days, crash)

    @precondition(lambda self: self.houses)
    @rule(which=some, crash=crashes)
    @step
    async def an_offer_comes(self, which: int, crash: Crashing) -> None:
        house = one_of(self.houses, which)
        if house.model.state == "registered":
            people = [house.people[n] for n, confirmed in house.model.adults.items() if confirmed]
            made = offer_made(house.id, people)
            self.offers[made.offer_id] = (made, "open")
            await self._hear(made, crash=crash)

    @precondition(lambda self: self.offers)
    @rule(which=some, end=st.sampled_from([OfferLapsed, OfferWithdrawn, PlacementMade]), crash=crashes)
    @step
    async def an_offer_ends(self, which: int, end: type[Event], crash: Crashing) -> None:
        made, state = one_of(self.offers.values(), which)
        if state == "open":
            facts = {name: getattr(made, name) for name in end.model_fields if hasattr(made, name)}
            told = end.model_validate({**facts, "silent": "both", "reason": "closed", "seat": 1})
            self.offers[made.offer_id] = (made, "over")
            await self._hear(told, crash=crash)

    @precondition(lambda self: self.offers)
    @rule(which=some, n=st.integers(0, 1), given=st.sampled_from(["yes", "no"]), crash=crashes)
    @step
    async def answer(self, which: int, n: int, given: Any, crash: Crashing) -> None:
        made, state = one_of(self.offers.values(), which)
        person = made.people[n % len(made.people)]
        here = person in {house.people[n] for house in self.houses for n in house.model.adults}
        outcome = await self.done(lambda tx: households.answer(tx, person, made.offer_id, given), crash)
        if here and state == "open" and clock.now() < made.answer_by:
            first = self.answers.setdefault((made.offer_id, person), given)
            assert outcome in (("taken", "repeated") if first == given else ("answered",))

    @precondition(lambda self: self.kafka.records)
    @rule(which=st.lists(st.integers(0, 40), min_size=1, max_size=4))
    @step
    async def hear_again(self, which: list[int]) -> None:
        heard = [h for h in self.kafka.records if h.topic == "matches"]
        if heard:
            tally = await self.batches.apply([one_of(heard, n) for n in which], self.database.keyring)
            assert tally.repeated == len(which)

    @invariant()
    @step
    async def each_answer_that_counted_was_said_once(self) -> None:
        await self.kafka.relay(self.database)
        said = [h.event for h in self.kafka.records if h.event and h.event.topic.name == "interests"]
        told = [(e.offer_id, e.person_id) for e in said if "offer_id" in type(e).model_fields]
        assert sorted(told) == sorted(self.answers)
        assert await self.rows("select 1 from parked") == []
        erased = [h.event.subject_id for h in self.kafka.records if isinstance(h.event, SubjectErased)]
        assert len(erased) == len(set(erased))

    async def _hear(self, *events: Event, crash: Crashing) -> None:
        heard = [self.kafka.write(event) for event in events]
        await self.survive(lambda: self.batches.apply(heard, self.database.keyring), crash)


@few_or_many(15, 150)
def test_a_households_life_is_told_as_it_was(stage: Stage, intake: Service[IntakeSettings], examples: int) -> None:
    fuse = Fuse(intake.database)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(intake.web()), base_url="http://intake.test")
    play(lambda: IntakeMachine(stage, intake, fuse, client), examples)
    stage.do(client.aclose())
