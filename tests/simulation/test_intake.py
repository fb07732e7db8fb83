"""Households register, confirm, answer, withdraw, are erased and lapse, through crashes: what intake says of them is true."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from chassis import clock
from chassis.batch import Batches
from chassis.database import Transaction
from chassis.due import take_due
from chassis.service import Service
from contracts import Event
from contracts.erasures import SubjectErased
from contracts.interests import Household as Standing
from contracts.interests import InterestEvent
from contracts.matches import OfferLapsed, OfferWithdrawn, PlacementMade
from intake import households, tidying
from intake.handlers import consumer
from intake.settings import IntakeSettings
from intake.store import links
from intakesample import adult, offer_made, registration
from simulating import Crashing, Fuse, Simulation, Stage, crashes, few_or_many, one_of, play, step

pytestmark = pytest.mark.timeout(900)  # a failing one is made small before it is told
some = st.integers(0, 7)
WEEK = 7.0  # days


class Model:
    """What must be true of one household: who is there, who has confirmed, and what was said of it, in order."""

    def __init__(self, adults: int, day: float) -> None:
        self.adults = dict.fromkeys(range(adults), False)
        self.state, self.until, self.said = "awaiting", day + WEEK, ["ConfirmationRequested"] * adults

    def confirm(self, n: int) -> None:
        if self.state == "withdrawn" or self.adults.get(n, True):
            return
        self.adults[n] = True
        if self.state == "registered" or self.adults.get(0):
            self.say("InterestChanged" if self.state == "registered" else "InterestRegistered", "registered")

    def withdraw(self, n: int) -> None:
        if n in self.adults and self.state == "registered":
            self.say("InterestWithdrawn", "withdrawn")

    def erase(self, n: int) -> None:
        del self.adults[n]
        if any(self.adults.values()) or 0 in self.adults:
            if self.state == "registered":
                self.say("InterestChanged", "registered")
            return
        if self.state != "withdrawn":
            self.say("InterestWithdrawn", "withdrawn")
        self.adults, self.state = {}, "gone"

    def lapse(self, day: float) -> None:
        if day < self.until or self.state in ("withdrawn", "gone") or all(self.adults.values()):
            return
        confirmed = {n: True for n, here in self.adults.items() if here}
        if self.state == "awaiting":
            self.adults = {}
            self.say("RegistrationLapsed", "gone")
        else:
            self.adults = confirmed
            self.say("InterestChanged", "registered")

    def say(self, event: str, state: str) -> None:
        self.said.append(event)
        self.state = state


class House:
    """A household as it came in: its body, its key, its ids, and the model of it."""

    def __init__(self, body: dict[str, Any], day: float) -> None:
        self.body, self.key, self.model = body, uuid4().hex, Model(len(body["adults"]), day)
        self.answer: dict[str, Any] = {}
        self.people: list[UUID] = []

    @property
    def id(self) -> UUID:
        return UUID(self.answer["interest_id"])


class IntakeMachine(Simulation):
    def __init__(self, stage: Stage, service: Service[IntakeSettings], fuse: Fuse, client: httpx.AsyncClient) -> None:
        self.service, self.client = service, client
        super().__init__(stage, service.database, fuse)

    @initialize()
    def begin(self) -> None:
        self.batches = Batches(consumer.name, consumer.handlers, self.database.transaction)
        self.houses: list[House] = []
        self.offers: dict[UUID, tuple[Any, str]] = {}  # as made, and its state
        self.answers: dict[tuple[UUID, UUID], str] = {}  # by offer and adult: the first answer that counted
        self.day = 0.0

    @rule(adults=st.integers(1, 2), cut=st.none() | st.integers(1, 14))
    @step
    async def register(self, adults: int, cut: int | None) -> None:
        """The connection to the database may break at any statement: who asked asks again with the same key.

        PostgreSQL may take a moment to see that the one who held that key is gone; until then it is said to be running.
        """
        house = House(registration(*(adult() for _ in range(adults))), self.day)
        self.fuse.crash = (cut, "is cut off") if cut else None
        for nth in range(20):
            answer = await self._post(house, house.body)
            self.fuse.crash = None
            if answer.status_code < 500 and answer.status_code != 409:
                break
            await asyncio.sleep(0.05 * nth)
        assert answer.status_code == 201, answer.text
        house.answer = answer.json()
        found = await self.rows("select person_id from adults where interest_id = $1 order by position", house.id)
        house.people = [row["person_id"] for row in found]
        self.houses.append(house)

    @precondition(lambda self: self.houses)
    @rule(which=some)
    @step
    async def register_again(self, which: int) -> None:
        house = one_of(self.houses, which)
        again = await self._post(house, house.body)
        assert (again.status_code, again.json()) == (201, house.answer)
        assert (await self._post(house, {**house.body, "children": []})).status_code == 422

    @precondition(lambda self: self.houses)
    @rule(which=some, n=st.integers(0, 1), crash=crashes)
    @step
    async def confirm(self, which: int, n: int, crash: Crashing) -> None:
        house = one_of(self.houses, which)
        if n in house.model.adults:
            async with self.database.transaction() as tx:
                (token,) = await links.make(tx, [(house.people[n], "confirm")])
            await self._done(lambda tx: households.confirm(tx, token), crash)
        house.model.confirm(n)

    @precondition(lambda self: self.houses)
    @rule(which=some, n=st.integers(0, 1), crash=crashes)
    @step
    async def withdraw(self, which: int, n: int, crash: Crashing) -> None:
        house = one_of(self.houses, which)
        await self._done(lambda tx: households.withdraw(tx, house.people[n % len(house.people)], "not_moving"), crash)
        house.model.withdraw(n % len(house.people))

    @precondition(lambda self: self.houses)
    @rule(which=some, n=st.integers(0, 1), crash=crashes, tidied=st.booleans())
    @step
    async def erase(self, which: int, n: int, crash: Crashing, tidied: bool) -> None:
        """What a crash cuts off is finished: by the adult, who asks again, or by intake itself."""
        house = one_of(self.houses, which)
        if not house.model.adults.get(n):
            return  # who has not confirmed has no page to ask on
        if tidied and crash:
            await self.survive(self._once(lambda tx: households.erase(tx, house.people[n])), crash)
            await self.survive(lambda: tidying.finish_erasures(self.service), None)
            keys = await self.database.keyring.get([house.people[n]])
            if keys:
                return  # the crash came before anything was done
        else:
            await self._done(lambda tx: households.erase(tx, house.people[n]), crash)
        house.model.erase(n)

    @precondition(lambda self: self.houses)
    @rule(days=st.sampled_from([1.0, 3.0, 8.0]), crash=crashes)
    @step
    async def time_passes(self, days: float, crash: Crashing) -> None:
        self.day += days
        self.stage.later(timedelta(days=self.day))
        await self.survive(lambda: take_due(self.database.transaction, consumer.when), crash)
        for house in self.houses:
            house.model.lapse(self.day)

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
        outcome = await self._done(lambda tx: households.answer(tx, person, made.offer_id, given), crash)
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
    async def what_stands_and_what_was_said_is_what_the_model_says(self) -> None:
        await self.kafka.relay(self.database)
        stands = await self.rows("select interest_id, person_id, confirmed_at is not null as yes from adults")
        states = {row["interest_id"]: row["state"] for row in await self.rows("select * from interests")}
        for house in self.houses:
            model = house.model
            said = [
                h.event
                for h in self.kafka.records
                if isinstance(h.event, InterestEvent) and h.event.interest_id == house.id
            ]
            told = [event for event in said if "offer_id" not in type(event).model_fields]
            assert [type(event).__name__ for event in told] == model.said
            here = {house.people[n]: confirmed for n, confirmed in model.adults.items()}
            assert {row["person_id"]: row["yes"] for row in stands if row["interest_id"] == house.id} == here
            assert states.get(house.id, "gone") == model.state
            assert (await self.database.keyring.get(house.people)).keys() == here.keys()
            assert model.state != "awaiting" or self.day < model.until, "nobody is left waiting for ever"
            if model.state == "registered":
                last = [event for event in told if isinstance(event, Standing)][-1]
                assert {one.person_id for one in last.adults} == {who for who, yes in here.items() if yes}
                assert {one.person_id for one in last.awaited} == {who for who, yes in here.items() if not yes}

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

    def _once(self, work: Callable[[Transaction], Any]) -> Callable[[], Any]:
        """The same, but asked for one time only: after the crash nobody comes back."""
        asked: list[int] = []

        async def once() -> Any:
            if not asked:
                asked.append(1)
                async with self.database.transaction() as tx:
                    return await work(tx)
            return None

        return once

    async def _done(self, work: Callable[[Transaction], Any], crash: Crashing) -> Any:
        async def doing() -> Any:
            async with self.database.transaction() as tx:
                return await work(tx)

        return await self.survive(doing, crash)

    async def _hear(self, *events: Event, crash: Crashing) -> None:
        heard = [self.kafka.write(event) for event in events]
        await self.survive(lambda: self.batches.apply(heard, self.database.keyring), crash)

    async def _post(self, house: House, body: dict[str, Any]) -> httpx.Response:
        return await self.client.post("/api/interests", json=body, headers={"Idempotency-Key": house.key})


@few_or_many(15, 150)
def test_a_households_life_is_told_as_it_was(stage: Stage, intake: Service[IntakeSettings], examples: int) -> None:
    fuse = Fuse(intake.database)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(intake.web()), base_url="http://intake.test")
    play(lambda: IntakeMachine(stage, intake, fuse, client), examples)
    stage.do(client.aclose())
