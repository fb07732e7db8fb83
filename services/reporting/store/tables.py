"""The projection's tables: ids, kinds, codes and times; no one's needs, names or answers in words."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from chassis.tables import table_base

Base: Any = table_base()
PROJECTION = {"info": {"projection": True}}


def _time() -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Household(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "households"
    __table_args__ = PROJECTION
    interest_id: UUID = Field(primary_key=True)
    municipality: str
    requested_at: datetime | None = _time()
    registered_at: datetime | None = _time()
    adults: int | None = None
    awaited: int | None = None
    wants_home: bool | None = None
    children: str | None = None
    withdrawn_at: datetime | None = _time()
    withdrawn_reason: str | None = None
    lapsed_at: datetime | None = _time()
    moved_in_at: datetime | None = _time()
    moved_in_month: str | None = None


class Opportunity(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "opportunities"
    __table_args__ = PROJECTION
    opportunity_id: UUID = Field(primary_key=True)
    municipality: str
    kind: str | None = None
    partner_id: str | None = None
    allocation: str | None = None
    places: int | None = None
    posted_at: datetime | None = _time()
    closed_at: datetime | None = _time()
    closed_reason: str | None = None


class Round(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "rounds"
    __table_args__ = PROJECTION
    round_id: UUID = Field(primary_key=True)
    municipality: str
    households: int | None = None
    served: int | None = None
    points: int | None = None
    bound: int | None = None
    fairness_price: int | None = None
    allocated_at: datetime | None = _time()
    undone_at: datetime | None = _time()
    undone_reason: str | None = None
    withdrawn: int | None = None
    stand: int | None = None


class Need(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "needs"
    __table_args__ = PROJECTION
    round_id: UUID = Field(primary_key=True)
    municipality: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    sort: str = Field(primary_key=True)
    skill: str = Field(primary_key=True)
    area: str = Field(primary_key=True)
    month: str = Field(primary_key=True)
    more: int | None = None
    helped: int
    found_at: datetime | None = _time()


class Settled(Base, table=True):  # type: ignore[call-arg]
    """What stands of each subject of each figure."""

    __tablename__ = "settled"
    __table_args__ = PROJECTION
    figure: str = Field(primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    part: str = Field(primary_key=True)
    municipality: str
    kind: str
    code: str
    amount: int
    said: bool
    final: int | None = None
    since: datetime | None = _time()
    known: date


class Tally(Base, table=True):  # type: ignore[call-arg]
    """What each day moved of a figure, and each day's knowledge."""

    __tablename__ = "tallies"
    __table_args__ = PROJECTION
    municipality: str = Field(primary_key=True)
    figure: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    began: date = Field(primary_key=True)
    valid: date = Field(primary_key=True)
    known: date = Field(primary_key=True)
    count: int
    told_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
