"""Whether households stay: each is asked some months after it moved in, and says yes or when it left. Silence says nothing."""

from typing import Literal
from uuid import UUID

from chassis.consumer import Due
from chassis.database import Transaction
from contracts.interests import StillHereAsked
from contracts.municipalities import CONTROLLER
from intake.domain.staying import MARKS, Mark, answer_until, asked_at, marks_ahead, may_have_left, said
from intake.store import households, stays

ASK = "still_here_is_asked"
Outcome = Literal["taken", "over", "not_then"]


def _key(interest_id: UUID, mark: Mark) -> str:
    return f"{interest_id}/{mark}"


async def expect(tx: Transaction, interest_id: UUID, moved_in: str) -> None:
    """Asks later of a household that moved in in this month."""
    for mark in marks_ahead(moved_in, tx.now):
        asked = {"interest_id": str(interest_id), "months": mark}
        await tx.due(ASK, _key(interest_id, mark), asked_at(moved_in, mark), asked)


async def expect_nothing(tx: Transaction, interest_id: UUID) -> None:
    """A household that has withdrawn, or is erased, is not asked."""
    for mark in MARKS:
        await tx.undue(ASK, _key(interest_id, mark))


async def ask(tx: Transaction, due: Due) -> None:
    """Asks the household, unless it is over or has said that it left."""
    interest_id, mark = UUID(due.payload["interest_id"]), due.payload["months"]
    interest = await households.lock(tx, interest_id)
    if interest is None or interest.state != "registered" or await stays.has_left(tx, interest_id):
        return
    people = tuple(person.person_id for person in (await households.household(tx, interest)).confirmed)
    await stays.asked(tx, interest_id, mark)
    tx.acting("system", interest.municipality, CONTROLLER[interest.municipality])
    tx.publish(StillHereAsked(interest_id=interest_id, people=people, months=mark))


async def answer(tx: Transaction, person_id: UUID, left: str | None) -> Outcome:
    """Takes an adult's answer for the household to what it was asked last: still here, or the month it left.

    The last answer stands until the time is over; the same again is the same.
    """
    interest_id = await households.interest_of(tx, person_id)
    interest = await households.lock(tx, interest_id) if interest_id else None
    if interest is None or interest.state != "registered" or interest.moved_in is None:
        return "over"
    stay = await stays.latest(tx, interest.interest_id)
    if stay is None or tx.now >= answer_until(stay.asked_at):
        return "over"
    if left is not None and not may_have_left(left, interest.moved_in, tx.now):
        return "not_then"
    if not stay.answered or stay.left_in != left:
        stay.answered, stay.left_in = True, left
        tx.acting(f"person:{person_id}", interest.municipality, CONTROLLER[interest.municipality])
        tx.publish(said(interest.interest_id, stay.months, interest.moved_in, left))
    return "taken"
