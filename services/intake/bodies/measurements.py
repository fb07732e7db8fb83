"""What those who measure a municipality tell: one value of one period, of the whole or of a part of it."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from chassis.web.formats import PLACE
from contracts.measurements import MEASURED, SECTORS, SIZES, Dimension, Unit
from contracts.vocabulary import VOCABULARY
from intake.bodies.reading import Strict, fault, now_of
from intake.bodies.words import Line, MessageId, Municipality

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
SNI = re.compile(r"[a-u]|\d{2}(\.\d{1,3})?", re.ASCII)  # a section, or a division and what is within it
MOST = 1_000_000_000


def _day(given: Any) -> date:
    try:
        if isinstance(given, str) and ISO_DAY.fullmatch(given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise fault("not_a_day")


Day = Annotated[date, BeforeValidator(_day)]


class PartBody(Strict):
    dimension: Dimension
    value: str

    @model_validator(mode="after")
    def _known(self) -> "PartBody":
        there = {"sector": SECTORS, "size": SIZES, "area": VOCABULARY.areas}.get(self.dimension)
        if not (self.value in there if there is not None else SNI.fullmatch(self.value)):
            raise fault("unknown_part", "value")
        return self


class MeasurementBody(Strict):
    indicator_id: str
    period_from: Day
    period_to: Day
    value: Annotated[int, Field(strict=True, ge=-MOST, le=MOST)]
    unit: Unit
    breakdown: Annotated[tuple[PartBody, ...], Field(max_length=4)] = ()
    measured_at: Day
    source: Line
    municipality: Municipality = "2580"

    @field_validator("indicator_id")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in MEASURED:
            raise fault("unknown_indicator")
        return value

    @model_validator(mode="after")
    def _holds_together(self, info: ValidationInfo) -> "MeasurementBody":
        dimensions = [part.dimension for part in self.breakdown]
        if self.unit != MEASURED[self.indicator_id]:
            raise fault("other_unit")
        if self.period_to < self.period_from:
            raise fault("period_backwards")
        if not self.period_to <= self.measured_at <= now_of(info).astimezone(PLACE).date():
            raise fault("measured_when")
        if len(set(dimensions)) < len(dimensions):
            raise fault("dimension_twice")
        return self


class MeasurementMessage(MeasurementBody):
    type: Literal["measurement"]
    id: MessageId
