"""Households in simulations of intake: how they come, confirm and end, through crashes; and what must be true of them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from chassis import clock
from chassis.batch import Batches
from chassis.database import Transaction
from chassis.due import take_due
from chassis.service import Service
from contracts.interests import Household as Standing
from contracts.interests import HouseholdLeft, InterestEvent, StillHere, StillHereAsked
from householdmodel import House
from intake import households, tidying
from intake.handlers import consumer
from intake.settings import IntakeSettings
from intake.store import links
from intakesample import adult, registration
from simulating import Crashing, Fuse, Simulation, Stage, crashes, one_of, step

some = st.integers(0, 7)


class Households(Simulation):
    def __init__(self, stage: Stage, service: Service[IntakeSettings], fuse: Fuse, client: httpx.AsyncClient) -> None:
        self.service, self.client = service, client
        super().__init__(stage, service.database, fuse)
        self.batches = Batches(consumer.name, consumer.handlers, self.database.transaction)
        self.houses: list[House] = []
        self.day = 0.0

    @precondition(lambda self: self.houses)
    @rule(which=some, n=st.integers(0, 1), crash=crashes)
    @step
    async def withdraw(self, which: int, n: int, crash: Crashing) -> None:
        house = one_of(self.houses, which)
        await self.done(lambda tx: households.withdraw(tx, house.people[n % len(house.people)], "not_moving"), crash)
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
            await self.done(lambda tx: households.erase(tx, house.people[n]), crash)
        house.model.erase(n)

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
            assert [stay for event in told if (stay := _of_staying(event, house))] == model.stays
            here = {house.people[n]: confirmed for n, confirmed in model.adults.items()}
            assert {row["person_id"]: row["yes"] for row in stands if row["interest_id"] == house.id} == here
            assert states.get(house.id, "gone") == model.state
            assert (await self.database.keyring.get(house.people)).keys() == here.keys()
            assert model.state != "awaiting" or self.day < model.until, "nobody is left waiting for ever"
            if model.state == "registered":
                last = [event for event in told if isinstance(event, Standing)][-1]
                assert {one.person_id for one in last.adults} == {who for who, yes in here.items() if yes}
                assert {one.person_id for one in last.awaited} == {who for who, yes in here.items() if not yes}

    async def come(self, adults: int, cut: int | None = None) -> House:
        """The connection to the database may break at any statement: who asked asks again with the same key.

        PostgreSQL may take a moment to see that the one who held that key is gone; until then it is said to be running.
        """
        house = House(registration(*(adult() for _ in range(adults))), self.day)
        self.fuse.crash = (cut, "is cut off") if cut else None
        for nth in range(20):
            answer = await self.post(house, house.body)
            self.fuse.crash = None
            if answer.status_code < 500 and answer.status_code != 409:
                break
            await asyncio.sleep(0.05 * nth)
        assert answer.status_code == 201, answer.text
        house.answer = answer.json()
        found = await self.rows("select person_id from adults where interest_id = $1 order by position", house.id)
        house.people = [row["person_id"] for row in found]
        self.houses.append(house)
        return house

    async def confirmed(self, house: House, n: int, crash: Crashing = None) -> None:
        if n in house.model.adults:
            async with self.database.transaction() as tx:
                (token,) = await links.make(tx, [(house.people[n], "confirm")])
            await self.done(lambda tx: households.confirm(tx, token), crash)
        house.model.confirm(n)

    async def later(self, days: float, crash: Crashing) -> None:
        self.day += days
        self.stage.later(timedelta(days=self.day))
        await self.survive(lambda: take_due(self.database.transaction, consumer.when), crash)
        for house in self.houses:
            house.model.lapse(self.day)
            house.model.time_comes(self.day, clock.now())

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

    async def done(self, work: Callable[[Transaction], Any], crash: Crashing) -> Any:
        async def doing() -> Any:
            async with self.database.transaction() as tx:
                return await work(tx)

        return await self.survive(doing, crash)

    async def post(self, house: House, body: dict[str, Any]) -> httpx.Response:
        return await self.client.post("/api/interests", json=body, headers={"Idempotency-Key": house.key})


def _of_staying(event: InterestEvent, house: House) -> tuple[Any, ...] | None:
    """As the model has it; None where it is of something else."""
    match event:
        case StillHereAsked():
            return "asked", event.months, frozenset(map(house.people.index, event.people))
        case StillHere():
            return "here", event.months
        case HouseholdLeft():
            return "left", event.month
    return None
