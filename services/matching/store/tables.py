"""Matching's tables. What people look for stands here opened, and only here; erasing a subject deletes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from chassis.tables import table_base

Base: Any = table_base()


def _json(nullable: bool = True) -> Any:
    return Field(sa_column=Column(JSONB, nullable=nullable))


def _words(**more: Any) -> Any:
    return Field(sa_type=Text, **more)


def _time(nullable: bool = False) -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=nullable)


def _version() -> Any:
    return Field(default=None, sa_type=BigInteger, nullable=True)


class Household(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "households"

    interest_id: UUID = Field(primary_key=True)
    municipality: str = _words()
    controller: str = _words()
    state: str = _words()  # registered, withdrawn
    registered_at: datetime = _time()
    ended_at: datetime | None = _time(nullable=True)
    moved_in: str | None = _words(nullable=True)  # a month
    children: str = _words()
    awaited: int
    wants_home: bool
    home: dict[str, Any] | None = _json()
    version: int | None = _version()  # of the household's own words on `interests`


class Adult(Base, table=True):  # type: ignore[call-arg]
    """A confirmed adult."""

    __tablename__ = "adults"

    person_id: UUID = Field(primary_key=True)
    interest_id: UUID = Field(index=True)
    position: int
    wants_work: bool
    needs: dict[str, Any] | None = _json()
    consents: bool
    shares: bool
    learning: dict[str, Any] | None = _json()
    belonging: dict[str, Any] | None = _json()
    assessment: dict[str, Any] | None = _json()
    assessed: int | None = _version()  # of the words on `matches` that told of the assessment


class Child(Base, table=True):  # type: ignore[call-arg]
    """A child who needs a preschool or school place."""

    __tablename__ = "children"

    child_id: UUID = Field(primary_key=True)
    interest_id: UUID = Field(index=True)
    position: int
    needs: dict[str, Any] | None = _json()


class Found(Base, table=True):  # type: ignore[call-arg]
    """Who looks no more for what."""

    __tablename__ = "found"

    seeker_id: UUID = Field(primary_key=True)
    kind: str = _words(primary_key=True)


class Opportunity(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "opportunities"
    __table_args__ = (
        CheckConstraint("taken >= 0 and taken <= places", name="opportunities_capacity"),
        Index("opportunities_open", "municipality", "kind", postgresql_where=text("state = 'open'")),
    )

    opportunity_id: UUID = Field(primary_key=True)
    kind: str = _words()
    municipality: str = _words()
    partner_id: str = _words()
    allocation: str = _words()
    state: str = _words()  # open, closed
    places: int
    taken: int
    posted_at: datetime = _time()
    facts: dict[str, Any] = _json(nullable=False)
    version: int | None = _version()  # of the owner's words on `opportunities`


class Match(Base, table=True):  # type: ignore[call-arg]
    """A pair that is proposed, or was decided for good: approved, rejected, referred."""

    __tablename__ = "matches"
    __table_args__ = (
        Index("matches_waiting", "municipality", "state", "proposed_at"),
        Index("matches_of_seeker", "seeker_id"),
        Index("matches_of_place", "opportunity_id"),
    )

    match_id: UUID = Field(primary_key=True)
    kind: str = _words()
    municipality: str = _words()
    seeker_id: UUID
    opportunity_id: UUID
    interest_id: UUID = Field(index=True)
    person_id: UUID | None = Field(default=None)
    state: str = _words()
    score: int | None = Field(default=None)
    reasons: dict[str, Any] | None = _json()
    proposed_at: datetime | None = _time(nullable=True)
    decided_at: datetime | None = _time(nullable=True)
    decided_by: str | None = _words(nullable=True)
    reason: str | None = _words(nullable=True)


class Offer(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "offers"
    __table_args__ = (
        Index("offers_seat", "opportunity_id", "seat", unique=True, postgresql_where=text("seat is not null")),
        Index("offers_state", "opportunity_id", "state"),
    )

    offer_id: UUID = Field(primary_key=True)
    match_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("matches.match_id"), unique=True, nullable=False))
    interest_id: UUID = Field(index=True)
    opportunity_id: UUID
    partner_id: str = _words()
    kind: str = _words()
    people: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    people_yes: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    owner_yes: bool
    state: str = _words()
    made_at: datetime = _time()
    answer_by: datetime = _time()
    ended_at: datetime | None = _time(nullable=True)
    seat: int | None = Field(default=None)
    ended_by: str | None = _words(nullable=True)  # who was silent or said no, or why it was withdrawn


class Answer(Base, table=True):  # type: ignore[call-arg]
    """Every answer that came, also one that came too late to count."""

    __tablename__ = "answers"

    event_id: UUID = Field(primary_key=True)
    offer_id: UUID = Field(index=True)
    who: str = _words()  # a person id, or a partner id
    yes: bool
    reason: str | None = _words(nullable=True)
    at: datetime = _time()
    counted: bool


class Round(Base, table=True):  # type: ignore[call-arg]
    """A round of pools: what was asked for, how far it has come, what came out, and what somebody did with it."""

    __tablename__ = "rounds"
    __table_args__ = (
        Index("rounds_newest", "municipality", text("asked_at desc")),
        Index("rounds_to_solve", "asked_at", postgresql_where=text("state in ('asked', 'solving')")),
    )

    round_id: UUID = Field(primary_key=True)
    municipality: str = _words()
    controller: str = _words()
    kinds: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    state: str = _words()  # asked, solving, solved, refused, published, undone
    asked_by: str = _words()
    asked_at: datetime = _time()
    locks: list[dict[str, Any]] = _json(nullable=False)
    progress: str = _words()
    beat: datetime | None = _time(nullable=True)  # of the process that solves it
    result: dict[str, Any] | None = _json()
    why: str | None = _words(nullable=True)
    decided_by: str | None = _words(nullable=True)
    decided_at: datetime | None = _time(nullable=True)
    undone_by: str | None = _words(nullable=True)
    undone_at: datetime | None = _time(nullable=True)
    outcome: dict[str, Any] | None = _json()


class RoundOffer(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "round_offers"

    round_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("rounds.round_id"), nullable=False))
    offer_id: UUID = Field(primary_key=True)


class Audit(Base, table=True):  # type: ignore[call-arg]
    """What was said about a household, in a chain of hashes (see `domain.audit`). The database refuses all but more."""

    __tablename__ = "audit"

    interest_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    kind: str = _words()
    inputs: str = _words()
    outputs: str = _words()
    by: str = _words()
    at: str = _words()
    previous: str = _words()
    hash: str = _words()


class AuditHead(Base, table=True):  # type: ignore[call-arg]
    """Where a household's chain ends. Its row is locked by whoever adds to the chain."""

    __tablename__ = "audit_heads"

    interest_id: UUID = Field(primary_key=True)
    entries: int
    hash: str = _words()


class Erased(Base, table=True):  # type: ignore[call-arg]
    """Subjects whose key is gone: what still arrives of them, opened a moment too early, is not kept."""

    __tablename__ = "erased"

    subject_id: UUID = Field(primary_key=True)
    at: datetime = _time()
