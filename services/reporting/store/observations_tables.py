"""The table of observations: appended to, never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index
from sqlmodel import Field

from reporting.store.tables import Base


class Observation(Base, table=True):  # type: ignore[call-arg]
    __tablename__ = "observations"
    __table_args__ = (
        Index("ix_observations_figure_recorded_at", "figure", "recorded_at"),
        Index("ix_observations_subject_id", "subject_id"),
        {"info": {"projection": True}},
    )
    topic: str = Field(primary_key=True)
    partition: int = Field(primary_key=True)
    offset: int = Field(sa_column=Column(BigInteger, primary_key=True))
    figure: str = Field(primary_key=True)
    event_id: UUID
    municipality: str
    kind: str
    subject_id: UUID
    part: str
    code: str
    valid_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    amount: int
    final: bool
