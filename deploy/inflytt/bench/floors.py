"""The floors: the same work without a chassis, by bare aiokafka, asyncpg and FastAPI. `python -m inflytt.bench.floors ROLE`."""

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import uuid_utils.compat
import uvicorn
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI
from pydantic import BaseModel

from chassis.settings import Settings
from inflytt.bench.events import meter_read
from inflytt.bench.statements import GONE, NEXT, NUMBER, PLACES, PROJECT, SAY, STATE, TAKE


async def consume(settings: Settings) -> None:
    """getmany, one transaction a batch (inbox, projection, offsets), commit."""
    connection = await asyncpg.connect(settings.database_url)
    group = uuid_utils.compat.uuid7()
    consumer = AIOKafkaConsumer(
        settings.topic_prefix + "readings",
        bootstrap_servers=settings.servers,
        group_id=f"{settings.topic_prefix}floor.{group}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    while True:
        found = await consumer.getmany(timeout_ms=200, max_records=500)
        records = [record for some in found.values() for record in some]
        if not records:
            continue
        heard = [(UUID(dict(r.headers)["ce_id"].decode()), json.loads(r.value)) for r in records]
        async with connection.transaction():
            fresh = {row["event_id"] for row in await connection.fetch(TAKE, [identity for identity, _ in heard])}
            events = [event for identity, event in heard if identity in fresh]
            last = {event["meter_id"]: event for event in events}
            readings = Counter(event["meter_id"] for event in events)
            rows = [(m, readings[m], e["total"], e["place"], e["month"]) for m, e in last.items()]
            await connection.execute(PROJECT, *zip(*rows, strict=True))
            places = [(where.partition, some[-1].offset + 1) for where, some in found.items() if some]
            await connection.execute(PLACES, *zip(*places, strict=True))
        await consumer.commit({where: some[-1].offset + 1 for where, some in found.items() if some})


async def relay(settings: Settings) -> None:
    """Up to 2 000 rows at a time, `send` each, wait for all, delete."""
    connection = await asyncpg.connect(settings.database_url)
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.servers,
        enable_idempotence=True,
        acks="all",
        compression_type="zstd",
        max_batch_size=256 * 1024,
    )
    await producer.start()
    while True:
        rows = await connection.fetch(NEXT)
        acks = [
            await producer.send(
                settings.topic_prefix + row["topic"], row["payload"], key=row["key"].encode(), headers=_headers(row)
            )
            for row in rows
        ]
        await asyncio.gather(*acks)
        await connection.execute(GONE, [row["seq"] for row in rows])
        if not rows:
            await asyncio.sleep(0.01)


def _headers(row: asyncpg.Record) -> list[tuple[str, bytes]]:
    told = json.loads(row["headers"])
    told |= {"ce_specversion": "1.0", "ce_id": str(row["id"]), "ce_type": row["type"], "ce_subject": row["key"]}
    told |= {"ce_version": str(row["version"]), "content-type": "application/json"}
    return [(name, value.encode()) for name, value in told.items()]


class Body(BaseModel):
    place: str
    month: str


async def post(settings: Settings) -> None:
    """One state row and one event, a statement each, in one transaction."""

    @asynccontextmanager
    async def pool(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(settings.database_url, min_size=10, max_size=10) as app.state.pool:
            yield

    app = FastAPI(lifespan=pool)

    @app.post("/meters/{meter_id}", status_code=201)
    async def read_meter(meter_id: UUID, body: Body) -> dict[str, int]:
        key = str(meter_id)
        async with app.state.pool.acquire() as connection, connection.transaction():
            total = await connection.fetchval(STATE, meter_id)
            event = meter_read(meter_id, total, body.place, body.month)
            version = await connection.fetchval(NUMBER, key)
            told = json.dumps({"ce_source": "small", "ce_time": datetime.now(UTC).isoformat()})
            payload = event.model_dump_json().encode()
            await connection.execute(SAY, uuid_utils.compat.uuid7(), key, version, told, payload)
        return {"total": total}

    await uvicorn.Server(uvicorn.Config(app, port=settings.http_port, access_log=False)).serve()


FLOORS = {"consumer": consume, "relay": relay, "api": post}


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(FLOORS[sys.argv[1]](Settings()))


if __name__ == "__main__":
    main()
