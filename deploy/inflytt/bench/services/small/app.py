"""POST reads a meter; the consumer projects the last reading of each. What the floors do by hand, through the chassis."""

from collections import Counter
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Field

from chassis.consumer import Consumer
from chassis.database import Transaction
from chassis.records import Heard
from chassis.service import Commits, Service
from chassis.settings import Settings
from chassis.tables import table_base
from chassis.web import StrictRoute, open_to_machines
from inflytt.bench.events import MeterRead, meter_read
from inflytt.bench.statements import PROJECT, STATE

Base: Any = table_base()


class Meter(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "meters"
    id: UUID = Field(primary_key=True)
    total: int


class Latest(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "latest"
    __table_args__ = {"info": {"projection": True}}  # noqa: RUF012
    meter_id: UUID = Field(primary_key=True)
    readings: int
    total: int
    place: str
    month: str


class Body(BaseModel):
    place: str
    month: str


router = APIRouter(route_class=StrictRoute)
consumer = Consumer("small")


@router.post("/meters/{meter_id}", status_code=201)
@open_to_machines
async def read_meter(meter_id: UUID, body: Body, commits: Commits) -> dict[str, int]:
    async def read(tx: Transaction) -> dict[str, int]:
        total: int = (await tx.fetch(STATE, meter_id))[0]["total"]
        tx.publish(meter_read(meter_id, total, body.place, body.month))
        return {"total": total}

    return await commits.do(read)


@consumer.on_batch(MeterRead)
async def project(heard: list[Heard], tx: Transaction) -> None:
    last = {h.event.meter_id: h.event for h in heard}
    readings = Counter(h.event.meter_id for h in heard)
    rows = [(meter, readings[meter], e.total, e.place, e.month) for meter, e in last.items()]
    await tx.execute(PROJECT, *zip(*rows, strict=True))


service: Service[Any] = Service("small", settings=Settings, tables=Base.metadata, consumer=consumer, routers=[router])
