"""A period's follow-up: opened, reported, ready, reviewed by another person, published, archived. Who may do what, and when."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, TypeVar

Subject = TypeVar("Subject", str, tuple[str, str])  # a goal or an assignment; or an assignment and whose own part it is
State = Literal["open", "reported", "ready", "reviewed"]
STATES: tuple[State, ...] = ("open", "reported", "ready", "reviewed")


class NotNow(Exception):
    """What was asked can't be done as things stand; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Period:
    """A programme's follow-up as of `per`. `known` is what a published report was made of; `hashes` are its files' SHA-256."""

    programme: str
    per: date
    report_by: date
    review_by: date
    publish_by: date
    opened_by: str
    opened_at: datetime
    published_by: str | None = None
    known: datetime | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)
    archived_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.per <= self.report_by <= self.review_by <= self.publish_by:
            raise NotNow("deadlines_out_of_order")

    @property
    def published(self) -> bool:
        return self.known is not None


@dataclass(frozen=True)
class Draft:
    """What one goal or assignment is said to stand at. `version` grows with each change, so that nobody writes over another.

    `unit` is the board or company whose own part it is; '' is the municipality's.
    """

    subject: str
    version: int
    status: str
    text: str
    expected: str | None
    written_by: str
    ready_by: str | None = None
    reviewed_by: str | None = None
    returned: str | None = None  # the reviewer's words, when it was sent back
    unit: str = ""

    @property
    def state(self) -> State:
        if self.reviewed_by:
            return "reviewed"
        return "ready" if self.ready_by else "reported"


def may_write(of: str | None, unit: str) -> bool:
    """A board's own part is written and reviewed by those of that board, the municipality's by those of no board."""
    return (of or "") == unit


def written(period: Period, before: Draft | None, new: Draft) -> Draft:
    """The text as it now stands; what was ready or reviewed is so no longer. `new.version` is the one its writer had seen."""
    _open(period)
    if new.version != (before.version if before else 0):
        raise NotNow("written_by_another")
    if not new.text.strip():
        raise NotNow("text_missing")
    return replace(new, version=new.version + 1, ready_by=None, reviewed_by=None, returned=None)


def ready(period: Period, draft: Draft, by: str) -> Draft:
    _open(period)
    if draft.state != "reported":
        raise NotNow("not_reported")
    return replace(draft, version=draft.version + 1, ready_by=by, returned=None)


def reviewed(period: Period, draft: Draft, by: str) -> Draft:
    """By somebody who neither wrote it nor called it ready."""
    _open(period)
    if draft.state != "ready":
        raise NotNow("not_ready")
    if by in (draft.written_by, draft.ready_by):
        raise NotNow("own_text")
    return replace(draft, version=draft.version + 1, reviewed_by=by)


def returned(period: Period, draft: Draft, by: str, why: str) -> Draft:
    """Back to its writer, with the reviewer's words."""
    if not why.strip():
        raise NotNow("reason_missing")
    return replace(reviewed(period, draft, by), ready_by=None, reviewed_by=None, returned=why.strip())


def publishable(period: Period, subjects: Iterable[str], drafts: Mapping[str, Draft], today: date) -> None:
    """Raises NotNow before the day that the period is as of, and while something is not reviewed."""
    _open(period)
    if today < period.per:
        raise NotNow("not_over")
    if any(subject not in drafts or drafts[subject].state != "reviewed" for subject in subjects):
        raise NotNow("not_all_reviewed")


def published_with(answering: Iterable[tuple[str, str]], own: Mapping[tuple[str, str], Draft]) -> list[Draft]:
    """The boards' own parts that are reviewed, of those who answer. They are voluntary: nothing waits for the others."""
    return [own[key] for key in answering if key in own and own[key].state == "reviewed"]


def archivable(period: Period) -> None:
    if not period.published:
        raise NotNow("not_published")
    if period.archived_at:
        raise NotNow("archived")


def progress(subjects: Iterable[Subject], drafts: Mapping[Subject, Draft]) -> dict[State, int]:
    """How many have come how far."""
    far = [drafts[subject].state if subject in drafts else "open" for subject in subjects]
    return {state: far.count(state) for state in STATES}


def next_deadline(period: Period, far: Mapping[State, int]) -> tuple[str, date]:
    """What is waited for, and by when."""
    if far["open"] + far["reported"]:
        return "report", period.report_by
    return ("review", period.review_by) if far["ready"] else ("publish", period.publish_by)


def _open(period: Period) -> None:
    if period.published:
        raise NotNow("published")


def is_expected(text: str) -> bool:
    """A year, or a year and month."""
    return re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", text) is not None
