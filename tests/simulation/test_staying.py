"""Households move in, are asked whether they stay, answer, change it, withdraw and are erased, through crashes."""

from datetime import timedelta

import httpx
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from chassis import clock
from chassis.service import Service
from householdlives import Households, some
from householdmodel import House
from intake import households, staying
from intake.domain.staying import HERE
from intake.settings import IntakeSettings
from simulating import Crashing, Fuse, Stage, crashes, few_or_many, one_of, play, step

pytestmark = pytest.mark.timeout(900)  # a failing one is made small before it is told


class StayingMachine(Households):
    @initialize(sizes=st.lists(st.integers(1, 2), min_size=3, max_size=5))
    @step
    async def all_but_one_have_moved_in_and_are_asked(self, sizes: list[int]) -> None:
        for adults in sizes:
            house = await self.come(adults)
            for n in range(adults):
                await self.confirmed(house, n)
        for house in self.houses[1:]:
            await self._moves_in(house, 0, _month(0), None)
        await self._until_the_next_are_asked(None)

    @precondition(lambda self: any(house.model.state == "registered" for house in self.houses))
    @rule(which=some, n=st.integers(0, 1), ago=st.sampled_from([0, 0, 0, 13]), crash=crashes)
    @step
    async def move_in(self, which: int, n: int, ago: int, crash: Crashing) -> None:
        """This month, or so long ago that there is nothing left to ask."""
        house, month = one_of(self.houses, which), _month(-ago)
        if house.model.adults.get(n):
            await self._moves_in(house, n, month, crash)

    @precondition(lambda self: any(house.model.asked for house in self.houses))
    @rule(which=some, n=st.integers(0, 1), left=st.sampled_from([None, 0, -1, 1]), crash=crashes)
    @step
    async def say_whether_it_stays(self, which: int, n: int, left: int | None, crash: Crashing) -> None:
        """An answer may be changed as long as one may be given; who was erased has none to give."""
        house = one_of([house for house in self.houses if house.model.asked], which)
        n, month = n % len(house.people), None if left is None else _month(left)
        if house.model.adults.get(n, True):
            outcome = await self.done(lambda tx: staying.answer(tx, house.people[n], month), crash)
            assert outcome == house.model.stay(n, month or "", self.day, clock.now())

    @precondition(lambda self: any(house.model.ahead for house in self.houses))
    @rule(crash=crashes)
    @step
    async def the_next_are_asked(self, crash: Crashing) -> None:
        await self._until_the_next_are_asked(crash)

    async def _until_the_next_are_asked(self, crash: Crashing) -> None:
        first = min(at for house in self.houses for at in house.model.ahead.values())
        await self.later((first - clock.now()) / timedelta(days=1) + 0.01, crash)

    @rule(days=st.sampled_from([1.0, 29.0, 30.0, 300.0]), crash=crashes)
    @step
    async def time_passes(self, days: float, crash: Crashing) -> None:
        await self.later(days, crash)

    async def _moves_in(self, house: House, n: int, month: str, crash: Crashing) -> None:
        done = await self.done(lambda tx: households.moved_in(tx, house.people[n], month), crash)
        assert done == house.model.move_in(month, clock.now())


def _month(months: int) -> str:
    """The month so many after this one, in Sweden."""
    here = clock.now().astimezone(HERE)
    year, number = divmod(here.year * 12 + here.month - 1 + months, 12)
    return f"{year:04}-{number + 1:02}"


@few_or_many(15, 150)
def test_who_moved_in_is_asked_as_long_as_they_are_here_and_what_they_answer_is_said(
    stage: Stage, intake: Service[IntakeSettings], examples: int
) -> None:
    fuse = Fuse(intake.database)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(intake.web()), base_url="http://intake.test")
    play(lambda: StayingMachine(stage, intake, fuse, client), examples)
    stage.do(client.aclose())
