"""Records written past the outbox, as broken as a test wants them; and what became of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from chassis.clock import wall
from chassis.database import Database, Transaction
from chassis.envelope import new_id
from chassis.records import Heard, read_parts
from places import Place
from processes import until
from tally.events import Counted


class Pen:
    """Writes records past the outbox, as broken as wanted."""

    def __init__(self, place: Place, producer: AIOKafkaProducer) -> None:
        self.place, self.producer = place, producer

    async def write(self, key: bytes | None, value: bytes | None, headers: list[tuple[str, Any]]) -> None:
        await self.producer.send_and_wait(
            f"{self.place.prefix}tallies", key=key, value=value, headers=headers, partition=0
        )

    async def event(
        self, counter: UUID, version: int, value: bytes | None = None, kind: str = "Counted", **more: bytes
    ) -> None:
        whole = {
            "ce_id": str(uuid4()).encode(),
            "ce_type": kind.encode(),
            "ce_source": b"tally",
            "ce_subject": str(counter).encode(),
            "ce_time": wall().isoformat().encode(),
            "ce_version": str(version).encode(),
        }
        body = Counted(counter_id=counter, total=version).model_dump_json().encode() if value is None else value
        await self.write(str(counter).encode(), body, list({**whole, **more}.items()))


async def steps(place: Place, counter: UUID) -> list[int]:
    return [r["total"] for r in await place.fetch("select total from steps where id = $1 order by nth", counter)]


async def states(place: Place, counter: UUID | None = None) -> list[tuple[int | None, str]]:
    rows = await place.fetch(
        "select version, state from parked where $1::text is null or key = $1 order by version, id",
        str(counter) if counter else None,
    )
    return [(row["version"], row["state"]) for row in rows]


async def has_done(place: Place, counter: UUID, *expected: int) -> None:
    async def done() -> bool:
        return await steps(place, counter) == list(expected)

    await until(done)


async def has_parked(place: Place, counter: UUID, *expected: tuple[int, str]) -> None:
    async def parked() -> bool:
        return await states(place, counter) == list(expected)

    await until(parked)


def counted(counter: UUID, nth: int, note: str = "", **payload: int) -> Heard:
    """As Kafka would bring it, its version as its offset; `payload`: what stands in the body beside."""
    told = {
        "ce_id": new_id(),
        "ce_type": "Counted",
        "ce_source": "tally",
        "ce_subject": counter,
        "ce_time": wall().isoformat(),
        "ce_version": nth,
    }
    body = Counted(counter_id=counter, total=nth, note=note).model_dump_json()
    more = "".join(f',"{name}":{value}' for name, value in payload.items())
    headers = [(name, str(value).encode()) for name, value in told.items()]
    return read_parts("tallies", 0, nth, str(counter).encode(), f"{body[:-1]}{more}}}".encode(), headers)


class Flaky:
    """A database whose connection is lost just before the first commit of something that was said."""

    def __init__(self, database: Database) -> None:
        self.database, self.lost = database, False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Transaction]:
        async with self.database.transaction() as tx:
            yield tx
            if tx.sayings and not self.lost:
                self.lost = True
                raise ConnectionError("lost")
