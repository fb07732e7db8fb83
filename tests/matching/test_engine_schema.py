"""Nothing of a protected ground, and no stand-in for one, is in what the engine reads."""

import re
from dataclasses import fields

import pytest

from contracts.interests import HomeNeeds
from enginesample import YARDSTICK
from matching.domain.kinds import kinds
from matching.domain.kinds.home import Home, HomeWish
from matching.domain.kinds.shape import Place, Seeker
from matchingsample import dwelling

KINDS = kinds(YARDSTICK)
PROTECTED = re.compile(
    r"sex|gender|pronoun|ethnic|race|religio|faith|disab|handicap|diagnos|health|orientation|birth|born|\bage\b|_age|age_"
    r"|national|citizen|origin|country|name|postcode|postal|address|street|photo|gap|marital|pregnan|children"
)


def schema() -> list[str]:
    shapes = [model for kind in KINDS.values() for model in (kind.needs, kind.facts)]
    names = [f"{shape.__name__}.{name}" for shape in shapes for name in shape.model_fields]
    return names + [f"{kind.__name__}.{field.name}" for kind in (Seeker, Place) for field in fields(kind)]


def test_no_protected_attribute_and_no_stand_in_for_one_is_in_the_scoring_schema() -> None:
    assert [name for name in schema() if PROTECTED.search(name.partition(".")[2])] == []


@pytest.mark.parametrize(
    "name", ["gender", "birth_month", "age", "country_of_birth", "postcode", "children_born", "cv_gap"]
)
def test_a_protected_attribute_would_be_seen(name: str) -> None:
    assert PROTECTED.search(name)


def test_what_a_household_says_of_its_children_does_not_reach_the_engine() -> None:
    needs = HomeNeeds(rooms_min=3, children_born=("2019-03",))
    assert HomeWish.model_validate(needs, from_attributes=True) == HomeWish(rooms_min=3)
    assert Home.model_validate(dwelling(), from_attributes=True).rent == 9800
