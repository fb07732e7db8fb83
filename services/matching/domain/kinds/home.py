"""A home for a household: rooms, rent, area, tenure, month, and that one can get in and around."""

from collections.abc import Mapping
from typing import Any

from contracts.fields import Allocation, Code, Facts, Month
from matching.domain.kinds.common import (
    availability,
    in_time,
    nothing,
    of_household,
    own_municipality,
)
from matching.domain.kinds.shape import FULL, Anchor, Gate, Kind, Line, Met, Place, Unsaid, Yardstick

WEIGHTS = {"rooms": 250, "availability": 150, "rent": 300, "area": 300}
WITHIN_RENT, MARGIN = 600, 800  # per mille: a rent that is just within, and what a lower one adds at most
ROOM_TOO_MANY = 250  # per mille less for each room beyond the first that nobody asked for


class HomeWish(Facts):
    """What home a household looks for. Its children count through the rooms it asks for, and are not here."""

    rooms_min: int = 1
    rent_max: int | None = None  # SEK a month
    areas: tuple[Code, ...] = ()  # none = anywhere
    from_month: Month | None = None
    tenures: tuple[Code, ...] = ()  # tenancy, co-op, owned …; none = any
    accessibility: tuple[Code, ...] = ()  # what the home has to have: step-free, lift …


class Home(Facts):
    """What a dwelling is."""

    allocation: Allocation
    rooms: int
    rent: int  # SEK a month
    area: Code
    available: Month
    tenure: Code = "tenancy"
    accessibility: tuple[Code, ...] | None = None  # None: the landlord has not said
    how_to_join: str | None = None
    wait_months: int | None = None


def kind(yardstick: Yardstick) -> Kind:
    points = yardstick.weigh("home", WEIGHTS)
    return Kind(
        name="home",
        who="household",
        needs=HomeWish,
        facts=Home,
        version=yardstick.version,
        anchor=Anchor("other_municipality", own_municipality, lambda p: p.municipality),
        gates=(*of_household(), *_gates()),
        lines=_lines(points),
    )


def _gates() -> tuple[Gate, ...]:
    return (
        Gate("rooms", lambda s: s.needs.rooms_min, lambda p: p.facts.rooms, lambda least, rooms: rooms >= least),
        Gate("rent", _rent_max, _rent, lambda most, rent: most is None or rent <= most),
        Gate(
            "tenure",
            lambda s: frozenset(s.needs.tenures),
            lambda p: p.facts.tenure,
            lambda wanted, tenure: not wanted or tenure in wanted,
        ),
        Gate(
            "accessibility",
            lambda s: frozenset(s.needs.accessibility),
            lambda p: None if p.facts.accessibility is None else frozenset(p.facts.accessibility),
            lambda needed, there: there is None or needed <= there,
        ),
        in_time(lambda s: s.needs.from_month, lambda p: p.facts.available),
        Gate("fair_spread", nothing, _cap_reached, lambda _, reached: not reached),
    )


def _lines(points: Mapping[str, int]) -> tuple[Line, ...]:
    return (
        Line("rooms", "fit", points["rooms"], lambda s: s.needs.rooms_min, lambda p: p.facts.rooms, used_well),
        availability(points["availability"]),
        Line("rent", "wish", points["rent"], _rent_max, _rent, affordable),
        Line(
            "area",
            "wish",
            points["area"],
            lambda s: frozenset(s.needs.areas),
            lambda p: p.facts.area,
            lambda wanted, area: FULL if not wanted or area in wanted else 0,
        ),
    )


def used_well(least: int, rooms: int) -> Met:
    """Rooms that are asked for, and one more."""
    return max(0, FULL - ROOM_TOO_MANY * max(0, rooms - least - 1))


def affordable(most: int | None, rent: int) -> Met:
    """All when the rent is half of what they can pay, or less."""
    if most is None:
        return Unsaid.SEEKER
    return min(FULL, WITHIN_RENT + MARGIN * (most - rent) // max(1, most))


def _rent_max(seeker: Any) -> int | None:
    most: int | None = seeker.needs.rent_max
    return most


def _rent(place: Any) -> int:
    rent: int = place.facts.rent
    return rent


def _cap_reached(place: Place) -> bool:
    """Homes with a social purpose are spread over areas: so many in each at most."""
    return place.spread is not None and place.spread.taken >= place.spread.cap
