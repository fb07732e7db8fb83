"""The floor: bare aiokafka fetches and reads the records, bare asyncpg makes the recorded transactions, and nothing else.

`python -m inflytt.bench.reporting.floor FILE`, where FILE is a tape of what the service itself asked, in which batches.
"""

import asyncio
import gc
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.settings import Settings
from contracts import TOPICS
from inflytt.bench.reporting.tape import Recorded, played


async def consume(settings: Settings, tape: Sequence[Recorded]) -> None:
    """A transaction as soon as its number of records is there, from where the database says that the last one ended."""
    connection = await asyncpg.connect(settings.database_url)
    rows = await connection.fetch('select topic, partition, "offset" from offsets')
    at = {(row["topic"], row["partition"]): row["offset"] for row in rows}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.servers, enable_auto_commit=False, isolation_level="read_committed"
    )
    await consumer.start()
    places = [(topic.name, nth) for topic in TOPICS.values() for nth in range(topic.partitions)]
    consumer.assign([TopicPartition(settings.topic_prefix + name, nth) for name, nth in places])
    for name, nth in places:
        consumer.seek(TopicPartition(settings.topic_prefix + name, nth), at.get((name, nth), 0))
    have = 0
    for records, statements in tape:
        while have < records:
            found = await consumer.getmany(timeout_ms=200, max_records=500)
            have += sum(len([json.loads(record.value) for record in some]) for some in found.values())
        have -= records
        async with connection.transaction():
            for method, args, more in statements:
                await getattr(connection, method)(*args, **more)
    await consumer.stop()
    await connection.close()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    tape = list(played(Path(sys.argv[1])))
    gc.collect()
    gc.freeze()  # no collection looks through the tape
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(consume(Settings(), tape))
    signal.pause()  # until we are stopped: a process that has ended would look as if it had failed


if __name__ == "__main__":
    main()
