"""What coordinators have settled before a round is solved: this household gets that place, never that one, or stays out."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from matching.domain.rounds.package import Gets, Household, Lock, Never, NotARound, Part, Place, Round, StaysOut


@dataclass(frozen=True)
class Settled:
    """The households as the locks leave them, those that must be served, and those that stay out. In order: households
    and places by id, parts by name, options by place."""

    households: tuple[Household, ...]
    places: tuple[Place, ...]
    must: frozenset[str]
    out: frozenset[str]


def settle(asked: Round) -> Settled:
    """The locks as constraints. A lock names what the round knows, and an option that is there: it opens no gate.

    Raises NotARound when a lock names something unknown, or locks contradict each other or the capacities.
    """
    known = {household.id: household for household in asked.households}
    of = defaultdict[str, list[Lock]](list)
    for lock in sorted(asked.locks, key=repr):
        if lock.household not in known:
            raise NotARound(f"{_told(lock)}: the round has no such household")
        of[lock.household].append(lock)
    must = frozenset(lock.household for lock in asked.locks if isinstance(lock, Gets))
    out = frozenset(lock.household for lock in asked.locks if isinstance(lock, StaysOut))
    if both := sorted(must & out):
        raise NotARound(f"household {both[0]} is locked to a place and out of the round at once")
    _fit(asked)
    households = (
        _in_order(_locked(household, of[name])) for name, household in sorted(known.items()) if name not in out
    )
    return Settled(tuple(households), tuple(sorted(asked.places)), must, out)


def _in_order(household: Household) -> Household:
    parts = (replace(part, options=tuple(sorted(part.options))) for part in household.parts)
    return replace(household, parts=tuple(sorted(parts, key=lambda part: part.name)))


def _locked(household: Household, locks: Iterable[Lock]) -> Household:
    for lock in sorted(locks, key=lambda lock: isinstance(lock, Never)):
        if isinstance(lock, Gets):
            household = replace(household, parts=_given(household.parts, lock))
        if isinstance(lock, Never):
            household = replace(household, parts=tuple(_barred(part, lock) for part in household.parts))
    return household


def _given(parts: tuple[Part, ...], lock: Gets) -> tuple[Part, ...]:
    named = [part for part in parts if part.name == lock.part]
    kept = tuple(option for part in named for option in part.options if option.place == lock.place)
    if not kept:
        raise NotARound(f"{_told(lock)}: that is none of its options")
    return tuple(replace(part, options=kept, chosen=True) if part.name == lock.part else part for part in parts)


def _barred(part: Part, lock: Never) -> Part:
    return replace(part, options=tuple(option for option in part.options if option.place != lock.place))


def _fit(asked: Round) -> None:
    """What is given away by locks fits: a round can't mend that."""
    capacity = {place.id: place.capacity for place in asked.places}
    given = {(lock.household, lock.part): lock.place for lock in asked.locks if isinstance(lock, Gets)}
    for place, count in sorted(Counter(given.values()).items()):
        if count > capacity.get(place, 0):
            raise NotARound(f"{count} locks give {place} away, which has {capacity.get(place, 0)} places")


def _told(lock: Lock) -> str:
    about = " ".join(getattr(lock, name) for name in ("part", "place") if hasattr(lock, name))
    return f"{type(lock).__name__} {lock.household} {about} by {lock.by}".replace("  ", " ")
