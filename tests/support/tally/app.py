"""POST counts; the consumer projects what it hears, keeps the order it heard it in, and echoes."""

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Field

from chassis.consumer import Consumer, Due
from chassis.database import Transaction
from chassis.records import Heard
from chassis.service import Commits, Service
from chassis.settings import Settings
from chassis.tables import table_base
from chassis.telemetry import log
from chassis.web import StrictRoute, open_to_machines
from contracts import Event
from tally.events import Counted, Echoed, Told

Base = table_base()


class Counter(Base, table=True):  # type: ignore[valid-type,misc]
    __tablename__ = "counters"
    id: UUID = Field(primary_key=True)
    total: int


class Seen(Base, table=True):  # type: ignore[valid-type,misc]
    """The projection: per counter, how many events had an effect, and the sum that shows each had one."""

    __tablename__ = "seen"
    __table_args__ = {"info": {"projection": True}}  # noqa: RUF012
    id: UUID = Field(primary_key=True)
    events: int
    total: int


class Step(Base, table=True):  # type: ignore[valid-type,misc]
    """The order in which effects happened."""

    __tablename__ = "steps"
    nth: int = Field(primary_key=True)
    id: UUID
    total: int


class Poison(Base, table=True):  # type: ignore[valid-type,misc]
    __tablename__ = "poison"
    note: str = Field(primary_key=True)


COUNT = """insert into counters (id, total) values ($1, 1)
           on conflict (id) do update set total = counters.total + 1 returning total"""
PADDING = ("x" * 4000,) * 250  # more than an outbox row may hold
router = APIRouter(route_class=StrictRoute)


class Note(BaseModel):
    note: str = ""


@router.post("/counters/{counter_id}", status_code=201)
@open_to_machines
async def count_one(counter_id: UUID, body: Note, commits: Commits) -> dict[str, int]:
    return await commits.do(lambda tx: count(counter_id, body, tx))


async def count(counter_id: UUID, body: Note, tx: Transaction) -> dict[str, int]:
    total = (await tx.fetch(COUNT, counter_id))[0]["total"]
    tx.publish(Counted(counter_id=counter_id, total=total, note=body.note))
    if body.note == "tomorrow":
        await tx.due("chime", str(counter_id), tx.now + timedelta(days=1), {})
    if body.note.startswith("refused "):
        await tx.execute("insert into counters (id, total) values ($1::text::uuid, 0)", body.note)
    return {"total": total}


consumer = Consumer("tally", single_writer=os.environ.get("TALLY_SINGLE_WRITER", ""))


@consumer.on(Counted)
async def project(event: Counted, tx: Transaction) -> Iterable[Event]:
    if await tx.fetch("select 1 from poison where note = $1", event.note):
        raise ValueError(f"this can't be handled: {event.note}")
    if event.note == "slow":
        await tx.execute("select pg_sleep(1.5)")
    log.info("counted", total=event.total)
    await tx.execute("insert into steps (id, total) values ($1, $2)", event.counter_id, event.total)
    await tx.execute(
        """insert into seen (id, events, total) values ($1, 1, $2)
           on conflict (id) do update set events = seen.events + 1, total = excluded.total""",
        event.counter_id,
        event.total,
    )
    return [Echoed(counter_id=event.counter_id, total=event.total, padding=PADDING if event.note == "huge" else ())]


@consumer.on(Told)
async def keep(event: Told, tx: Transaction) -> None:
    secret = event.secret.value.text if event.secret.value else None
    await tx.execute("insert into told (id, secret) values ($1, $2)", event.counter_id, secret)


@consumer.on_batch(Echoed)
async def count_echoes(heard: list[Heard], tx: Transaction) -> None:
    await tx.execute(
        """insert into echoes (id, total) select * from unnest($1::uuid[], $2::int[]) order by 1, 2""",
        [h.event.counter_id for h in heard],
        [h.event.total for h in heard],
    )


@consumer.when_due("chime")
async def chime(due: Due, tx: Transaction) -> None:
    if due.payload.get("broken"):
        raise ValueError("this never chimes")
    await tx.execute("insert into chimes (id) values ($1)", UUID(due.key))


service: Service[Any] = Service("tally", settings=Settings, tables=Base.metadata, consumer=consumer, routers=[router])
