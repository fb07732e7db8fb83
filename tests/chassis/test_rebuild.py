"""The projection and the log: what is replayed equals what was lived through, and what was changed by hand is named."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from chassis import rebuild
from chassis.kafka import create_topics
from chassis.listening import Listening
from chassis.relay import Relay
from chassis.replay import NotReplayable
from chassis.service import Service
from helpers import fresh
from inflytt.servers import BorrowedKafka, Databases, Kafka
from tally import app
from tally.events import ECHOES, TALLIES

MEMBERS = [uuid4() for _ in range(12)]


@pytest.fixture
async def tally(kafka: Kafka | BorrowedKafka, postgres: Databases) -> AsyncIterator[Service[Any]]:
    """The small service, its relay and its consumer at work."""
    prefix = f"{kafka.prefix}r{secrets.token_hex(3)}."
    service = await fresh(app.service, postgres, kafka_servers=kafka.bootstrap_servers, topic_prefix=prefix)
    await create_topics(service.settings.servers, prefix, [TALLIES, ECHOES])
    async with _at_work(service):
        yield service
    await service.database.close()


@asynccontextmanager
async def _at_work(service: Service[Any]) -> AsyncIterator[None]:
    settings = service.settings
    relay = Relay(settings.database_url, settings.servers, settings.topic_prefix)
    listening = Listening(app.consumer, service.database, settings)
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(listening.run())]
    yield
    listening.stop()
    relay.stop()
    await asyncio.gather(*tasks)


async def _count(service: Service[Any], *counters: UUID, note: str = "") -> None:
    for counter in counters:
        async with service.database.transaction() as tx:
            await app.count(counter, app.Note(note=note), tx)


async def _sql(service: Service[Any], statement: str, *args: Any) -> list[Any]:
    async with service.database.transaction() as tx:
        return await tx.fetch(statement, *args)


async def _heard(service: Service[Any], records: int) -> None:
    """Returns when the consumer has so many records behind it."""
    async with asyncio.timeout(30):
        while (await _sql(service, 'select coalesce(sum("offset"), 0) from offsets'))[0][0] < records:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _verify(service: Service[Any]) -> rebuild.Verdict:
    return await rebuild.verify(service, service.settings.servers, service.settings.topic_prefix)


async def test_a_projection_equals_its_replay(tally: Service[Any]) -> None:
    await _count(tally, *MEMBERS, *MEMBERS, *MEMBERS)
    await _heard(tally, 72)
    seen: list[tuple[int, int]] = []
    settings = tally.settings
    verdict = await rebuild.verify(tally, settings.servers, settings.topic_prefix, lambda *at: seen.append(at))
    assert verdict.equal, verdict.differences
    assert verdict.records == 72
    assert seen[-1] == (72, 72)
    assert verdict.tables["seen"].rows == 12
    assert verdict.tables["seen"].live == verdict.tables["seen"].replay
    assert not await _sql(tally, "select 1 from outbox"), "what was said once is not said again"
    assert await _sql(tally, "select count(*) from steps") == [(36,)]
    assert not await _sql(tally, "select 1 from pg_namespace where nspname like 'verify%'")


async def test_rows_that_were_changed_added_or_removed_by_hand_are_named(tally: Service[Any]) -> None:
    changed, removed = MEMBERS[:2]
    added = uuid4()
    await _count(tally, *MEMBERS)
    await _heard(tally, 24)
    await _sql(tally, "update seen set total = 7 where id = $1", changed)
    await _sql(tally, "delete from seen where id = $1", removed)
    await _sql(tally, "insert into seen values ($1, 1, 1)", added)
    verdict = await _verify(tally)
    assert not verdict.equal
    assert sorted(verdict.differences) == sorted(
        [
            f"seen {changed}: total is 7, in the replay 1",
            f'seen {removed}: only in the replay: {{"id": "{removed}", "total": 1, "events": 1}}',
            f'seen {added}: only live: {{"id": "{added}", "total": 1, "events": 1}}',
        ]
    )
    assert verdict.tables["seen"].live != verdict.tables["seen"].replay


async def test_the_service_may_go_on_while_it_is_compared(tally: Service[Any]) -> None:
    await _count(tally, *MEMBERS)

    async def go_on() -> None:
        while True:
            await _count(tally, *MEMBERS)

    writing = asyncio.create_task(go_on())
    verdicts = [await _verify(tally) for _ in range(2)]
    writing.cancel()
    assert all(verdict.equal for verdict in verdicts), verdicts
    assert verdicts[0].records < verdicts[1].records


async def test_what_is_parked_is_left_out_until_it_is_redriven(tally: Service[Any]) -> None:
    poisoned = MEMBERS[0]
    await _sql(tally, "insert into poison values ('bad')")
    await _count(tally, *MEMBERS)
    await _count(tally, poisoned, note="bad")
    await _count(tally, *MEMBERS)
    await _heard(tally, 25 + 23)
    assert (await _sql(tally, "select count(*) from parked"))[0][0] == 2
    assert (await _verify(tally)).equal
    await _sql(tally, "delete from poison")
    await _sql(tally, "update parked set due = true")
    await _heard(tally, 25 + 25)
    verdict = await _verify(tally)
    assert verdict.equal, verdict.differences
    assert await _sql(tally, "select events from seen where id = $1", poisoned) == [(3,)]


async def test_records_that_nobody_can_read_change_nothing(tally: Service[Any]) -> None:
    await _count(tally, *MEMBERS)
    producer = AIOKafkaProducer(bootstrap_servers=tally.settings.servers)
    await producer.start()
    for value in (b"\xff\xfe", None):
        await producer.send_and_wait(tally.settings.topic_prefix + "tallies", value, key=b"whose", partition=0)
    await producer.stop()
    await _heard(tally, 26)
    verdict = await _verify(tally)
    assert verdict.equal, verdict.differences


async def test_a_log_that_has_lost_its_beginning_is_not_replayed(tally: Service[Any]) -> None:
    await _count(tally, *MEMBERS)
    await _heard(tally, 24)
    topic = tally.settings.topic_prefix + "tallies"
    admin = AIOKafkaAdminClient(bootstrap_servers=tally.settings.servers)
    await admin.start()
    (partition,) = await _sql(tally, "select partition from offsets where topic = 'tallies' limit 1")
    await admin.delete_records({TopicPartition(topic, partition[0]): RecordsToDelete(before_offset=1)})
    await admin.close()
    with pytest.raises(NotReplayable, match=r"holds 1 to \d+, but 0 to \d+ was handled"):
        await _verify(tally)


async def test_a_renewed_projection_takes_the_place_of_a_spoilt_one_under_a_running_service(
    tally: Service[Any],
) -> None:
    await _count(tally, *MEMBERS)
    await _heard(tally, 24)
    await _sql(tally, "update seen set total = 7")

    async def go_on() -> None:
        for _ in range(10):
            await _count(tally, *MEMBERS)

    writing = asyncio.create_task(go_on())
    records = await rebuild.renew(tally, tally.settings.servers, tally.settings.topic_prefix)
    await writing
    assert 24 <= records <= 264
    await _heard(tally, 264)
    assert await _sql(tally, "select distinct events, total from seen") == [(11, 11)]
    verdict = await _verify(tally)
    assert verdict.equal, verdict.differences
    assert not await _sql(tally, "select 1 from pg_namespace where nspname like 'verify%'")
