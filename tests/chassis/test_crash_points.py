"""kill -9 at every point where something could be lost or done twice: nothing is."""

import pytest

from places import Place
from processes import count_all, some


@pytest.mark.parametrize("point", ["before insert", "after insert", "before commit", "after commit"])
async def test_an_api_killed_here_keeps_what_it_acknowledged_and_half_does_nothing(place: Place, point: str) -> None:
    dying, healthy = place.start("api", crash=f"{point}:4"), place.start("all")
    await dying.is_ready()
    counters = some(5, 12)
    acked, unsure = await count_all(dying, counters)
    assert await dying.ended() == 137
    assert acked
    assert unsure
    await healthy.is_ready()
    more, unanswered = await count_all(healthy, counters)
    assert not unanswered
    await place.settled()
    await place.each_counted_once([*acked, *more], unsure)


@pytest.mark.parametrize("point", ["before publish", "after ack", "after outbox delete"])
async def test_a_relay_killed_here_loses_nothing_and_nothing_has_two_effects(place: Place, point: str) -> None:
    done = await place.counted(some(5, 6))
    dying = place.start("relay", crash=point)
    assert await dying.ended() == 137
    done += await place.counted(some(5, 2))
    place.start("all")
    await place.settled()
    await place.each_counted_once(done)


@pytest.mark.parametrize(
    "point",
    [
        "before insert",
        "after insert",
        "before commit",
        "after commit",
        "before offset commit",
        "after offset commit",
    ],
)
async def test_a_consumer_killed_here_loses_nothing_and_does_nothing_twice(place: Place, point: str) -> None:
    done = await place.counted(some(5, 6))
    async with place.relaying():
        dying = place.start("consumer", crash=point, INFLYTT_INSTANCE="one")
        assert await dying.ended() == 137
        done += await place.counted(some(5, 2))
        place.start("consumer", INFLYTT_INSTANCE="one")
        await place.settled()
    await place.each_counted_once(done)
