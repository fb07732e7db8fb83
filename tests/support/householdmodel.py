"""A household in intake's simulation: as it came in, and what must be true of it, and said of it, after all that happens."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from intake.domain.staying import Mark, asked_at, marks_ahead, may_have_left

WEEK, MONTH = 7.0, 30.0  # days: to confirm, and to answer whether one is still here


class Model:
    """What must be true of one household: who is there, who has confirmed, and what was said of it, in order."""

    def __init__(self, adults: int, day: float) -> None:
        self.adults = dict.fromkeys(range(adults), False)
        self.state, self.until, self.said = "awaiting", day + WEEK, ["ConfirmationRequested"] * adults
        self.moved_in = ""
        self.ahead: dict[Mark, datetime] = {}  # when it is asked whether it is still here
        self.asked: tuple[Mark, float] | None = None  # last, and on which day
        self.answer: str | None = None  # to that: "" is still here, or the month it left
        self.stays: list[tuple[Any, ...]] = []  # what it was asked and said of staying, in order

    def confirm(self, n: int) -> None:
        if self.state == "withdrawn" or self.adults.get(n, True):
            return
        self.adults[n] = True
        if self.state == "registered" or self.adults.get(0):
            self.say("InterestChanged" if self.state == "registered" else "InterestRegistered", "registered")

    def withdraw(self, n: int) -> None:
        if n in self.adults and self.state == "registered":
            self.say("InterestWithdrawn", "withdrawn")

    def erase(self, n: int) -> None:
        del self.adults[n]
        if any(self.adults.values()) or 0 in self.adults:
            if self.state == "registered":
                self.say("InterestChanged", "registered")
            return
        if self.state != "withdrawn":
            self.say("InterestWithdrawn", "withdrawn")
        self.adults, self.state = {}, "gone"

    def lapse(self, day: float) -> None:
        if day < self.until or self.state in ("withdrawn", "gone") or all(self.adults.values()):
            return
        confirmed = {n: True for n, here in self.adults.items() if here}
        if self.state == "awaiting":
            self.adults = {}
            self.say("RegistrationLapsed", "gone")
        else:
            self.adults = confirmed
            self.say("InterestChanged", "registered")

    def move_in(self, month: str, now: datetime) -> bool:
        if self.state != "registered" or self.moved_in not in ("", month):
            return False
        if not self.moved_in:
            self.moved_in, self.ahead = month, {mark: asked_at(month, mark) for mark in marks_ahead(month, now)}
            self.say("MovedIn", "registered")
        return True

    def time_comes(self, day: float, now: datetime) -> None:
        """Who withdrew, was erased or has said that it left is not asked."""
        for mark in [mark for mark, at in self.ahead.items() if at <= now]:
            del self.ahead[mark]
            if self.state == "registered" and not self.answer:
                self.asked, self.answer = (mark, day), None
                self.stays.append(("asked", mark, frozenset(n for n, here in self.adults.items() if here)))
                self.say("StillHereAsked", "registered")

    def stay(self, n: int, left: str, day: float, now: datetime) -> str:
        """Adult `n` says that the household is still here (""), or in which month it left."""
        if n not in self.adults or self.state != "registered" or not self.asked or day >= self.asked[1] + MONTH:
            return "over"
        if left and not may_have_left(left, self.moved_in, now):
            return "not_then"
        if self.answer != left:
            self.answer = left
            self.stays.append(("left", left) if left else ("here", self.asked[0]))
            self.say("HouseholdLeft" if left else "StillHere", "registered")
        return "taken"

    def say(self, event: str, state: str) -> None:
        self.said.append(event)
        self.state = state


class House:
    """A household as it came in: its body, its key, its ids, and the model of it."""

    def __init__(self, body: dict[str, Any], day: float) -> None:
        self.body, self.key, self.model = body, uuid4().hex, Model(len(body["adults"]), day)
        self.answer: dict[str, Any] = {}
        self.people: list[UUID] = []

    @property
    def id(self) -> UUID:
        return UUID(self.answer["interest_id"])
