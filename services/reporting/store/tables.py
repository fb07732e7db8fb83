"""The projection's tables: ids, kinds, codes and times; no one's needs, names or answers in words."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime
from sqlmodel import Field

from chassis.database import table_base

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


class OwnerAnswer(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "owner_answers"
    __table_args__ = PROJECTION
    offer_id: UUID = Field(primary_key=True)
    municipality: str
    opportunity_id: UUID | None = None
    partner_id: str | None = None
    answer: str | None = None
    reason: str | None = None
    answered_at: datetime | None = _time()


class PersonAnswer(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "person_answers"
    __table_args__ = PROJECTION
    offer_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    municipality: str
    interest_id: UUID | None = None
    answer: str | None = None
    reason: str | None = None
    answered_at: datetime | None = _time()


class Proposal(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "proposals"
    __table_args__ = PROJECTION
    match_id: UUID = Field(primary_key=True)
    municipality: str
    interest_id: UUID | None = None
    opportunity_id: UUID | None = None
    kind: str | None = None
    band: str | None = None
    proposed_at: datetime | None = _time()
    retracted_at: datetime | None = _time()
    retracted_reason: str | None = None
    decision: str | None = None
    decision_reason: str | None = None
    decided_at: datetime | None = _time()


class Offer(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "offers"
    __table_args__ = PROJECTION
    offer_id: UUID = Field(primary_key=True)
    municipality: str
    match_id: UUID | None = None
    interest_id: UUID | None = Field(default=None, index=True)
    opportunity_id: UUID | None = None
    partner_id: str | None = None
    kind: str | None = None
    made_at: datetime | None = _time()
    outcome: str | None = None
    outcome_at: datetime | None = _time()
    side: str | None = None
    reason: str | None = None


class Letter(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "letters"
    __table_args__ = PROJECTION
    message_id: UUID = Field(primary_key=True)
    municipality: str
    template: str | None = None
    language: str | None = None
    outcome: str | None = None
    outcome_at: datetime | None = _time()


class Refusal(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "refusals"
    __table_args__ = PROJECTION
    input_id: UUID = Field(primary_key=True)
    municipality: str
    partner_id: str | None = None
    door: str | None = None
    code: str | None = None
    refused_at: datetime | None = _time()


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
