"""What a single writer knows by heart changes with its transactions: with all of one, with a savepoint, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import pytest

from chassis import memory
from chassis.batch import Batches
from chassis.consumer import Consumer
from chassis.database import Transaction
from chassis.keyring import NoKeys
from chassis.memory import remembered, remembering, woken
from pen import Flaky, counted
from places import Place
from tally.events import Counted


class Totals:
    """The totals that were heard, in order."""

    def __init__(self) -> None:
        self.heard: list[int] = []

    @contextmanager
    def batch(self) -> Iterator[None]:
        before = list(self.heard)
        try:
            yield
        except BaseException:
            self.heard = before
            raise


def learning() -> Consumer:
    consumer = Consumer("tally")

    @consumer.on(Counted)
    async def learn(said: Counted, tx: Transaction) -> None:
        tx.memory.heard.append(said.total)
        if said.note == "bad":
            raise ValueError(said.note)
        if said.note == "said":
            tx.publish(said)

    return consumer


async def test_a_transaction_that_is_lost_is_forgotten_and_known_when_it_comes_again(place: Place) -> None:
    batch, known = [counted(uuid4(), 1, "said"), counted(uuid4(), 1)], Totals()
    async with place.database() as database:
        batches = Batches("tally", learning().handlers, remembering(Flaky(database).begin, known))
        with pytest.raises(ConnectionError):
            await batches.apply(batch, NoKeys())
        assert known.heard == []
        await batches.apply(batch, NoKeys())
        assert known.heard == [1, 1]


async def test_an_event_that_fails_alone_is_forgotten_alone(place: Place) -> None:
    one, other, known = uuid4(), uuid4(), Totals()
    batch = [counted(one, 1), counted(other, 1, "bad"), counted(one, 2)]
    async with place.database() as database:
        batches = Batches("tally", learning().handlers, remembering(database.transaction, known))
        tally = await batches.apply(batch, NoKeys())
        assert (tally.handled, tally.parked) == (2, 1)
        assert known.heard == [1, 2]


async def test_while_it_is_made_the_session_that_holds_the_lock_is_kept_awake(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "KEPT", 0.05)
    asked: list[str] = []

    async def slowly() -> Totals:
        await asyncio.sleep(0.3)
        return Totals()

    async with place.database() as database:

        @asynccontextmanager
        async def begin() -> AsyncIterator[Transaction]:
            async with database.transaction() as tx:
                yield tx
                asked.append("awake")

        assert (await remembered(slowly(), begin)).batch
    assert len(asked) >= 3


async def test_what_is_to_be_said_when_it_is_new_is_said_a_transaction_at_a_time(place: Place) -> None:
    left, transactions = [3], list[Any]()

    async def say(tx: Transaction) -> bool:
        transactions.append(tx)
        left[0] -= 1
        return left[0] > 0

    async with place.database() as database:
        await woken([say], database.transaction)
    assert len({id(tx) for tx in transactions}) == len(transactions) == 3


def test_nobody_knows_anything_by_heart_where_others_write() -> None:
    async def make(_: Any) -> Totals:
        return Totals()

    with pytest.raises(ValueError, match="others write"):
        Consumer("tally", memory=make)
