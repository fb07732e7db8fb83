"""Households that are invented for a test, what happens to them, and what is reckoned of them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from chassis.service import Service
from contracts import Event, Sealed
from contracts.interests import HouseholdLeft, InterestRegistered, MovedIn, StillHere
from contracts.matches import OfferMade, PlacementMade
from contracts.opportunities import EmploymentPosted
from reporting.store import lives

TODAY = date(2026, 11, 24)


def day(month: int, number: int = 10, year: int = 2025) -> datetime:
    return datetime(year, month, number, 12, tzinfo=UTC)


class Household:
    """One household, and what happens to it."""

    def __init__(self, *, workers: int = 1, home: bool = False, pupils: int = 0) -> None:
        self.id, self.home, self.pupils = uuid4(), home, pupils
        self.people = [uuid4() for _ in range(2)]
        self.workers = workers

    def registered(self, kind: type[Event] = InterestRegistered) -> Event:
        seal = Sealed[Any](subject=self.id)
        adults = [
            {"person_id": one, "language": "sv", "wants_work": nth < self.workers, "needs": seal}
            for nth, one in enumerate(self.people)
        ]
        pupils = [{"child_id": uuid4(), "needs": seal} for _ in range(self.pupils)]
        told = {"interest_id": self.id, "adults": adults, "wants_home": self.home, "children": "0", "pupils": pupils}
        return kind.model_validate(told)

    def offer(self, kind: str, n: int = 0, place: UUID | None = None) -> dict[str, Any]:
        people = [self.people[n]] if kind in ("job", "employment") else self.people
        about = {"offer_id": uuid4(), "interest_id": self.id, "opportunity_id": place or uuid4()}
        return {**about, "partner_id": "norrverk", "kind": kind, "people": people}

    def moved(self, month: str) -> Event:
        return MovedIn(interest_id=self.id, month=month)

    def here(self, months: Any) -> Event:
        return StillHere(interest_id=self.id, months=months)

    def left(self, month: str, stayed: int) -> Event:
        return HouseholdLeft(interest_id=self.id, month=month, stayed=stayed)


def made(offer: dict[str, Any]) -> Event:
    return OfferMade.model_validate({**offer, "match_id": uuid4(), "answer_by": day(12)})


def placed(offer: dict[str, Any]) -> Event:
    return PlacementMade.model_validate({**offer, "seat": 1})


async def reckoned(
    service: Service[Any], indicator: str, per: date = TODAY, known: date = TODAY
) -> list[tuple[Any, ...]]:
    """Start of the tertial and value; and how many it rests on, and of what it is made, where told."""
    async with service.database.transaction() as tx:
        found = await lives.reckoned(tx, indicator, per, known)
    return [
        (one.start.isoformat(), one.value, *([one.rests_on] if one.rests_on else []), *(n for _, _, n in one.parts))
        for one in found
    ]


def adapted(place: UUID, places: int, *ways: str) -> Event:
    told = {"opportunity_id": place, "partner_id": "kommunen", "reference": "1", "places": places, "title": "x"}
    return EmploymentPosted.model_validate({**told, "employer": "x", "occupation": "vaktmastare", "adaptation": ways})
