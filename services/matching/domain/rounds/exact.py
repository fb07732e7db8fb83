"""The exact optimum of a small programme, by branch and bound."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from matching.domain.rounds.program import NOBODY, Flags, Floats, Ints, Program, servable
from matching.domain.rounds.relax import rows

MOST = 300  # households that are solved exactly
NODES = 20_000
INFEASIBLE = 2  # as scipy numbers it


class Undecided(RuntimeError):
    """The nodes came to an end with neither a solution nor a proof that there is none."""


@dataclass(frozen=True)
class Whole:
    """Per part the option it gets, or NOBODY. `proven`: no solution is better. Always counted, never timed."""

    taken: Ints
    proven: bool


def solve_exactly(asked: Program, gap: float = 0.0, nodes: int = NODES, whole: Flags | None = None) -> Whole | None:
    """The best whole solution; None when there is none. `gap`: the share of the optimum that may be missing.
    `whole`: the households that get nothing in fractions, all if None; what the others are told to get is no solution.

    Raises Undecided when the nodes came to an end before either.
    """
    if not len(asked.worth):
        kept = not asked.must.any() and (asked.floor is None or asked.floor.least <= 0)
        return Whole(np.full(len(asked.part_household), NOBODY), True) if kept else None
    whole = np.ones(len(asked.served), dtype=np.bool_) if whole is None else whole
    most, right, exact = rows(asked)
    n = len(asked.worth)
    lowest = np.concatenate([np.zeros(n), asked.must])
    highest = np.concatenate([np.ones(n), servable(asked)])
    if np.any(lowest > highest):
        return None
    found = milp(
        -np.concatenate([asked.worth, asked.served]),
        integrality=np.concatenate([whole[asked.option_household], whole]).astype(np.int64),
        bounds=Bounds(lowest, highest),
        constraints=[
            LinearConstraint(most, ub=right),
            LinearConstraint(exact, lb=0, ub=0),
        ],
        options={"mip_rel_gap": gap, "node_limit": nodes},
    )
    if found.x is None and found.status != INFEASIBLE:
        raise Undecided(f"the search ended without a solution: {found.message}")
    if found.x is None:
        return None
    return Whole(rounded(asked, found.x[:n]), found.status == 0 and gap == 0.0)


def rounded(asked: Program, taken: Floats) -> Ints:
    """Options that are taken but for the solver's roundings, one per part."""
    per_part = np.full(len(asked.part_household), NOBODY)
    options = np.flatnonzero(taken > 0.5)
    per_part[asked.option_part[options]] = options
    return per_part
