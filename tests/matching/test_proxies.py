"""Whatever is told of people that could stand in for who they are: it is turned round, and every score stays the same."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import Sealed
from contracts.interests import InterestRegistered
from contracts.opportunities import Place
from inventing import Story
from matching.domain import proof
from matching.domain.index import Index
from matching.domain.kinds.shape import Seeker
from matching.domain.proof import NoPair
from matching.domain.score import closed_gates, score
from matching.yardstick import all_kinds

HOUSEHOLDS, PLACES = 12, 40
LULEA = "2580"
TELLING = {"sex": "f", "born": "1958-03", "name": "Amina", "postcode": "97231", "cv_gaps": [["2019-01", "2023-06"]],
           "origin": "UA", "moved_from": "0180", "religion": "none"}  # fmt: skip
Turn = Callable[[Any], Any]
Population = tuple[list[InterestRegistered], list[Place]]


def population(seed: int) -> Population:
    story = Story(None, seed)
    return [story.come() for _ in range(HOUSEHOLDS)], [story.offer() for _ in range(PLACES)]


def seekers(households: list[InterestRegistered]) -> list[Seeker]:
    """Everybody of them, of every kind that they seek, in their order."""
    found = []
    for home in households:
        ids = [*(one.person_id for one in home.adults), *(one.child_id for one in home.pupils), home.interest_id]
        for kind in all_kinds().values():
            for id in ids:
                try:
                    found.append(proof.seeker(home, kind, id, LULEA))
                except NoPair:
                    continue
    return found


def scores(people: Population) -> list[Any]:
    """What every pair is worth, or which gates are closed, in the order of the population."""
    offered = [
        proof.place(place, kind, LULEA)
        for place in people[1]
        for kind in all_kinds().values()
        if type(place).__name__ in OFFERED[kind.name]
    ]
    return [
        score(kind, seeker, place) or closed_gates(kind, seeker, place)
        for seeker in seekers(people[0])
        for place in offered
        if seeker.kind == place.kind and (kind := all_kinds()[seeker.kind])
    ]


OFFERED = {
    "job": ("VacancyPosted",),
    "home": ("DwellingListed",),
    "school": ("SchoolPlacesOffered",),
    "education": ("CourseOffered",),
    "network": ("CircleOffered",),
    "employment": ("EmploymentPosted",),
}


def resealed(turn: Turn) -> Turn:
    """The same household, all that is sealed in it turned."""

    def one(sealed: Sealed[Any] | None) -> Sealed[Any] | None:
        return Sealed.of(sealed.subject, turn(sealed.value)) if sealed else None

    def turned(home: InterestRegistered) -> InterestRegistered:
        adults = tuple(
            a.model_copy(update={"needs": one(a.needs), "learning": one(a.learning), "belonging": one(a.belonging)})
            for a in home.adults
        )
        pupils = tuple(c.model_copy(update={"needs": one(c.needs)}) for c in home.pupils)
        return home.model_copy(update={"adults": adults, "pupils": pupils, "home": one(home.home)})

    return turned


def told_more(value: Any) -> Any:
    """What intake would never say, in the same message."""
    return type(value).model_validate(value.model_dump() | TELLING)


def with_children(value: Any) -> Any:
    return (
        value.model_copy(update={"children_born": ("2014-05", "2021-11")}) if hasattr(value, "children_born") else value
    )


def other_adults(**update: Any) -> Turn:
    return lambda home: home.model_copy(update={"adults": tuple(one.model_copy(update=update) for one in home.adults)})


HOMES: dict[str, Turn] = {
    "sex, age, name, postcode, gaps, origin": resealed(told_more),
    "the children's years of birth": resealed(with_children),
    "how many children": lambda home: home.model_copy(update={"children": "3+"}),
    "the language they are written to in": other_adults(language="ar"),
    "the statistics group of their occupation": other_adults(groups=("91",)),
    "what else stands in the event": lambda home: type(home).model_validate(vars(home) | TELLING),
}
OTHERS: dict[str, dict[str, Any]] = {
    "what the owner is called": {
        "employer": "Ibrahims",
        "landlord": "Ibrahims",
        "provider": "Ibrahims",
        "host": "Ibrahims",
    },
    "what it is called": {"title": "Kamrat sökes", "reference": "Z-9", "partner_id": "zeta"},
    "the area, where nobody asked for one": {"area": "lulea-bergnaset"},
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("what", HOMES)
def test_who_somebody_is_changes_no_score(what: str, seed: int) -> None:
    homes, places = population(seed)
    assert scores(([HOMES[what](home) for home in homes], places)) == scores((homes, places))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("what", OTHERS)
def test_who_offers_it_and_where_changes_no_score(what: str, seed: int) -> None:
    homes, places = population(seed)

    def turned(place: Place) -> Place:
        return place.model_copy(update={k: v for k, v in OTHERS[what].items() if k in type(place).model_fields})

    assert scores((homes, [turned(place) for place in places])) == scores((homes, places))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_ids_and_the_order_they_came_in_decide_among_equals_only(seed: int) -> None:
    homes, places = population(seed)
    kind = all_kinds()["job"]
    jobs = [proof.place(place, kind, LULEA) for place in places if type(place).__name__ in OFFERED["job"]]
    adults = [one for one in seekers(homes) if one.kind == "job"]
    new: dict[UUID, UUID] = {id: uuid4() for id in [one.id for one in adults] + [one.id for one in jobs]}
    again = Index(
        kind,
        [replace(one, id=new[one.id]) for one in reversed(adults)],
        [replace(one, id=new[one.id]) for one in reversed(jobs)],
    )
    before = Index(kind, adults, jobs)
    for one in adults:
        points = [place.points for place in before.places_for(one.id)]
        assert [place.points for place in again.places_for(new[one.id])] == points


def test_the_probe_sees_what_does_count() -> None:
    homes, places = population(1)

    def without_skills(value: Any) -> Any:
        return value.model_copy(update={"skills": ()}) if hasattr(value, "skills") else value

    assert scores(([resealed(without_skills)(home) for home in homes], places)) != scores((homes, places))
    found = scores((homes, places))
    assert sum(not isinstance(one, tuple) for one in found) > 100
    assert {one.kind for one in found if not isinstance(one, tuple)} == all_kinds().keys() - {"employment"}
