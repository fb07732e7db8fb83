"""A preschool or school place for one child: its stage, when, how near, what the unit offers. An authority decides."""

from collections.abc import Mapping

from contracts.fields import Allocation, Code, Facts, Month
from matching.domain.kinds.common import (
    availability,
    in_time,
    of_household,
    own_municipality,
)
from matching.domain.kinds.shape import FULL, Anchor, Gate, Kind, Line, Met, Overlap, Unsaid, Yardstick

WEIGHTS = {"availability": 200, "support": 100, "near": 300, "siblings": 200, "profile": 200}
NO_SUPPORT_NEEDED = 500  # per mille: what somebody needs can only add to this


class ChildNeeds(Facts):
    """What one child needs. A stage, not a date of birth."""

    stage: Code  # preschool, f, 1 … 9, upper-secondary
    from_month: Month | None = None
    areas: tuple[Code, ...] = ()  # where the household will live, or wishes to
    units_of_siblings: tuple[Code, ...] = ()
    profiles: tuple[Code, ...] = ()  # mother tongue teaching, music, montessori …
    support: tuple[Code, ...] = ()  # what the child needs to take part


class SchoolPlace(Facts):
    """What a unit has to offer at one stage or more."""

    allocation: Allocation = "authority_decides"
    unit: Code
    stages: tuple[Code, ...]
    area: Code | None = None
    available: Month | None = None
    profiles: tuple[Code, ...] = ()
    support: tuple[Code, ...] = ()
    how_to_join: str | None = None
    wait_months: int | None = None


def kind(yardstick: Yardstick) -> Kind:
    points = yardstick.weigh("school", WEIGHTS)
    return Kind(
        name="school",
        who="child",
        needs=ChildNeeds,
        facts=SchoolPlace,
        version=yardstick.version,
        anchor=Anchor("other_municipality", own_municipality, lambda p: p.municipality),
        gates=(
            *of_household(),
            Gate(
                "stage", lambda s: s.needs.stage, lambda p: frozenset(p.facts.stages), lambda stage, all_: stage in all_
            ),
            in_time(lambda s: s.needs.from_month, lambda p: p.facts.available),
        ),
        overlaps=(Overlap("profile", "wish", points["profile"], "profiles", "profiles", asks=Unsaid.SEEKER),),
        lines=_lines(points),
    )


def _lines(points: Mapping[str, int]) -> tuple[Line, ...]:
    return (
        availability(points["availability"]),
        Line(
            "support",
            "fit",
            points["support"],
            lambda s: frozenset(s.needs.support),
            lambda p: frozenset(p.facts.support),
            supported,
        ),
        Line("near", "wish", points["near"], lambda s: frozenset(s.needs.areas), lambda p: p.facts.area, near),
        Line(
            "siblings",
            "wish",
            points["siblings"],
            lambda s: frozenset(s.needs.units_of_siblings),
            lambda p: p.facts.unit,
            lambda units, unit: FULL if unit in units or not units else 0,
        ),
    )


def supported(needed: frozenset[Code], offered: frozenset[Code]) -> Met:
    """Needs never take anything away: each that is offered adds, one that is not is a question to the owner."""
    if not needed:
        return NO_SUPPORT_NEEDED
    if not needed & offered:
        return Unsaid.OWNER
    return NO_SUPPORT_NEEDED + (FULL - NO_SUPPORT_NEEDED) * len(needed & offered) // len(needed)


def near(areas: frozenset[Code], area: Code | None) -> Met:
    if not areas:
        return Unsaid.SEEKER
    if area is None:
        return Unsaid.OWNER
    return FULL if area in areas else 0
