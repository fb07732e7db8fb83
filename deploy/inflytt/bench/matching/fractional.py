"""The linear programme of a round by HiGHS' interior points, which shares nothing with how rounds find their bound."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog

from matching.domain.rounds.locks import settle
from matching.domain.rounds.package import Round
from matching.domain.rounds.program import Floats, Program, program, servable
from matching.domain.rounds.solve import floor_of
from matching.domain.rounds.whole import rows


@dataclass(frozen=True)
class Fractional:
    """What it is worth, how many households it serves, and the price of each place."""

    points: float
    households: float
    prices: Floats


def floored(asked: Round) -> Program:
    """The programme of a round with the whole floor, whatever it costs."""
    settled = settle(asked)
    plain = program(settled.households, settled.places, asked.terms.served, settled.must)
    return replace(plain, floor=floor_of(settled.households, asked.terms))


def fractional(asked: Program) -> Fractional:
    """The best solution with fractions. Raises RuntimeError when the solver finds none."""
    most, right, exact = rows(asked)
    n, h = len(asked.worth), len(asked.served)
    found = linprog(
        -np.concatenate([asked.worth, asked.served]),
        A_ub=most,
        b_ub=right,
        A_eq=exact,
        b_eq=np.zeros(exact.shape[0]),
        bounds=np.stack([np.append(np.zeros(n), asked.must), np.append(np.ones(n), servable(asked))], axis=1),
        method="highs-ipm",
    )
    if found.status != 0:
        raise RuntimeError(f"the other solver gave up: {found.message}")
    prices = np.maximum(0.0, -found.ineqlin.marginals[: len(asked.capacity)])
    return Fractional(-found.fun, float(found.x[n : n + h].sum()), prices)
