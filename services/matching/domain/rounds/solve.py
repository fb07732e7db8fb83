"""A round from its households and places to a result that is checked: who gets what, and why others do not."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace

import numpy as np

from matching.domain.rounds.locks import settle
from matching.domain.rounds.package import Household, NotARound, Place, Round, Terms
from matching.domain.rounds.program import NOBODY, Floor, Ints, Program, chosen_of, program, servable
from matching.domain.rounds.relax import Relaxed, Say, relax, silently
from matching.domain.rounds.whole import Whole, best_whole

A_POINT = 1.0  # two bounds may differ by as much for nothing


@dataclass(frozen=True, order=True)
class Allocation:
    """One part of a household and the place it gets."""

    household: str
    part: str
    place: str
    score: int


@dataclass(frozen=True, order=True)
class WhyNot:
    """Why a household gets nothing: `stays_out` and `no_option` (a lock, nothing to have), `full` (others would lose so
    many points more), `floor` (it would be served, but for the priority group's share, which weighs so many points more),
    `last_of_equals` (the whole places ran out among those as good as itself)."""

    household: str
    code: str
    points: int = 0


@dataclass(frozen=True)
class RoundResult:
    """`value` and `bound` in points; no solution is worth more than the bound. `prices`: points per place, those above
    nothing. `unfloored`: the bound had there been no floor; what is between the two is what the floor costs.
    `floor_gave_way`: the whole floor costs more than the terms allow, so it was lowered until it did not."""

    allocations: tuple[Allocation, ...]
    why_not: tuple[WhyNot, ...]
    prices: tuple[tuple[str, int], ...]
    value: int
    bound: int
    unfloored: int
    proven: bool
    floor_gave_way: bool

    @property
    def fingerprint(self) -> str:
        """The same for the same round, whatever its order."""
        said = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()


def solve(asked: Round, say: Say = silently) -> RoundResult:
    """The round's result. Raises NotARound when the locks, the floor and the capacities leave no solution."""
    settled = settle(asked)
    households, places = settled.households, settled.places
    plain = program(households, places, asked.terms.served, settled.must)
    free = relax(plain, say)
    floored, relaxed = _with_floor(plain, free, floor_of(households, asked.terms), asked.terms.most_loss, say)
    floored, relaxed, whole = _whole(floored, relaxed, free, say)
    check(floored, whole.taken)
    allocations, value = told(households, places, floored, whole.taken)
    return RoundResult(
        allocations=allocations,
        why_not=tuple(sorted(_why_not(households, floored, relaxed, whole.taken) + _out(settled.out))),
        prices=tuple(
            (p.id, int(price)) for p, price in zip(places, np.rint(relaxed.prices), strict=True) if price >= 0.5
        ),
        value=value,
        bound=value if whole.proven else int(np.floor(relaxed.bound + 1e-3)),
        unfloored=int(np.floor(free.bound + 1e-3)),
        proven=whole.proven,
        floor_gave_way=_gave_way(floored),
    )


def programme_of(asked: Round) -> Program:
    """What is solved, but for the floor. Raises NotARound as a solve does."""
    settled = settle(asked)
    return program(settled.households, settled.places, asked.terms.served, settled.must)


def _with_floor(
    plain: Program, free: Relaxed, floor: Floor | None, most_loss: int, say: Say
) -> tuple[Program, Relaxed]:
    """The programme with its floor, solved. A floor that costs more than `most_loss` gives way by as much as it must.

    What a floor costs grows the faster the higher it is, so that a part of the way up costs at most that part of it.
    """
    if floor is None:
        return plain, free
    asked = replace(plain, floor=floor)
    relaxed = relax(asked, say, free)
    loss, most = free.bound - relaxed.bound, max(0.0, free.bound * most_loss / 1000)
    if loss <= max(A_POINT, most):
        return asked, relaxed
    without = float(floor.weights @ free.share)
    asked = replace(plain, floor=replace(floor, least=without + (floor.least - without) * most / loss))
    return asked, relax(asked, say, relaxed)


def _gave_way(asked: Program) -> bool:
    return asked.floor is not None and asked.floor.least < 0


def _whole(asked: Program, relaxed: Relaxed, free: Relaxed, say: Say) -> tuple[Program, Relaxed, Whole]:
    """The programme made whole. A floor that gave way, but not so far that whole households reach it, falls."""
    try:
        return asked, relaxed, best_whole(asked, relaxed, say)
    except NotARound:
        if asked.floor is None or not _gave_way(asked):
            raise
    fallen = replace(asked, floor=replace(asked.floor, least=-float(len(asked.served))))
    return fallen, free, best_whole(fallen, free, say)


def floor_of(households: tuple[Household, ...], terms: Terms) -> Floor | None:
    """The served share of the priority group is at least so much of the others'. None where there are not both."""
    priority = np.array([household.priority for household in households], dtype=np.bool_)
    if terms.floor is None or priority.all() or not priority.any():
        return None
    theirs, others = float((~priority).sum()), float(priority.sum()) * terms.floor / 1000
    return Floor(np.where(priority, theirs, -others) / len(households), 0.0)


def check(asked: Program, taken: Ints) -> None:
    """Raises RuntimeError when a place is given twice too often, a household half served, a must or the floor broken."""
    served, left, options = chosen_of(asked, taken)
    if np.any(asked.option_part[options] != np.flatnonzero(taken != NOBODY)):
        raise RuntimeError("a part was given another part's option")
    if np.any(left < 0):
        raise RuntimeError("a place was given more often than it has room")
    if np.any(served[asked.part_household] & asked.part_chosen & (taken == NOBODY)):
        raise RuntimeError("a household was half served")
    if np.any(asked.must & ~served):
        raise RuntimeError("a lock was broken")
    if asked.floor is not None and float(asked.floor.weights[served].sum()) < asked.floor.least - 1e-6:
        raise RuntimeError("the floor was broken")


def told(
    households: tuple[Household, ...], places: tuple[Place, ...], asked: Program, taken: Ints
) -> tuple[tuple[Allocation, ...], int]:
    """What each part gets, by id, and what it is worth in points: scores, and what whole households are worth."""
    served, _, options = chosen_of(asked, taken)
    names = [part.name for household in households for part in household.parts]
    value = int(asked.score[options].sum()) + int(asked.served[served].sum())
    return tuple(
        Allocation(
            households[asked.option_household[n]].id,
            names[asked.option_part[n]],
            places[asked.option_place[n]].id,
            int(asked.score[n]),
        )
        for n in options
    ), value


def _why_not(households: tuple[Household, ...], asked: Program, relaxed: Relaxed, taken: Ints) -> list[WhyNot]:
    served, _, _ = chosen_of(asked, taken)
    able, floor = servable(asked), np.zeros(len(served))
    if asked.floor is not None:
        floor = relaxed.price_of_floor * asked.floor.weights
    return [
        _because(households[n].id, bool(able[n]), float(relaxed.surplus[n]), float(floor[n]))
        for n in np.flatnonzero(~served)
    ]


def _because(household: str, able: bool, surplus: float, floor: float) -> WhyNot:
    """`surplus` includes what the floor adds to it or takes from it."""
    if not able:
        return WhyNot(household, "no_option")
    if (short := int(np.rint(-surplus))) <= 0:
        return WhyNot(household, "last_of_equals")
    return WhyNot(household, "floor" if surplus - floor > 0 else "full", short)


def _out(households: frozenset[str]) -> list[WhyNot]:
    return [WhyNot(household, "stays_out") for household in households]
