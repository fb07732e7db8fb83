"""kill -9 at every point where something could be lost or done twice: nothing is."""

import pytest

from chassis.database import Database
from processes import Place, count_all, some
from tally.app import COUNT
from tally.events import Counted


async def counted(place: Place, times: int) -> list[object]:
    """Counts without a door, as the api does: each committed before the next."""
    database = Database(place.database_url, "tally")
    done: list[object] = []
    for counter in some(5, times // 5):
        async with database.transaction() as tx:
            total = (await tx.session.execute(COUNT, {"id": counter})).scalar_one()
            tx.publish(Counted(counter_id=counter, total=total))
        done.append(counter)
    await database.close()
    return done


@pytest.mark.parametrize("point", ["before insert", "after insert", "before commit", "after commit"])
async def test_an_api_killed_here_keeps_what_it_acknowledged_and_half_does_nothing(place: Place, point: str) -> None:
    dying, healthy = place.start("api", crash=f"{point}:12"), place.start("all")
    await dying.is_ready()
    counters = some(5, 6)
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
    done = await counted(place, 30)
    dying = place.start("relay", crash=point)
    assert await dying.ended() == 137
    done += await counted(place, 10)
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
    done = await counted(place, 30)
    relay = place.start("relay")
    dying = place.start("consumer", crash=point, INFLYTT_INSTANCE="one")
    assert await dying.ended() == 137
    assert await relay.stop() == 0
    done += await counted(place, 10)
    place.start("all", INFLYTT_INSTANCE="one")
    await place.settled()
    await place.each_counted_once(done)
