"""Two consumers with overlapping batches: a zombie, and who took its place. Each event has its effect once, in order."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from chassis.batch import Batches
from chassis.clock import wall
from chassis.database import Database
from chassis.records import Heard, read_parts
from pen import states, steps
from places import Place
from tally.app import consumer
from tally.events import Counted


def counted(counter: UUID, *notes: str) -> list[Heard]:
    """Versions 1, 2, … of a counter, at the offsets before them, as they stand in a topic."""
    return [_heard(counter, version, note) for version, note in enumerate(notes, 1)]


def _heard(counter: UUID, version: int, note: str) -> Heard:
    headers = {
        "ce_id": str(UUID(int=counter.int ^ version)),
        "ce_type": "Counted",
        "ce_source": "tally",
        "ce_subject": str(counter),
        "ce_time": wall().isoformat(),
        "ce_version": str(version),
    }
    event = Counted(counter_id=counter, total=version, note=note)
    key, value = str(counter).encode(), event.model_dump_json().encode()
    return read_parts("tallies", 0, version - 1, key, value, [(n, v.encode()) for n, v in headers.items()])


async def applied(database: Database, *batches: Sequence[Heard]) -> None:
    """Each by a consumer of its own, a moment after the one before; the first of them is slow."""

    async def one(nth: int, batch: Sequence[Heard]) -> None:
        await asyncio.sleep(0.3 * nth)
        await Batches("tally", consumer.handlers, database.transaction).apply(batch, database.keyring)

    await asyncio.gather(*(one(nth, batch) for nth, batch in enumerate(batches)))


async def test_what_the_zombie_handles_while_the_new_owner_waits_is_not_handled_again(place: Place) -> None:
    counter = uuid4()
    events = counted(counter, "slow", "", "", "")
    async with place.database() as database:
        await applied(database, events[:2], events)
    assert await steps(place, counter) == [1, 2, 3, 4]
    assert await place.value("select version from heard") == 4
    assert await place.value('select "offset" from offsets') == 4


async def test_a_zombie_that_comes_late_changes_nothing(place: Place) -> None:
    counter = uuid4()
    events = counted(counter, "slow", "", "")
    async with place.database() as database:
        await applied(database, events, events[:2])
    assert await steps(place, counter) == [1, 2, 3]
    assert await place.value("select version from heard") == 3
    assert await place.value('select "offset" from offsets') == 3


async def test_behind_what_the_zombie_parked_the_new_owner_handles_nothing(place: Place) -> None:
    counter = uuid4()
    await place.fetch("insert into poison (note) values ('bad')")
    events = counted(counter, "slow", "bad", "", "")
    async with place.database() as database:
        await applied(database, events[:2], events)
    assert await steps(place, counter) == [1]
    assert await states(place, counter) == [(2, "failed"), (3, "behind"), (4, "behind")]


async def test_a_batch_that_holds_an_event_twice_handles_it_once(place: Place) -> None:
    counter = uuid4()
    one, two = counted(counter, "", "")
    async with place.database() as database:
        await applied(database, [one, one, two, one])
    assert await steps(place, counter) == [1, 2]
    assert await place.value("select version from heard") == 2
