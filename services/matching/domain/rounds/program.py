"""A round as a compact linear programme, in arrays; what it is worth at given prices, and the bound that follows.

Columns are options (does this part get this place) and households (is it served). A part that was chosen gets exactly as
much as its household is served, any other part at most as much, a place gives at most what it has.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from matching.domain.rounds.package import Household, Place

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
TIES = 0.25  # points that all tie-breaks of a programme stay below together: they never outweigh a point of a score
NOBODY = -1  # in place of an option: the part gets nothing


@dataclass(frozen=True)
class Floor:
    """The sum of `weights` of those served is at least `least`. One weight per household."""

    weights: Floats
    least: float


@dataclass(frozen=True)
class Program:
    """Arrays per household, per part and per option; places keep their number in every part of a programme.

    `worth` of an option: its score, less what its place is held to be worth elsewhere, and a tie-break. Options stand
    ordered by part, parts by household.
    """

    served: Floats
    must: Flags
    part_household: Ints
    part_chosen: Flags
    option_part: Ints
    option_place: Ints
    score: Ints
    worth: Floats
    capacity: Ints
    floor: Floor | None = None

    @property
    def option_household(self) -> Ints:
        return self.part_household[self.option_part]


def program(households: tuple[Household, ...], places: tuple[Place, ...], served: int, must: frozenset[str]) -> Program:
    """The arrays of households and places that come sorted by id, each part with its options sorted."""
    number = {place.id: n for n, place in enumerate(places)}
    parts = [(n, part) for n, household in enumerate(households) for part in household.parts]
    options = [(n, option) for n, (_, part) in enumerate(parts) for option in part.options]
    option_place = np.array([number[option.place] for _, option in options], dtype=np.int64)
    option_part = np.array([n for n, _ in options], dtype=np.int64)
    part_seed = _seeds([f"{households[n].id} {part.name}" for n, part in parts])
    ties = _mixed(part_seed[option_part] ^ _seeds([place.id for place in places])[option_place])
    score = np.array([option.score for _, option in options], dtype=np.int64)
    return Program(
        served=np.full(len(households), float(served)),
        must=np.array([household.id in must for household in households], dtype=np.bool_),
        part_household=np.array([n for n, _ in parts], dtype=np.int64),
        part_chosen=np.array([part.chosen for _, part in parts], dtype=np.bool_),
        option_part=option_part,
        option_place=option_place,
        score=score,
        worth=score + ties * (TIES / max(1, len(parts))),
        capacity=np.array([place.capacity for place in places], dtype=np.int64),
    )


def _seeds(names: list[str]) -> NDArray[np.uint64]:
    return np.array([int.from_bytes(blake2b(name.encode(), digest_size=8).digest()) for name in names], dtype=np.uint64)


def _mixed(seeds: NDArray[np.uint64]) -> Floats:
    """A number below 1 per seed, the same on every machine (the finaliser of splitmix64)."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        seeds = (seeds ^ (seeds >> np.uint64(shift))) * np.uint64(factor)
    return (seeds >> np.uint64(11)).astype(np.float64) / 2.0**53


def servable(asked: Program) -> Flags:
    """Households whose chosen parts all have an option."""
    has = np.bincount(asked.option_part, minlength=len(asked.part_household)) > 0
    able = np.ones(len(asked.served), dtype=np.bool_)
    able[asked.part_household[asked.part_chosen & ~has]] = False
    return able


def best_net(asked: Program, prices: Floats) -> Floats:
    """Per part the worth of its best option less its price; a part that was not chosen can do without."""
    best = np.where(asked.part_chosen, -np.inf, 0.0)
    np.maximum.at(best, asked.option_part, asked.worth - prices[asked.option_place])
    return best


def surplus(asked: Program, prices: Floats, price_of_floor: float) -> Floats:
    """Per household the worth of its best package less its prices; minus infinity without a whole package."""
    left = asked.served.copy()
    np.add.at(left, asked.part_household, best_net(asked, prices))
    return left if asked.floor is None else left + price_of_floor * asked.floor.weights


def bound(asked: Program, prices: Floats, price_of_floor: float) -> float:
    """What no solution is worth more than, whatever the prices (weak duality): no solver need be trusted."""
    gain = surplus(asked, prices, price_of_floor)
    total = float(prices @ asked.capacity) + float(np.where(asked.must, gain, np.maximum(0.0, gain)).sum())
    return total if asked.floor is None else total - price_of_floor * asked.floor.least


def chosen_of(asked: Program, taken: Ints) -> tuple[Flags, Ints, Ints]:
    """Of options taken, one per part or NOBODY: who is served, what each place has left, the numbers of those options."""
    options = taken[taken != NOBODY]
    served = np.zeros(len(asked.served), dtype=np.bool_)
    served[asked.option_household[options]] = True
    left = asked.capacity - np.bincount(asked.option_place[options], minlength=len(asked.capacity))
    return served, left, options


def worth_of(asked: Program, taken: Ints) -> float:
    """What the objective says of options taken, tie-breaks and all."""
    served, _, options = chosen_of(asked, taken)
    return float(asked.worth[options].sum() + asked.served[served].sum())


@dataclass(frozen=True)
class Excerpt:
    """Some households of a programme, over what the places have left; `parts` and `options` are their numbers there."""

    program: Program
    parts: Ints
    options: Ints


def excerpt(asked: Program, households: Flags, looked_at: Flags, left: Ints, served: Flags) -> Excerpt:
    """Only with the options `looked_at`. `served`: who of the others is, which counts towards the floor."""
    parts = np.flatnonzero(households[asked.part_household])
    open_ = looked_at & households[asked.option_household] & (left[asked.option_place] > 0)
    options = np.flatnonzero(open_)
    new_household, new_part = np.cumsum(households) - 1, np.zeros(len(asked.part_household), dtype=np.int64)
    new_part[parts] = np.arange(len(parts))
    floor = asked.floor
    if floor is not None:
        others = float(floor.weights[served & ~households].sum())
        floor = Floor(floor.weights[households], floor.least - others)
    return Excerpt(
        Program(
            served=asked.served[households],
            must=asked.must[households],
            part_household=new_household[asked.part_household[parts]],
            part_chosen=asked.part_chosen[parts],
            option_part=new_part[asked.option_part[options]],
            option_place=asked.option_place[options],
            score=asked.score[options],
            worth=asked.worth[options],
            capacity=left,
            floor=floor,
        ),
        parts,
        options,
    )
