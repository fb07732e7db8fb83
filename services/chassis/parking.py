"""Parking: what can't be handled waits with its key's later events behind it, while all other keys flow."""

import base64
import json
from collections.abc import Iterable

import asyncpg

from chassis.database import Transaction
from chassis.outbox import dumps
from chassis.records import Heard, Stream, read_parts

PARK = """
insert into parked (consumer, source, topic, key, partition, "offset", event_id, type, version, headers, payload, state, error)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing
"""


async def park(tx: Transaction, consumer: str, heard: Heard, state: str, error: str) -> None:
    """Keeps a record whole: `failed` heads its key's sequence, `behind` waits in it, `unreadable` blocks nothing."""
    envelope = heard.envelope
    headers = dumps([[name, base64.b64encode(value or b"").decode()] for name, value in heard.headers])
    await tx.execute(
        PARK,
        consumer,
        envelope.source if envelope else "",
        heard.topic,
        envelope.subject if envelope else None,
        heard.partition,
        heard.offset,
        envelope.id if envelope else None,
        envelope.type if envelope else None,
        envelope.version if envelope else None,
        headers,
        heard.value,
        state,
        error[:500],
    )


def unparked(row: asyncpg.Record) -> Heard:
    """The record as it was heard."""
    headers = [(name, base64.b64decode(value)) for name, value in json.loads(row["headers"])]
    key = row["key"].encode() if row["key"] is not None else None
    return read_parts(row["topic"], row["partition"], row["offset"], key, row["payload"], headers)


async def due_streams(tx: Transaction, consumer: str, partitions: Iterable[tuple[str, int]]) -> list[Stream]:
    """Keys of these partitions that an operator asked for, or whose head only waits and can go."""
    topics, numbers = zip(*partitions, strict=True)
    rows = await tx.fetch(
        """select p.source, p.topic, p.key, bool_or(p.due) as due, (array_agg(p.state order by p.version, p.id))[1] as head
           from parked p where p.consumer = $1 and p.state <> 'unreadable'
             and (p.topic, p.partition) in (select * from unnest($2::text[], $3::int[]))
           group by 1, 2, 3""",
        consumer,
        list(topics),
        list(numbers),
    )
    return [(row["source"], row["topic"], row["key"]) for row in rows if row["due"] or row["head"] == "behind"]


async def sequence(tx: Transaction, consumer: str, stream: Stream) -> list[asyncpg.Record]:
    """All that is parked of one key, oldest first, locked."""
    return await tx.fetch(
        """select * from parked where consumer = $1 and source = $2 and topic = $3 and key = $4
           and state <> 'unreadable' order by version, id for update""",
        consumer,
        *stream,
    )


async def count(tx: Transaction, consumer: str) -> int:
    return (await tx.fetch("select count(*) from parked where consumer = $1", consumer))[0][0]
