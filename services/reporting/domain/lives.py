"""What becomes of households, needs and adapted places: facts that several events tell of together, and shares of them.

A fact is an observation that is no figure: nothing is summed of it, and `store/lives.py` reads it beside others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from contracts import Event, interests, matches, opportunities
from reporting.domain.disclosure import LEAST, shown, to_five
from reporting.domain.indicators import Point
from reporting.domain.said import Said, Says

MARKS = (3, 12)  # months after the move, when households are asked
TERTIAL = 4  # months
WORK = ("job", "employment")


@dataclass(frozen=True)
class Reckoned:
    """One period's of a municipality: how many it rests on (people or households), its value, and what it is made of."""

    municipality: str
    start: date
    value: int
    rests_on: int | None = None  # None: on no person
    parts: tuple[tuple[str, str, int], ...] = ()  # dimension, part, count


@dataclass(frozen=True)
class MadeOf:
    """One of those that a period's number is made of: a household, a place, or the round that found a need.

    `value` is what it adds (days), or how it answered (1 yes, 0 no); None where it is one of so many, or silent.
    """

    subject_id: UUID
    at: datetime
    value: float | None


def _asked_of(event: interests.Household) -> list[Said]:
    """The adults who want work, whether a home is wanted, and for how many children a place."""
    workers = ",".join(sorted(str(adult.person_id) for adult in event.adults if adult.wants_work))
    code = f"{workers}/{int(event.wants_home)}/{len(event.pupils)}"
    return [Said("wants", event.interest_id, code=code)]


def _ended(placed: bool, event: matches.OfferEvent) -> list[Said]:
    people, offer = ",".join(sorted(map(str, event.people))), str(event.offer_id)
    secured = Said("secured", event.interest_id, int(placed), event.kind, offer, people)
    if event.kind != "employment":
        return [secured]
    return [secured, Said("filled", event.opportunity_id, int(placed), event.kind, offer)]


def _adapted(event: opportunities.Employment) -> list[Said]:
    """How many places, too: the owner may change it."""
    return [Said("adapted", event.opportunity_id, int(bool(event.adaptation)), "employment", code=str(event.places))]


def _teaches(event: opportunities.Course) -> list[Said]:
    return [Said("teaches", event.opportunity_id, kind="education", code=",".join((*event.leads_to, *event.teaches)))]


def _still_here(event: interests.StillHere) -> list[Said]:
    """Who lives here after twelve months did so after three; and has not left, whatever was said before."""
    here = [Said(f"still_here_{mark}", event.interest_id) for mark in MARKS if mark <= event.months]
    return [*here, Said("left", event.interest_id, 0)]


def _left(event: interests.HouseholdLeft) -> list[Said]:
    """Who left in the eighth month was still here after three. In the third month itself they were not."""
    here = [Said(f"still_here_{mark}", event.interest_id, int(event.stayed > mark)) for mark in MARKS]
    return [*here, Said("left", event.interest_id)]


LIVES: dict[type[Event], Says] = {  # what each event says beside its figures
    interests.InterestRegistered: _asked_of,
    interests.InterestChanged: _asked_of,
    interests.StillHere: _still_here,
    interests.HouseholdLeft: _left,
    matches.PlacementMade: partial(_ended, True),
    **{
        ended: partial(_ended, False)
        for ended in (
            matches.OfferLapsed, matches.PlacementFellThrough, matches.OfferWithdrawn, matches.AcceptanceTooLate,
        )
    },
    opportunities.EmploymentPosted: _adapted,
    opportunities.EmploymentChanged: _adapted,
    opportunities.CourseOffered: _teaches,
    opportunities.CourseChanged: _teaches,
}  # fmt: skip


def ends(start: date) -> date:
    """The last day of the four months that begin with `start`."""
    month = start.month + TERTIAL
    return date(start.year + (month > 12), (month - 1) % 12 + 1, 1) - timedelta(days=1)


def share(row: Mapping[str, Any]) -> Reckoned:
    """Of the households of a row: how many live here, per mille, and beside them who left and who has not answered."""
    all_of_them, here, left = row["value"], row["yes"], row["no"]
    parts = (("answer", "left", left), ("answer", "silent", all_of_them - here - left))
    return Reckoned(row["municipality"], row["start"], here, all_of_them, parts)


def became(row: Mapping[str, Any]) -> Reckoned:
    """Of the needs of a row: of how many a course was posted since."""
    parts = (("became", "course", row["yes"]), ("became", "nothing_told", row["no"]))
    return Reckoned(row["municipality"], row["start"], row["value"], parts=parts)


def points(reckoned: Iterable[Reckoned], unit: str, today: date, source: str) -> list[Point]:
    """Of the periods that are over on `today`, what everybody may see: a share or a median that rests on few is not there."""
    found = []
    for one in reckoned:
        if ends(one.start) < today and _may_be_seen(one, unit):
            told = {"municipality": one.municipality, "start": one.start, "until": ends(one.start), "source": source}
            found += [Point(**told, value=_value(one.value, one, unit))]
            found += [
                Point(**told, value=_value(count, one, unit), breakdown=((dimension, part),))
                for dimension, part, count in one.parts
            ]
    return found


def _value(count: int, of: Reckoned, unit: str) -> int:
    """A share is one of counts to the nearest five: as known on two days, it can't tell what one household answered."""
    if unit != "permille":
        return count
    counts = (of.value, *(part for _, _, part in of.parts))
    return round(1000 * to_five(count) / sum(map(to_five, counts)))


def _may_be_seen(one: Reckoned, unit: str) -> bool:
    """A count is hidden later, like all counts; of a share no count behind it may be small, nor the whole."""
    if unit == "permille":
        return (one.rests_on or 0) >= LEAST and None not in map(shown, (one.value, *(n for _, _, n in one.parts)))
    return one.rests_on is None or one.rests_on >= LEAST or unit != "days"
