"""What partners have measured: every telling is kept, none is changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index
from sqlmodel import Field

from reporting.store.tables import PROJECTION, Base


class Measurement(Base, table=True):  # type: ignore[call-arg]
    """`breakdown` is `dimension=value` in order, comma between, '' for the whole; `recorded_at` is the event's time."""

    __tablename__ = "measurements"
    __table_args__: Any = (Index("measurements_of", "indicator_id", "municipality"), PROJECTION)
    event_id: UUID = Field(primary_key=True)
    indicator_id: str
    municipality: str
    partner_id: str
    period_from: date
    period_to: date
    breakdown: str
    value: int
    unit: str
    measured_at: date
    source: str
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    topic: str
    partition: int
    offset: int = Field(sa_column=Column(BigInteger, nullable=False))
