"""Households and places to tell matching about."""

from typing import Any
from uuid import UUID, uuid4

from chassis.web import User
from contracts import Sealed
from contracts.interests import Adult, AdultNeeds, HomeNeeds, InterestChanged, InterestRegistered
from contracts.opportunities import DwellingListed, VacancyPosted

VIDE = User(sub="vide", name="Vide", roles=frozenset({"coordinator"}), municipality="2580")


def adult(occupation: str | None = "svetsare", person_id: UUID | None = None, **needs: Any) -> Adult:
    person_id = person_id or uuid4()
    wanted = AdultNeeds(occupations=(occupation,) if occupation else (), **needs)
    return Adult(person_id=person_id, language="sv", wants_work=bool(occupation), needs=Sealed.of(person_id, wanted))


def household(*adults: Adult, home: HomeNeeds | None = None, interest_id: UUID | None = None) -> InterestRegistered:
    interest_id = interest_id or uuid4()
    return InterestRegistered(
        interest_id=interest_id,
        adults=adults or (adult(),),
        wants_home=home is not None,
        children="0",
        home=Sealed.of(interest_id, home) if home else None,
    )


def changed(said: InterestRegistered, **update: Any) -> InterestChanged:
    fields = {name: getattr(said, name) for name in type(said).model_fields}
    return InterestChanged(**{**fields, **update})


def vacancy(occupation: str = "svetsare", places: int = 1, **more: Any) -> VacancyPosted:
    given: dict[str, Any] = {
        "opportunity_id": uuid4(),
        "partner_id": "norrverk",
        "reference": "N-1",
        "places": places,
        "title": "Svetsare till verkstaden",
        "employer": "Norrverk",
        "occupation": occupation,
    }
    return VacancyPosted(**{**given, **more})


def dwelling(allocation: str = "pool", places: int = 1, **more: Any) -> DwellingListed:
    given: dict[str, Any] = {
        "opportunity_id": uuid4(),
        "partner_id": "lulehem",
        "reference": "L-1",
        "allocation": allocation,
        "places": places,
        "title": "Tre rum på Kronan",
        "landlord": "Lulehem",
        "rooms": 3,
        "size_m2": 74,
        "rent": 9800,
        "area": "lulea-kronan",
        "available": "2027-02",
    }
    return DwellingListed(**{**given, **more})
