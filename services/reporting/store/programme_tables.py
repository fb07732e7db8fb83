"""Programmes of goals and assignments: every version of every part, never changed and never deleted."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from reporting.store.tables import Base


class ProgrammePart(Base, table=True):  # type: ignore[call-arg]
    """One version of one part. The programme itself is the part of kind `programme`."""

    __tablename__ = "programme_parts"
    programme: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
