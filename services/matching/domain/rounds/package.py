"""What a round is about: whole households with what each part of them could get, and the places of pools."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from contracts.fields import Allocation

HIGHEST = 1000  # of a score
SERVED = 1000  # points for a household that gets its whole package, beside the scores of what it gets


class NotARound(ValueError):
    """What was given can't be allocated, and why."""


@dataclass(frozen=True, order=True)
class Option:
    """A place that a part of a household could have, and the score of those two: 0 to 1000."""

    place: str
    score: int


@dataclass(frozen=True, order=True)
class Part:
    """Somebody's need: an adult's job, the home, a child's place.

    `chosen`: the household is served only if this part is. A part that is not chosen comes along where there is room.
    """

    name: str
    kind: str
    options: tuple[Option, ...]
    chosen: bool = True


@dataclass(frozen=True, order=True)
class Household:
    """Who is served whole or not at all. `priority`: far from the labour market, by published criteria."""

    id: str
    parts: tuple[Part, ...]
    priority: bool = False


@dataclass(frozen=True, order=True)
class Place:
    """What a pool's owner handed over, with so many places left. The labels say where a price belongs: `occupation` is the
    sort of place, for a home its rooms, for a school its first stage."""

    id: str
    kind: str
    capacity: int
    allocation: Allocation = "pool"
    occupation: str | None = None
    area: str | None = None
    month: str | None = None


@dataclass(frozen=True, order=True)
class Gets:
    """The household is served, and this part of it by this place."""

    household: str
    part: str
    place: str
    by: str  # the coordinator
    reason: str


@dataclass(frozen=True, order=True)
class Never:
    """No part of the household gets this place."""

    household: str
    place: str
    by: str
    reason: str


@dataclass(frozen=True, order=True)
class StaysOut:
    """The household takes no part in this round."""

    household: str
    by: str
    reason: str


Lock = Gets | Never | StaysOut


@dataclass(frozen=True)
class Terms:
    """The rules of a round. Shares are per mille: `floor` of the others' served share for the priority group, None for no
    such rule; `most_loss` of the points without a floor, that the floor may cost: a dearer one is lowered to that."""

    served: int = SERVED
    floor: int | None = 1000
    most_loss: int = 20


@dataclass(frozen=True, order=True)
class HeldBack:
    """An option that a part would have if it were not for one gate: a skill that is missing, a rent that is too high."""

    household: str
    part: str
    place: str
    score: int
    by: str


@dataclass(frozen=True)
class Round:
    """Everything that a solve reads. The order of households, parts, options and places says nothing.

    Raises NotARound for a place of no pool, an option of an unknown place, a score out of range, something said twice.
    """

    households: tuple[Household, ...]
    places: tuple[Place, ...]
    locks: tuple[Lock, ...] = ()
    terms: Terms = field(default_factory=Terms)
    held_back: tuple[HeldBack, ...] = ()  # what a solve does not read, and what its prices are asked about

    def __post_init__(self) -> None:
        _once((place.id for place in self.places), "place")
        _once((household.id for household in self.households), "household")
        for place in self.places:
            _of_a_pool(place)
        known = {place.id: place.kind for place in self.places}
        for household in self.households:
            _whole(household, known)


def _of_a_pool(place: Place) -> None:
    if place.allocation != "pool":
        raise NotARound(f"place {place.id} is {place.allocation}: a round allocates the places of pools only")
    if place.capacity < 0:
        raise NotARound(f"place {place.id} has {place.capacity} places left")


def _whole(household: Household, known: dict[str, str]) -> None:
    _once((part.name for part in household.parts), f"part of household {household.id}")
    if not any(part.chosen for part in household.parts):
        raise NotARound(f"household {household.id} has chosen no part that makes it whole")
    for part in household.parts:
        _once((option.place for option in part.options), f"option of {part.name} of household {household.id}")
        for option in part.options:
            if known.get(option.place) != part.kind:
                raise NotARound(
                    f"{part.name} of household {household.id} names {option.place}: no {part.kind} of this round"
                )
            if not 0 <= option.score <= HIGHEST:
                raise NotARound(f"{part.name} of household {household.id} and {option.place} score {option.score}")


def _once(names: Iterable[str], what: str) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            raise NotARound(f"{what} {name} is said twice")
        seen.add(name)
