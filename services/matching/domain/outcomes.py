"""What a match may lead to: who allocates a place decides it, never how well two fit."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from contracts.fields import Allocation
from matching.domain.kinds.shape import Place

Way = Literal["introduce", "join_queue", "allocate", "refer"]
WAYS: Mapping[Allocation, Way] = {
    "owner_decides": "introduce",  # the two are introduced, and both say yes or no
    "queue_bound": "join_queue",  # how one joins, and what the wait is; nobody is let past
    "pool": "allocate",  # a round may share it out
    "authority_decides": "refer",  # a referral, and a forecast of when
}


class Outcome(NamedTuple):
    """How a proposal goes on. What nobody has said of a queue is None: ask its owner."""

    way: Way
    how_to_join: str | None = None
    wait_months: int | None = None


class NotInPool(ValueError):
    """A place that its owner has not handed over can't be shared out."""


def outcome(place: Place) -> Outcome:
    """What a proposal of this place can say and do."""
    way = WAYS[place.facts.allocation]
    if way in ("introduce", "allocate"):
        return Outcome(way)
    return Outcome(way, getattr(place.facts, "how_to_join", None), getattr(place.facts, "wait_months", None))


def shared_out(places: Iterable[Place]) -> list[Place]:
    """The places of a round, by id. NotInPool when any of them may not be in one."""
    found = sorted(places, key=lambda place: place.id)
    foreign = [place for place in found if WAYS[place.facts.allocation] != "allocate"]
    if foreign:
        told = ", ".join(f"{place.id} ({place.facts.allocation})" for place in foreign)
        raise NotInPool(f"only what is in a pool is shared out, not {told}")
    return found
