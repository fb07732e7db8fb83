"""Periods of follow-up, and what is written in them until it is published."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from reporting.store.tables import Base


class Period(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "periods"
    programme: str = Field(primary_key=True)
    per: date = Field(primary_key=True)
    report_by: date
    review_by: date
    publish_by: date
    opened_by: str
    opened_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    published_by: str | None = None
    known: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    hashes: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    offsets: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    archived_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Draft(Base, table=True):  # type: ignore[call-arg]
    """Every version stays; the highest stands."""

    __tablename__ = "drafts"
    programme: str = Field(primary_key=True)
    per: date = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)  # whose own part it is; '' is the municipality's
    version: int = Field(primary_key=True)
    status: str
    text: str
    expected: str | None = None
    written_by: str
    ready_by: str | None = None
    reviewed_by: str | None = None
    returned: str | None = None
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
