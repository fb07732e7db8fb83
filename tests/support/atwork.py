"""The small service `tally` at work in this process: relay and consumer on real servers, and SQL from beside."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from chassis.kafka import create_topics
from chassis.listening import Listening
from chassis.relay import Relay
from chassis.service import Service
from helpers import fresh
from inflytt.servers import BorrowedKafka, Databases, Kafka
from tally import app
from tally.events import ECHOES, TALLIES


@asynccontextmanager
async def tally_at_work(kafka: Kafka | BorrowedKafka, postgres: Databases) -> AsyncIterator[Service[Any]]:
    """On a database and topics of its own."""
    prefix = f"{kafka.prefix}w{secrets.token_hex(3)}."
    service = await fresh(app.service, postgres, kafka_servers=kafka.bootstrap_servers, topic_prefix=prefix)
    settings = service.settings
    await create_topics(settings.servers, prefix, [TALLIES, ECHOES])
    relay = Relay(settings.database_url, settings.servers, prefix)
    listening = Listening(app.consumer, service.database, settings)
    tasks = [asyncio.create_task(relay.run()), asyncio.create_task(listening.run())]
    yield service
    listening.stop()
    relay.stop()
    await asyncio.gather(*tasks)
    await service.database.close()


async def count(service: Service[Any], *counters: UUID, note: str = "") -> None:
    for counter in counters:
        async with service.database.transaction() as tx:
            await app.count(counter, app.Note(note=note), tx)


async def sql(service: Service[Any], statement: str, *args: Any) -> list[Any]:
    async with service.database.transaction() as tx:
        return await tx.fetch(statement, *args)


async def until_heard(service: Service[Any], records: int) -> None:
    """Returns when the consumer has so many records behind it."""
    async with asyncio.timeout(30):
        while (await sql(service, 'select coalesce(sum("offset"), 0) from offsets'))[0][0] < records:
            await asyncio.sleep(0.05)
