"""Redrive: parked sequences that an operator asked for, or that only waited for one event, are handled in order."""

from collections.abc import Sequence

import asyncpg

from chassis import parking, telemetry
from chassis.batch import Batches, frame
from chassis.database import Transaction
from chassis.keyring import Keyring
from chassis.passing import is_passing
from chassis.records import Stream, opened
from chassis.standing import SAVE, STANDING
from chassis.telemetry import log

FAILED = "update parked set state = 'failed', error = $2, attempts = attempts + 1 where id = $1"
WAITS = "update parked set due = false where consumer = $1 and source = $2 and topic = $3 and key = $4 and due"


async def redrive(batches: Batches, keyring: Keyring, partitions: Sequence[tuple[str, int]]) -> bool:
    """Handles what can go of the keys in these partitions, one key a transaction. True when something went."""
    async with batches.begin() as tx:
        streams = await parking.due_streams(tx, batches.consumer, partitions)
    went = False
    for stream in streams:
        async with batches.begin() as tx:
            went |= await _redrive_key(batches, keyring, tx, stream)
    return went


async def _redrive_key(batches: Batches, keyring: Keyring, tx: Transaction, stream: Stream) -> bool:
    """In order until one fails again, which then heads the sequence, or is missing; the rest waits behind it."""
    rows = await parking.sequence(tx, batches.consumer, stream)
    (found,) = await tx.fetch(STANDING, batches.consumer, *[[part] for part in stream])
    last = start = found["version"]
    for row in rows:
        if (
            row["version"] > last
            and not row["skip"]
            and not (row["version"] == last + 1 and await _redriven(batches, keyring, tx, row))
        ):
            await tx.execute(WAITS, batches.consumer, *stream)
            break
        last = max(last, row["version"])
        await tx.execute("delete from parked where id = $1", row["id"])
    if last > start:
        source, topic, key = stream
        await tx.execute(SAVE, batches.consumer, [source], [topic], [key], [last], [], [], [])
    return last > start


async def _redriven(batches: Batches, keyring: Keyring, tx: Transaction, row: asyncpg.Record) -> bool:
    """Handles one parked event. False, with why in its row, when it fails again."""
    (heard,) = await opened([parking.unparked(row)], keyring, batches.handlers.answer)
    assert heard.envelope is not None
    try:
        if heard.error:
            raise ValueError(heard.error)
        async with tx.savepoint():
            await batches.handlers.handle_one(heard, tx)
            await tx.flush()
    except Exception as error:
        if is_passing(error):
            raise
        why = heard.error or f"{type(error).__name__} in {frame(error)}"
        with telemetry.trace(heard.envelope.traceparent):
            log.error("redrive_failed", consumer=batches.consumer, topic=heard.topic, offset=heard.offset, why=why)
        await tx.execute(FAILED, row["id"], why[:500])
        return False
    return True
