"""The best solution of a programme with fractions allowed: its prices, and a bound that is checked against every option."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import OptimizeResult, linprog
from scipy.sparse import csr_array, hstack, vstack

from matching.domain.rounds.bidding import asking_prices
from matching.domain.rounds.package import NotARound
from matching.domain.rounds.program import (
    Flags,
    Floats,
    Program,
    best_net,
    bound,
    narrowed,
    servable,
    surplus,
)

FEW = 20_000  # options that are solved as they are
NEAR = 100.0  # points: options so much worse than a part's best, at the asking prices, wait outside at first
SLACK = 1e-6  # points that may be a rounding of the solver's
CLOSE = 1e-4  # of the bound: what options not looked at may hold at most; it counts in the gap that is told
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


def relax(asked: Program, start: Floats | None = None, say: Say = silently) -> Relaxed:
    """The best fractional solution. `start`: prices to look near. Raises NotARound when nobody's musts can be met.

    It is solved for the options near the prices, and again with those that its own prices show to be better, until there
    are none worth the time. The bound is over all options, so what is left out shows in the gap.
    """
    able = servable(asked)
    if np.any(asked.must & ~able):
        raise NotARound("a household that must be served has a part without an option")
    looked_at = _near(asked, start) if len(asked.worth) > FEW else np.ones(len(asked.worth), dtype=np.bool_)
    for turn in range(1, 100):
        say("relaxing", turn, int(looked_at.sum()))
        part = narrowed(asked, looked_at)
        found = _solved(part, able)
        if found is None and not looked_at.all():
            looked_at = np.ones(len(looked_at), dtype=np.bool_)
            continue
        if found is None:
            raise NotARound("no solution serves all households that must be served and keeps the floor")
        prices = _prices(part, found)
        better = _better(asked, part, *prices)
        close = bound(asked, *prices) + found.fun <= CLOSE * -found.fun
        if close or not np.any(better & ~looked_at):
            return _relaxed(asked, looked_at, found)
        looked_at |= better
    raise RuntimeError("the options to look at never came to an end")


def _near(asked: Program, start: Floats | None) -> Flags:
    prices = asking_prices(asked) if start is None else start
    behind = best_net(asked, prices)[asked.option_part] - (asked.worth - prices[asked.option_place])
    hopeful = surplus(asked, prices, 0.0) > -2 * NEAR
    near: Flags = ((behind <= NEAR) & hopeful[asked.option_household]) | asked.must[asked.option_household]
    return near


def _better(asked: Program, part: Program, prices: Floats, price_of_floor: float) -> Flags:
    """Options that lift their household's surplus above what the options looked at give, and above zero."""
    all_of, some = surplus(asked, prices, price_of_floor), surplus(part, prices, price_of_floor)
    lifted = all_of > np.where(part.must, some, np.maximum(0.0, some)) + SLACK
    net = asked.worth - prices[asked.option_place]
    better: Flags = lifted[asked.option_household] & (net > best_net(part, prices)[asked.option_part])
    return better


def _prices(part: Program, found: OptimizeResult) -> tuple[Floats, float]:
    duals, m = np.maximum(0.0, -found.ineqlin.marginals), len(part.capacity)
    return duals[:m], float(duals[m]) if part.floor is not None else 0.0


def _relaxed(asked: Program, looked_at: Flags, found: OptimizeResult) -> Relaxed:
    taken = np.zeros(len(asked.worth))
    n = int(looked_at.sum())
    taken[looked_at] = found.x[:n]
    prices, price_of_floor = _prices(asked, found)
    gain = surplus(asked, prices, price_of_floor)
    return Relaxed(taken, found.x[n:], prices, price_of_floor, gain, bound(asked, prices, price_of_floor))


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


def _solved(asked: Program, able: Flags) -> OptimizeResult | None:
    """None when there is no solution. Raises RuntimeError when the solver gives up."""
    most, right, exact = rows(asked)
    n, h = len(asked.worth), len(asked.served)
    bounds = np.zeros((n + h, 2))
    bounds[:n, 1] = np.inf
    bounds[n:, 0], bounds[n:, 1] = asked.must, able
    found = linprog(
        -np.concatenate([asked.worth, asked.served]),
        A_ub=most,
        b_ub=right,
        A_eq=exact,
        b_eq=np.zeros(exact.shape[0]),
        bounds=bounds,
        method="highs-ipm",  # with crossover; four to fifteen times faster here than its dual simplex
    )
    if found.status not in (0, 2):
        raise RuntimeError(f"the solver gave up: {found.message}")
    return found if found.status == 0 else None
