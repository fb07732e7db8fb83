"""The projection and the log: what is replayed equals what was lived through, and what was changed by hand is named."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from atwork import count, sql, tally_at_work, until_heard
from chassis import rebuild
from chassis.replay import NotReplayable
from chassis.service import Service
from inflytt.servers import BorrowedKafka, Databases, Kafka

MEMBERS = [uuid4() for _ in range(12)]


@pytest.fixture
async def tally(kafka: Kafka | BorrowedKafka, postgres: Databases) -> AsyncIterator[Service[Any]]:
    async with tally_at_work(kafka, postgres) as service:
        yield service


async def _verify(service: Service[Any]) -> rebuild.Verdict:
    return await rebuild.verify(service, service.settings.servers, service.settings.topic_prefix)


async def test_a_projection_equals_its_replay(tally: Service[Any]) -> None:
    await count(tally, *MEMBERS, *MEMBERS, *MEMBERS)
    await until_heard(tally, 72)
    seen: list[tuple[int, int]] = []
    settings = tally.settings
    verdict = await rebuild.verify(tally, settings.servers, settings.topic_prefix, lambda *at: seen.append(at))
    assert verdict.equal, verdict.differences
    assert verdict.records == 72
    assert seen[-1] == (72, 72)
    assert verdict.tables["seen"].rows == 12
    assert verdict.tables["seen"].live == verdict.tables["seen"].replay
    assert not await sql(tally, "select 1 from outbox"), "what was said once is not said again"
    assert await sql(tally, "select count(*) from steps") == [(36,)]
    assert not await sql(tally, "select 1 from pg_namespace where nspname like 'verify%'")


async def test_rows_that_were_changed_added_or_removed_by_hand_are_named(tally: Service[Any]) -> None:
    changed, removed = MEMBERS[:2]
    added = uuid4()
    await count(tally, *MEMBERS)
    await until_heard(tally, 24)
    await sql(tally, "update seen set total = 7 where id = $1", changed)
    await sql(tally, "delete from seen where id = $1", removed)
    await sql(tally, "insert into seen values ($1, 1, 1)", added)
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
    await count(tally, *MEMBERS)

    async def go_on() -> None:
        while True:
            await count(tally, *MEMBERS)

    writing = asyncio.create_task(go_on())
    verdicts = []
    for records in (5, 50):
        await until_heard(tally, records)
        verdicts.append(await _verify(tally))
    writing.cancel()
    assert all(verdict.equal for verdict in verdicts), verdicts
    assert verdicts[0].records < verdicts[1].records


async def test_what_is_parked_is_left_out_until_it_is_redriven(tally: Service[Any]) -> None:
    poisoned = MEMBERS[0]
    await sql(tally, "insert into poison values ('bad')")
    await count(tally, *MEMBERS)
    await count(tally, poisoned, note="bad")
    await count(tally, *MEMBERS)
    await until_heard(tally, 25 + 23)
    assert (await sql(tally, "select count(*) from parked"))[0][0] == 2
    assert (await _verify(tally)).equal
    await sql(tally, "delete from poison")
    await sql(tally, "update parked set due = true")
    await until_heard(tally, 25 + 25)
    verdict = await _verify(tally)
    assert verdict.equal, verdict.differences
    assert await sql(tally, "select events from seen where id = $1", poisoned) == [(3,)]


async def test_records_that_nobody_can_read_change_nothing(tally: Service[Any]) -> None:
    await count(tally, *MEMBERS)
    producer = AIOKafkaProducer(bootstrap_servers=tally.settings.servers)
    await producer.start()
    for value in (b"\xff\xfe", None):
        await producer.send_and_wait(tally.settings.topic_prefix + "tallies", value, key=b"whose", partition=0)
    await producer.stop()
    await until_heard(tally, 26)
    verdict = await _verify(tally)
    assert verdict.equal, verdict.differences


async def test_a_log_that_has_lost_its_beginning_is_not_replayed(tally: Service[Any]) -> None:
    await count(tally, *MEMBERS)
    await until_heard(tally, 24)
    topic = tally.settings.topic_prefix + "tallies"
    admin = AIOKafkaAdminClient(bootstrap_servers=tally.settings.servers)
    await admin.start()
    (partition,) = await sql(tally, "select partition from offsets where topic = 'tallies' limit 1")
    await admin.delete_records({TopicPartition(topic, partition[0]): RecordsToDelete(before_offset=1)})
    await admin.close()
    with pytest.raises(NotReplayable, match=r"holds 1 to \d+, but 0 to \d+ was handled"):
        await _verify(tally)


async def test_a_renewed_projection_takes_the_place_of_a_spoilt_one_under_a_running_service(
    tally: Service[Any],
) -> None:
    await count(tally, *MEMBERS)
    await until_heard(tally, 24)
    await sql(tally, "update seen set total = 7")

    async def go_on() -> None:
        for _ in range(10):
            await count(tally, *MEMBERS)

    writing = asyncio.create_task(go_on())
    records = await rebuild.renew(tally, tally.settings.servers, tally.settings.topic_prefix)
    await writing
    assert 24 <= records <= 264
    await until_heard(tally, 264)
    assert await sql(tally, "select distinct events, total from seen") == [(11, 11)]
    verdict = await _verify(tally)
    assert verdict.equal, verdict.differences
    assert not await sql(tally, "select 1 from pg_namespace where nspname like 'verify%'")
