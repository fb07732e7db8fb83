"""What hangs on goals and assignments: activities under them, the indicators they are held against, figures as published."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from contracts.fields import Code
from reporting.domain.indicators import Described
from reporting.domain.standing import Standing

Words = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Verbatim = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Activity(Part):
    """Something done under an assignment; who and when only where it is said. Assessed on the assignments' scale."""

    id: Code
    assignment: Code
    number: int
    text: Verbatim
    responsible: Words | None = None
    start: date | None = None
    end: date | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Activity":
        if self.start and self.end and self.end < self.start:
            raise ValueError("an activity ends before it starts")
        return self


class Link(Part):
    """A goal or an assignment is followed by an indicator, and held against those of its targets."""

    subject: Code
    indicator: Code
    targets: tuple[Code, ...] = ()


class Kept(Part):
    """What a linked indicator was and where it stood when a report was published: nothing later changes the report.

    `described` is None in what was published before it was kept; those are read with today's names.
    """

    subject: Code
    indicator: Code
    as_of: date
    standing: Standing
    described: Described | None = None
