"""The best solution of a programme with fractions allowed: its prices, and a bound that no solver need be trusted for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csr_array, hstack, vstack

from matching.domain.rounds.package import NotARound
from matching.domain.rounds.program import Floats, Program, bound, servable, surplus

Say = Callable[[str, int, int], None]  # what is done, how much of it, of how much


def silently(what: str, done: int, of: int) -> None:
    """For those who need no progress."""


@dataclass(frozen=True)
class Relaxed:
    """`prices` per place and `price_of_floor` are never negative. `surplus` per household: what its best package is worth
    at these prices; below zero, others would lose more by it. `bound`: no solution is worth more."""

    taken: Floats
    share: Floats
    prices: Floats
    price_of_floor: float
    surplus: Floats
    bound: float


def relax(asked: Program, say: Say = silently) -> Relaxed:
    """The best fractional solution. Raises NotARound when there is none, RuntimeError when the solver gives up."""
    if np.any(asked.must & ~servable(asked)):
        raise NotARound("a household that must be served has a part without an option")
    if not len(asked.served):  # the solver refuses a programme about nobody
        nothing = np.zeros(0)
        return Relaxed(nothing, nothing, np.zeros(len(asked.capacity)), 0.0, nothing, 0.0)
    say("relaxing", 0, len(asked.served))
    found = _solved(asked)
    if found is None:
        raise NotARound("no solution serves all households that must be served and keeps the floor")
    duals, m, n = np.maximum(0.0, -found.ineqlin.marginals), len(asked.capacity), len(asked.worth)
    prices, price_of_floor = duals[:m], float(duals[m]) if asked.floor is not None else 0.0
    gain = surplus(asked, prices, price_of_floor)
    return Relaxed(found.x[:n], found.x[n:], prices, price_of_floor, gain, bound(asked, prices, price_of_floor))


def rows(asked: Program) -> tuple[csr_array, Floats, csr_array]:
    """The rows of a programme over its columns, options before households: what is at most (capacities, the floor, parts
    that come along), the right sides of those, and what is exactly nothing (parts that were chosen)."""
    n, h, m, p = len(asked.worth), len(asked.served), len(asked.capacity), len(asked.part_household)
    of_place = csr_array((np.ones(n), (asked.option_place, np.arange(n))), shape=(m, n))
    of_part = csr_array((np.ones(n), (asked.option_part, np.arange(n))), shape=(p, n))
    whole = csr_array((-np.ones(p), (np.arange(p), asked.part_household)), shape=(p, h))
    parts, along = hstack([of_part, whole], format="csr"), np.flatnonzero(~asked.part_chosen)
    most, right = [hstack([of_place, csr_array((m, h))], format="csr")], [asked.capacity.astype(np.float64)]
    if asked.floor is not None:
        most.append(csr_array(np.concatenate([np.zeros(n), -asked.floor.weights])[None, :]))
        right.append(np.array([-asked.floor.least]))
    most.append(parts[along])
    right.append(np.zeros(len(along)))
    return vstack(most, format="csr"), np.concatenate(right), parts[np.flatnonzero(asked.part_chosen)]


def _solved(asked: Program) -> OptimizeResult | None:
    """None when there is no solution. Raises RuntimeError when the solver gives up."""
    most, right, exact = rows(asked)
    n, h = len(asked.worth), len(asked.served)
    bounds = np.zeros((n + h, 2))
    bounds[:n, 1] = np.inf
    bounds[n:, 0], bounds[n:, 1] = asked.must, servable(asked)
    found = linprog(
        -np.concatenate([asked.worth, asked.served]),
        A_ub=most,
        b_ub=right,
        A_eq=exact,
        b_eq=np.zeros(exact.shape[0]),
        bounds=bounds,
        method="highs-ipm",  # with crossover; six times faster than its dual simplex on 3 000 households
    )
    if found.status not in (0, 2):
        raise RuntimeError(f"the solver gave up: {found.message}")
    return found if found.status == 0 else None
