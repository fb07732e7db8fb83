"""What is due is done once, when the platform's clock says so, in a transaction like an event's."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from places import Place
from processes import until

DAY = 24 * 3600


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that moves platform time, by seconds."""
    path = tmp_path / "clock"
    path.write_text("0")
    monkeypatch.setenv("INFLYTT_CLOCK", str(path))
    return path


async def test_what_is_due_tomorrow_is_done_when_the_clock_moves_there_and_once_by_two_consumers(
    place: Place, clock: Path
) -> None:
    counters = await place.counted([uuid4() for _ in range(20)])
    async with place.database() as database, database.transaction() as tx:
        for counter in counters:
            await tx.due("chime", str(counter), tx.now + timedelta(days=1))

    async def chimes() -> int:
        return await place.value("select count(*) from chimes")

    async with place.listening(), place.listening():
        await asyncio.sleep(0.7)
        assert await chimes() == 0
        clock.write_text(str(DAY + 5))

        async def all_have() -> bool:
            return await chimes() >= 20

        await until(all_have)
        await asyncio.sleep(0.5)
    assert await place.value("select count(distinct id) from chimes") == await chimes() == 20
    assert await place.value("select count(*) from due") == 0


async def test_what_fails_is_tried_five_times_a_minute_apart_and_kept_with_its_error(place: Place, clock: Path) -> None:
    broken, well = uuid4(), uuid4()
    async with place.database() as database, database.transaction() as tx:
        await tx.due("chime", str(broken), tx.now, {"broken": True})
        await tx.due("chime", str(well), tx.now)

    async def attempts() -> int:
        return await place.value("select attempts from due where key = $1", str(broken))

    async with place.listening():
        for minute in range(5):
            clock.write_text(str(minute * 61))

            async def tried(times: int = minute + 1) -> bool:
                return await attempts() == times

            await until(tried)
        clock.write_text(str(DAY))
        await asyncio.sleep(0.7)
    assert await place.fetch("select key, attempts, error from due") == [(str(broken), 5, "ValueError")]
    assert [row["id"] for row in await place.fetch("select id from chimes")] == [well]


async def test_the_same_thing_due_again_is_moved_and_what_is_undone_is_not_due(place: Place, clock: Path) -> None:
    counter, other = uuid4(), uuid4()
    async with place.database() as database:
        async with database.transaction() as tx:
            await tx.due("chime", str(counter), tx.now)
            await tx.due("chime", str(other), tx.now)
        async with database.transaction() as tx:
            await tx.due("chime", str(counter), tx.now + timedelta(hours=1))
            await tx.undue("chime", str(other))
    async with place.listening():
        await asyncio.sleep(0.7)
        assert await place.value("select count(*) from chimes") == 0
        clock.write_text("3700")

        async def chimed() -> bool:
            return await place.value("select count(*) from chimes") == 1

        await until(chimed)
    assert await place.value("select id from chimes") == counter
