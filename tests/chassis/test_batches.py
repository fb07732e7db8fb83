"""A batch, straight into its tables: whole or not at all, and each event once, whoever else had a part of it."""

import asyncio
from uuid import uuid4

import pytest

from chassis.batch import Batches
from chassis.consumer import Consumer
from chassis.database import Transaction
from chassis.keyring import NoKeys
from pen import Flaky, counted, steps
from places import Place
from processes import until
from tally.app import Counter, consumer
from tally.events import Counted


async def test_a_batch_whose_connection_is_lost_is_handled_whole_when_it_comes_again(place: Place) -> None:
    counter = uuid4()
    batch = [counted(counter, version) for version in (1, 2, 3)]
    async with place.database() as database:
        batches = Batches("tally", consumer.handlers, Flaky(database).begin)
        with pytest.raises(ConnectionError):
            await batches.apply(batch, NoKeys())
        assert await steps(place, counter) == []
        assert (await batches.apply(batch, NoKeys())).handled == 3
        assert await steps(place, counter) == [1, 2, 3]


async def test_of_two_batches_that_overlap_each_event_has_its_effect_once(place: Place) -> None:
    """A zombie's batch and the new owner's: the second waits for the first, and what it read before is old."""
    counter = uuid4()
    first, second = counted(counter, 1, "slow"), counted(counter, 2)
    async with place.database() as database:
        batches = Batches("tally", consumer.handlers, database.transaction)
        zombie = asyncio.create_task(batches.apply([first], NoKeys()))

        async def sleeps() -> bool:
            return bool(await place.fetch("select 1 from pg_stat_activity where query = 'select pg_sleep(1.5)'"))

        await until(sleeps)
        tally = await batches.apply([first, second], NoKeys())
        assert ((await zombie).handled, tally.handled, tally.repeated) == (1, 1, 1)
        assert await steps(place, counter) == [1, 2]
        assert await place.value("select version from heard") == 2


async def test_a_number_in_the_payload_is_no_version(place: Place) -> None:
    counter = uuid4()
    async with place.database() as database:
        batches = Batches("tally", consumer.handlers, database.transaction)
        for heard in (counted(counter, 1, version=7), counted(counter, 2, version=1), counted(counter, 3, version=9)):
            assert (await batches.apply([heard], NoKeys())).handled == 1
        assert await steps(place, counter) == [1, 2, 3]


async def test_an_event_that_fails_with_a_session_open_is_parked_alone_and_leaves_nothing_of_it(place: Place) -> None:
    """The session's own savepoint lies in the event's: it has to end first, or the whole batch is lost with the event."""
    storing = Consumer("tally")

    @storing.on(Counted)
    async def store(said: Counted, tx: Transaction) -> None:
        tx.session.add(Counter(id=said.counter_id, total=said.total))
        await tx.session.flush()
        if said.note == "bad":
            raise ValueError(said.note)

    bad, well = uuid4(), uuid4()
    async with place.database() as database:
        batches = Batches("tally", storing.handlers, database.transaction)
        tally = await batches.apply([counted(bad, 1, "bad"), counted(well, 1)], NoKeys())
    assert (tally.handled, tally.parked) == (1, 1)
    assert set(await place.totals()) == {well}
    assert [row["key"] for row in await place.fetch("select key from parked")] == [str(bad)]
