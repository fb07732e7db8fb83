"""Intake's tables. What is written of a person is one text, sealed with that person's key; the rest is open."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

ANEW = {"populate_existing": True}  # a statement's rows as they are now, whatever its session has read of them before


class Base(SQLModel, registry=registry(metadata=MetaData())):
    """Tables with a MetaData of their own: SQLModel's global one clashes between services."""


Moment = DateTime(timezone=True)


def _texts() -> Any:
    return Field(default_factory=list, sa_column=Column(ARRAY(Text()), nullable=False))


class Interest(Base, table=True):
    """A household's wish. `state`: awaiting (nobody confirmed), registered, withdrawn; a lapsed one has no row."""

    __tablename__ = "interests"
    interest_id: UUID = Field(primary_key=True)
    municipality: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    wants_home: bool
    children: str = Field(sa_type=Text)
    home: str | None = Field(default=None, sa_type=Text)  # HomeNeeds, sealed with the household's key
    pupils: str | None = Field(default=None, sa_type=Text)  # the children who need a place, sealed with the same key
    moved_in: str | None = Field(default=None, sa_type=Text)
    registered_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class Adult(Base, table=True):
    """An adult of a household; `position` 0 is the one who wrote."""

    __tablename__ = "adults"
    person_id: UUID = Field(primary_key=True)
    interest_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("interests.interest_id", ondelete="CASCADE"), nullable=False, index=True)
    )
    position: int
    language: str = Field(sa_type=Text)
    wants_work: bool
    groups: list[str] = _texts()
    particulars: str = Field(sa_type=Text)  # Particulars, sealed with the adult's key
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    consents: bool
    shares: bool


class LinkRow(Base, table=True):
    """A link of a letter, by the hash of its token."""

    __tablename__ = "links"
    token_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    person_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("adults.person_id", ondelete="CASCADE"), nullable=False, index=True)
    )
    purpose: str = Field(sa_type=Text)
    expires_at: datetime = Field(sa_type=Moment, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class Reply(Base, table=True):
    """The first answer to an idempotency key; key and payload are kept as keyed hashes."""

    __tablename__ = "replies"
    key_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    payload_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: int
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_type=Moment, index=True)


class Partner(Base, table=True):
    """An organisation that may use the partner door."""

    __tablename__ = "partners"
    partner_id: str = Field(primary_key=True, sa_type=Text)
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    agreement: str | None = Field(default=None, sa_type=Text)
    municipality: str = Field(sa_type=Text)
    key_hash: str = Field(sa_type=Text, unique=True)  # SHA-256 in hex: keys are random, 256 bits
    email: str = Field(sa_type=Text)


class Opportunity(Base, table=True):
    """A place as its partner last published it; `body` less ids."""

    __tablename__ = "opportunities"
    __table_args__ = (UniqueConstraint("partner_id", "kind", "reference"),)
    opportunity_id: UUID = Field(primary_key=True)
    partner_id: str = Field(sa_column=Column(Text, ForeignKey("partners.partner_id"), nullable=False))
    kind: str = Field(sa_type=Text)
    reference: str = Field(sa_type=Text)
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    closed: str | None = Field(default=None, sa_type=Text)  # the reason
    changed_at: datetime = Field(sa_type=Moment)


class OfferRow(Base, table=True):
    """An introduction, heard on `matches`, and what its owner answered here."""

    __tablename__ = "offers"
    __table_args__ = (
        Index("offers_partner_state", "partner_id", "state"),
        Index("offers_people", "people", postgresql_using="gin"),
    )
    offer_id: UUID = Field(primary_key=True)
    interest_id: UUID = Field(index=True)
    opportunity_id: UUID
    partner_id: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    people: list[UUID] = Field(default_factory=list, sa_column=Column(ARRAY(Uuid()), nullable=False))
    answer_by: datetime = Field(sa_type=Moment)
    state: str = Field(sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    owner: str | None = Field(default=None, sa_type=Text)
    made_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class Stay(Base, table=True):
    """That a household was asked, so many months after it moved in, and its last answer: here, or left in a month."""

    __tablename__ = "stays"
    interest_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("interests.interest_id", ondelete="CASCADE"), primary_key=True)
    )
    months: int = Field(primary_key=True)
    asked_at: datetime = Field(sa_type=Moment)
    answered: bool = False
    left_in: str | None = Field(default=None, sa_type=Text)


class PersonAnswer(Base, table=True):
    """What an adult answered to an offer."""

    __tablename__ = "answers"
    offer_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True)
    answer: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Moment)


class Disclosure(Base, table=True):
    """That a partner was shown an adult's name and contact, after that adult's yes."""

    __tablename__ = "disclosures"
    offer_id: UUID = Field(primary_key=True)
    person_id: UUID = Field(primary_key=True, index=True)
    partner_id: str = Field(sa_type=Text)
    fields: list[str] = _texts()
    first_at: datetime = Field(sa_type=Moment)
    last_at: datetime = Field(sa_type=Moment)


class PartnerInput(Base, table=True):
    """A record of a partner's topic that has been dealt with, once."""

    __tablename__ = "partner_inputs"
    topic: str = Field(primary_key=True, sa_type=Text)
    partition: int = Field(primary_key=True)
    offset: int = Field(sa_type=BigInteger, primary_key=True)
    partner_id: str = Field(sa_type=Text)
    refused: str | None = Field(default=None, sa_type=Text)  # the code
    at: datetime = Field(sa_type=Moment)
