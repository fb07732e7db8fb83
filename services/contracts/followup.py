"""`followup`: goals, the assignments under them, who is responsible, and how they were assessed. No text: its SHA-256."""

from datetime import date
from typing import Literal

from contracts.event import Event, Topic
from contracts.fields import Code

FOLLOWUP = Topic("followup", ("reporting",))


class FollowupEvent(Event, topic=FOLLOWUP, keyed_by="subject_id"):
    subject_id: Code  # the goal or the assignment
    programme: Code


class GoalSet(FollowupEvent):
    """A goal was set, or is worded anew."""

    number: int
    text_sha256: Code


class AssignmentGiven(FollowupEvent):
    """An assignment was given, or is worded anew."""

    goal_id: Code
    number: int
    added: int | None = None  # the year, where it came in the middle of the period
    text_sha256: Code


class ResponsibilityChanged(FollowupEvent):
    """A board, a company, or all of them, is responsible from a day, to a day (the first day it no longer is)."""

    unit: Code  # a unit's id, all-boards or all-companies
    since: date | None = None
    until: date | None = None


class ActivityGiven(FollowupEvent):
    """An activity under an assignment was given, or is worded anew; `subject_id` is the activity."""

    assignment_id: Code
    number: int
    start: date | None = None
    end: date | None = None
    text_sha256: Code


class IndicatorLinked(FollowupEvent):
    """A goal or an assignment is followed by an indicator, held against those of its targets."""

    indicator_id: Code
    targets: tuple[Code, ...] = ()


class AssessmentReported(FollowupEvent):
    """A goal, an assignment or an activity was assessed as of a day; said again when the assessment is corrected."""

    unit: Code | None = None  # the board or company whose own assessment it is; None: the municipality's

    status: Code
    as_of: date
    expected: Code | None = None  # a year, or a year and month
    text_sha256: Code


class OfPeriod(FollowupEvent, said=False):
    """`subject_id` is the programme, or the goal or assignment that it concerns; `as_of` tells which period."""

    as_of: date


class PeriodOpened(OfPeriod):
    """An officer (the envelope's actor) opened a period of follow-up."""

    report_by: date
    review_by: date
    publish_by: date


class FollowUpDue(OfPeriod):
    """A deadline is near, and so many texts are not there yet."""

    step: Literal["report", "review", "publish"]
    by: date
    missing: int


class ReportReady(OfPeriod):
    """The text on a goal or an assignment was called ready by the actor."""

    unit: Code | None = None  # as in AssessmentReported


class ReportReviewed(OfPeriod):
    """It was reviewed by the actor, who neither wrote it nor called it ready."""

    unit: Code | None = None  # as in AssessmentReported


class ReportPublished(OfPeriod):
    """A goal's report was published; the files are built again to these bytes."""

    pdf_sha256: Code
    docx_sha256: Code


class ReportArchived(OfPeriod):
    """The period was archived by the actor."""
