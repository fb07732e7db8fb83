"""Whether a household that moved in is still here: when it is asked, until when it may answer, and what it says."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.interests import HouseholdLeft, StillHere
from intake.domain.checks import month_number

HERE = ZoneInfo("Europe/Stockholm")
HOUR = 10  # of the day in Sweden: people are awake, and the mail goes at once
ANSWER_WITHIN = timedelta(days=30)  # as long as the link in the letter holds

Mark = Literal[3, 12]
MARKS: tuple[Mark, ...] = (3, 12)  # months


def asked_at(moved_in: str, mark: Mark) -> datetime:
    """Ten o'clock on the first day, `mark` months after the month in which they moved in ("YYYY-MM")."""
    year, number = divmod(month_number(moved_in) + mark, 12)
    return datetime(year, number + 1, 1, HOUR, tzinfo=HERE)


def marks_ahead(moved_in: str, now: datetime) -> list[Mark]:
    """What there is to ask later: nobody who has just told us that they live here is asked if they do."""
    return [mark for mark in MARKS if asked_at(moved_in, mark) > now]


def answer_until(asked: datetime) -> datetime:
    """Until when an answer is taken, and may be changed."""
    return asked + ANSWER_WITHIN


def may_have_left(month: str, moved_in: str, now: datetime) -> bool:
    """Whether a household that moved in then can have left in `month`: not before, and not in a month to come."""
    here = now.astimezone(HERE)
    return month_number(moved_in) <= month_number(month) <= month_number(f"{here:%Y-%m}")


def said(interest_id: UUID, mark: int, moved_in: str, left: str | None) -> StillHere | HouseholdLeft:
    """What an answer says: still here, or left in a month."""
    if left is None:
        return StillHere.model_validate({"interest_id": interest_id, "months": mark})
    return HouseholdLeft(interest_id=interest_id, month=left, stayed=month_number(left) - month_number(moved_in))
