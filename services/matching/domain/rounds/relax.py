"""The best solution of a programme with fractions allowed, found by its prices, and the bound that follows from them.

The bound is smooth where every part takes all its options, each the less the further it is from the best, and a household
its package likewise: then it descends in a few hundred steps, in no more memory than the programme itself. Step by step
less is smoothed, until the prices are those of the linear programme to a part of a point.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from matching.domain.rounds.package import NotARound
from matching.domain.rounds.program import Floats, Program, bound, servable, surplus

Say = Callable[[str, int, int], None]  # what is done, how much of it, of how much
HEATS: tuple[float, ...] = (60.0, 8.0, 1.0, 0.2)  # points that what is taken falls by a factor e for
COOLER = HEATS[2:]  # where it begins near by
HIGHEST = 1e7  # points that a price may be: what can't be had at any price is not sought for ever
STEPS = 400  # the most at each heat
ENOUGH = 1e-8  # of the bound, that a step gains less than: then that heat is done


def silently(what: str, done: int, of: int) -> None:
    """For those who need no progress."""


@dataclass(frozen=True)
class Relaxed:
    """`prices` per place and `price_of_floor` are never negative. `surplus` per household: what its best package is worth
    at these prices; below zero, others would lose more by it. `share` per household, nearly: how far it is served.
    `bound`: no solution is worth more."""

    share: Floats
    prices: Floats
    price_of_floor: float
    surplus: Floats
    bound: float


def relax(asked: Program, say: Say = silently, near: Relaxed | None = None) -> Relaxed:
    """The best fractional solution, found the sooner from that of a programme `near` this one.

    A programme that has no solution is bounded all the same, by less than any could be worth. Raises NotARound when a
    household that must be served has nothing to have.
    """
    if np.any(asked.must & ~servable(asked)):
        raise NotARound("a household that must be served has a part without an option")
    smooth, heats = _Smooth(asked), COOLER if near else HEATS
    dual = np.append(near.prices, near.price_of_floor) if near else np.zeros(len(asked.capacity) + 1)
    most = np.full(len(dual), HIGHEST)
    most[-1] = HIGHEST if asked.floor else 0.0
    for turn, heat in enumerate(heats):
        say("relaxing", turn, len(heats))
        dual = minimize(
            smooth.bound,
            dual,
            (heat,),
            method="L-BFGS-B",
            jac=True,
            bounds=np.stack([np.zeros(len(dual)), most], axis=1),
            options={"maxiter": STEPS, "ftol": ENOUGH, "gtol": 1e-3},
        ).x
    prices, price_of_floor = dual[:-1], float(dual[-1])
    return Relaxed(
        smooth.share(dual, HEATS[-1]),
        prices,
        price_of_floor,
        surplus(asked, prices, price_of_floor),
        bound(asked, prices, price_of_floor),
    )


class _Smooth:
    """A programme's bound at given prices and a given heat, and how it answers to each price."""

    def __init__(self, asked: Program) -> None:
        able = servable(asked)
        options = np.flatnonzero(able[asked.option_household])
        parts, self.first, self.part = np.unique(asked.option_part[options], return_index=True, return_inverse=True)
        self.place, self.worth = asked.option_place[options], asked.worth[options]
        self.household, self.along = asked.part_household[parts], ~asked.part_chosen[parts]
        self.served, self.must, self.able = asked.served, asked.must, able
        self.capacity = asked.capacity.astype(np.float64)
        self.weights = np.zeros(len(able)) if asked.floor is None else asked.floor.weights
        self.least = 0.0 if asked.floor is None else asked.floor.least

    def bound(self, dual: Floats, heat: float) -> tuple[float, Floats]:
        """At the prices of places and, last, of the floor; above the true one, by less the less heat there is."""
        option, gain = self._packages(dual, heat)
        share = self._served(gain, heat)
        package = np.where(self.must, gain, heat * np.logaddexp(0.0, gain / heat))
        use = np.bincount(self.place, option * share[self.household][self.part], minlength=len(self.capacity))
        value = dual[:-1] @ self.capacity - dual[-1] * self.least + package[self.able].sum()
        return float(value), np.append(self.capacity - use, self.weights @ share - self.least)

    def share(self, dual: Floats, heat: float) -> Floats:
        """How far each household is served."""
        return self._served(self._packages(dual, heat)[1], heat)

    def _packages(self, dual: Floats, heat: float) -> tuple[Floats, Floats]:
        """Per option how much of it a household that is served takes; per household what it gains by its package."""
        net = self.worth - dual[self.place]
        best = np.maximum.reduceat(net, self.first) if len(net) else net
        best = np.where(self.along, np.maximum(best, 0.0), best)
        taken = np.exp((net - best[self.part]) / heat)
        total = np.bincount(self.part, taken, minlength=len(best)) + self.along * np.exp(-np.abs(best) / heat)
        gain = np.bincount(self.household, best + heat * np.log(total), minlength=len(self.served))
        return taken / total[self.part], gain + self.served + dual[-1] * self.weights

    def _served(self, gain: Floats, heat: float) -> Floats:
        share: Floats = np.where(self.must, 1.0, expit(gain / heat)) * self.able
        return share
