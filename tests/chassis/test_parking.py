"""What can't be handled waits with its key's later events behind it; everything else flows; redrive heals it."""

import asyncio
import re
import time
from uuid import uuid4

from pen import Pen, has_done, has_parked, steps
from places import Place
from processes import some, until
from tally.events import Counted


async def poison(place: Place, note: str) -> None:
    await place.fetch("insert into poison (note) values ($1)", note)


async def cure_and_redrive(place: Place) -> None:
    await place.fetch("delete from poison")
    await place.fetch("update parked set due = true where state <> 'unreadable'")


async def test_a_poison_event_waits_with_its_keys_later_events_behind_it_while_other_keys_flow(place: Place) -> None:
    await poison(place, "bad")
    ill, well = uuid4(), uuid4()
    await place.counted([ill])
    await place.counted([ill], "bad")
    await place.counted([ill, well, well])
    async with place.flowing():
        await has_done(place, well, 1, 2)
        await has_parked(place, ill, (2, "failed"), (3, "behind"))
        await place.counted([ill, well])
        await has_done(place, well, 1, 2, 3)
        await has_parked(place, ill, (2, "failed"), (3, "behind"), (4, "behind"))
        assert await steps(place, ill) == [1]
        assert re.fullmatch(
            r"ValueError in app\.py:\d+", await place.value("select error from parked where version = 2")
        )


async def test_redrive_while_the_consumer_runs_gives_the_result_as_if_nothing_had_happened(place: Place) -> None:
    await poison(place, "bad")
    ill = uuid4()
    await place.counted([ill])
    await place.counted([ill], "bad")
    await place.counted([ill] * 3)
    async with place.flowing():
        await has_done(place, ill, 1)
        await has_parked(place, ill, (2, "failed"), *[(n, "behind") for n in (3, 4, 5)])
        counting = asyncio.create_task(place.counted([ill, uuid4()] * 20))
        await cure_and_redrive(place)
        counted = await counting
        await place.settled()
        await has_parked(place, ill)
        await place.each_counted_once([*[ill] * 5, *counted])


async def test_redriving_twice_is_redriving_once(place: Place) -> None:
    await poison(place, "bad")
    ill = uuid4()
    await place.counted([ill], "bad")
    await place.counted([ill] * 2)
    async with place.relaying(), place.listening(), place.listening():
        await has_parked(place, ill, (1, "failed"), (2, "behind"), (3, "behind"))
        await asyncio.gather(cure_and_redrive(place), cure_and_redrive(place))
        await place.settled()
        await cure_and_redrive(place)
        await place.counted([ill])
        await place.settled()
        await place.each_counted_once([ill] * 4)


async def test_what_fails_again_is_tried_once_per_redrive_and_not_over_and_over(place: Place) -> None:
    await poison(place, "bad")
    ill = uuid4()
    await place.counted([ill], "bad")
    await place.counted([ill])
    async with place.flowing():
        await has_parked(place, ill, (1, "failed"), (2, "behind"))
        await place.fetch("update parked set due = true")

        async def tried() -> int:
            return await place.value("select sum(attempts) from parked")

        await until(tried)
        await asyncio.sleep(1.2)
        assert await tried() == 1
        assert await steps(place, ill) == []


async def test_an_event_that_is_skipped_lets_those_behind_it_go(place: Place) -> None:
    await poison(place, "bad")
    ill = uuid4()
    await place.counted([ill])
    await place.counted([ill], "bad")
    await place.counted([ill])
    async with place.flowing():
        await has_parked(place, ill, (2, "failed"), (3, "behind"))
        await place.fetch("update parked set skip = true, due = true where state = 'failed'")
        await has_done(place, ill, 1, 3)
        await place.counted([ill])
        await has_done(place, ill, 1, 3, 4)
        await has_parked(place, ill)


async def test_an_event_whose_predecessor_is_missing_waits_and_goes_when_that_comes(place: Place, pen: Pen) -> None:
    counter, other = uuid4(), uuid4()
    async with place.listening():
        for version in (1, 3, 4):
            await pen.event(counter, version)
        await pen.event(other, 1)
        await has_done(place, other, 1)
        await has_parked(place, counter, (3, "behind"), (4, "behind"))
        assert "gap" in await place.value("select error from parked where version = 3")
        await pen.event(counter, 2)
        await has_done(place, counter, 1, 2, 3, 4)
        await has_parked(place, counter)


async def test_a_missing_predecessor_that_then_fails_is_not_tried_over_and_over(place: Place, pen: Pen) -> None:
    await poison(place, "bad")
    counter = uuid4()
    async with place.listening():
        await pen.event(counter, 2)
        await has_parked(place, counter, (2, "behind"))
        bad = Counted(counter_id=counter, total=1, note="bad").model_dump_json().encode()
        await pen.event(counter, 1, bad)
        await has_parked(place, counter, (1, "failed"), (2, "behind"))
        await asyncio.sleep(1.2)
        assert await place.value("select sum(attempts) from parked") == 0
        await cure_and_redrive(place)
        await has_done(place, counter, 1, 2)


async def test_what_no_column_takes_is_parked_rather_than_waited_for(place: Place, pen: Pen) -> None:
    ill, well = uuid4(), uuid4()
    async with place.listening():
        await pen.event(ill, 1, Counted(counter_id=ill, total=2**40).model_dump_json().encode())
        await pen.event(well, 1)
        await has_done(place, well, 1)
        await has_parked(place, ill, (1, "failed"))


async def test_an_event_whose_answer_can_not_be_written_is_parked_alone(place: Place) -> None:
    ill, well = uuid4(), uuid4()
    await place.counted([ill], "huge")
    await place.counted([well])
    async with place.flowing():
        await has_done(place, well, 1)
        await has_parked(place, ill, (1, "failed"))
        assert await steps(place, ill) == []


async def test_a_consumer_halts_when_too_many_keys_fail_and_nothing_of_that_is_committed(place: Place) -> None:
    await poison(place, "bad")
    counted = await place.counted(some(30, 1), "bad")
    async with place.relaying():
        async with place.listening() as listening:

            async def halted() -> str:
                return listening.pulse.halted

            assert "keys fail" in await until(halted)
            ready, why = listening.ready()
            assert (ready, listening.alive()[0]) == (False, True)
            assert "30 keys" in why or "keys fail" in why
            began = time.process_time()
            await asyncio.sleep(1)
            assert time.process_time() - began < 0.5, "it spins"
            for table in ("inbox", "parked", "heard", "steps", "echoes"):
                assert await place.value(f"select count(*) from {table}") == 0, table
        await place.fetch("delete from poison")
        async with place.listening():  # mended, and started anew
            await place.settled()
    await place.each_counted_once(counted)


async def test_one_key_with_many_events_behind_it_does_not_halt_its_consumer(place: Place) -> None:
    await poison(place, "bad")
    ill, well = uuid4(), uuid4()
    await place.counted([ill], "bad")
    await place.counted([ill] * 40)
    await place.counted([well])
    async with place.flowing() as listening:
        await has_done(place, well, 1)
        await has_parked(place, ill, (1, "failed"), *[(n, "behind") for n in range(2, 42)])
        assert listening.ready()[0]
