"""Nothing of a protected ground, and no stand-in for one, is in what the engine reads."""

import re
import typing
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import pytest
from pydantic import BaseModel, create_model

from contracts.fields import Facts
from contracts.interests import AdultNeeds, BelongingNeeds, ChildNeeds, HomeNeeds, Household, LearningNeeds
from contracts.opportunities import SHAPES
from enginesample import YARDSTICK
from matching.domain.kinds import kinds
from matching.domain.kinds.home import Home, HomeWish
from matching.domain.kinds.shape import Assessment, Place, Seeker, Spread
from matchingsample import dwelling

KINDS = kinds(YARDSTICK)
PROTECTED = re.compile(
    r"sex|gender|pronoun|ethnic|race|religio|faith|disab|handicap|diagnos|health|orientation|birth|born|\bage\b|_age|age_"
    r"|national|citizen|origin|country|name|postcode|postal|address|street|photo|gap|marital|pregnan|children"
)

# All that the engine reads of seekers and places. What is not here is not read; who adds to it says so here, and why it
# stands in for nobody's sex, age, origin, faith or health. `languages` is what somebody can speak at work or with others,
# `adaptation`, `accessibility` and `support` are what has to be there: they only open gates or add, and never say why.
READ = {
    "Seeker": "id kind household municipality needs consents shares awaits_adult assessment version assessed",
    "Place": "id kind municipality facts left spread version",
    "Assessment": "reference role made",
    "Spread": "taken cap",
    "Work": "occupations skills languages licences extent_percent start commute_max hours_refused",
    "Job": "allocation occupation skills_required skills_merited languages licences extent_percent start area hours",
    "AdaptedWork": "occupations skills languages licences extent_percent start commute_max hours_refused adaptation",
    "Employment": "allocation occupation skills_required skills_merited languages licences extent_percent start area hours "
    "adaptation assessment_first",
    "HomeWish": "rooms_min rent_max areas from_month tenures accessibility",
    "Home": "allocation rooms rent area available tenure accessibility how_to_join wait_months",
    "ChildNeeds": "stage from_month areas units_of_siblings profiles support",
    "SchoolPlace": "allocation unit stages area available profiles support how_to_join wait_months",
    "Learning": "occupations skills_wanted level prior languages pace_percent start distance_suits",
    "Course": "allocation leads_to teaches level prior languages pace_percent start distance how_to_join wait_months",
    "Belonging": "interests languages areas times",
    "Network": "allocation interests languages area times",
    "LanguageSkill": "language level",
    "LanguageDemand": "language level",
}


def within(shape: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The shape, and all that it is made of."""
    yield shape
    for field in shape.model_fields.values():
        for part in parts(field.annotation):
            yield from within(part)


def parts(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from parts(inner)


def schema(shapes: Iterable[type[BaseModel]]) -> dict[str, set[str]]:
    """The fields of these shapes and of what they are made of, by the shape's name."""
    return {one.__name__: set(one.model_fields) for shape in shapes for one in within(shape)}


def protected(found: dict[str, set[str]]) -> list[str]:
    return sorted(f"{shape}.{name}" for shape, names in found.items() for name in names if PROTECTED.search(name))


ENGINE = (
    schema(model for kind in KINDS.values() for model in (kind.needs, kind.facts))
    | {kind.__name__: {field.name for field in fields(kind)} for kind in (Seeker, Place)}
    | {kind.__name__: set(kind._fields) for kind in (Assessment, Spread)}
)


def test_no_protected_attribute_and_no_stand_in_for_one_is_in_the_scoring_schema() -> None:
    assert protected(ENGINE) == []


def test_the_engine_reads_what_it_is_allowed_to_and_nothing_else() -> None:
    assert {shape: set(names.split()) for shape, names in READ.items()} == ENGINE


@pytest.mark.parametrize(
    "name",
    [
        "gender",
        "sex",
        "birth_month",
        "born",
        "age",
        "country_of_birth",
        "religion",
        "postcode",
        "children_born",
        "cv_gap",
    ],
)
def test_a_protected_attribute_would_be_seen_however_deep_it_lies(name: str) -> None:
    deep: Any = create_model("Deep", __base__=Facts, **{name: (str, ...)})  # type: ignore[call-overload]
    shape = create_model("Shape", __base__=Facts, people=(tuple[deep, ...] | None, ...))
    assert protected(schema([shape])) == [f"Deep.{name}"]


def test_what_households_tell_beyond_that_stays_outside_the_engine() -> None:
    """These stand in events for others: who writes the letters, who plans the schools."""
    needs = (AdultNeeds, LearningNeeds, BelongingNeeds, ChildNeeds, HomeNeeds)
    told = schema((Household, *needs, *SHAPES.values()))
    assert protected(told) == ["HomeNeeds.children_born", "Household.children"]
    assert not {"children_born", "children", "groups", "title", "employer", "landlord"} & set().union(*ENGINE.values())


def test_what_a_household_says_of_its_children_does_not_reach_the_engine() -> None:
    needs = HomeNeeds(rooms_min=3, children_born=("2019-03",))
    assert HomeWish.model_validate(needs, from_attributes=True) == HomeWish(rooms_min=3)
    assert Home.model_validate(dwelling(), from_attributes=True).rent == 9800
