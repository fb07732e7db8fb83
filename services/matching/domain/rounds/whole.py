"""Whole households: the best solution of a programme in which nobody is served in part, by branch and bound.

Only who is served is branched on: with that given, parts and places are matched, and the best of matchings has no fractions.
A large programme is first cut down, by its prices, to the households and the options that are in doubt.
"""

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack

from matching.domain.rounds.package import NotARound
from matching.domain.rounds.program import NOBODY, Flags, Floats, Ints, Program, best_net, servable
from matching.domain.rounds.relax import Relaxed, Say, silently

MOST = 300  # households that are solved exactly
LEAST_DOUBT, MOST_DOUBT, DOUBTS = 10.0, 30.0, 60_000  # points: of any programme, and in all, shared by its households
GAP = 1e-3  # of the optimum, that may be missing of a programme that was cut down
WIDER = 2  # tries, each with four times the doubt of the one before
NODES, FEW_NODES = 20_000, 1  # of branch and bound: whole, cut down. Always counted, never timed
INFEASIBLE = 2  # as scipy numbers it


class Undecided(RuntimeError):
    """The nodes came to an end with neither a solution nor a proof that there is none."""


@dataclass(frozen=True)
class Whole:
    """Per part the option it gets, or NOBODY. `proven`: no solution is better."""

    taken: Ints
    proven: bool


def best_whole(asked: Program, relaxed: Relaxed, say: Say = silently) -> Whole:
    """The best whole solution of few households, nearly the best of many.

    Raises NotARound when there is none, Undecided when neither one is found nor that there is none.
    """
    if not len(asked.served):  # the solver refuses a programme about nobody
        return Whole(np.full(0, NOBODY), True)
    if len(asked.served) > MOST:
        doubt = min(MOST_DOUBT, max(LEAST_DOUBT, DOUBTS / len(asked.served)))
        for turn in range(WIDER):
            say("making whole", turn, WIDER)
            with suppress(Undecided):
                if found := _solved(asked, *_in_doubt(asked, relaxed, doubt * 4**turn), GAP, FEW_NODES):
                    return found
    say("solving exactly", 0, len(asked.served))
    able = servable(asked)
    found = _solved(asked, able[asked.option_household], asked.must, able, 0.0, NODES)
    if found is None:
        raise NotARound("no solution serves all households that must be served and keeps the floor")
    return found


def _in_doubt(asked: Program, relaxed: Relaxed, doubt: float) -> tuple[Flags, Flags, Flags]:
    """(options looked at, households that are served, households that may be)."""
    net = asked.worth - relaxed.prices[asked.option_place]
    near = best_net(asked, relaxed.prices)[asked.option_part] - net <= doubt
    may: Flags = asked.must | (relaxed.surplus > -doubt / 2)
    looked_at: Flags = (near | asked.must[asked.option_household]) & may[asked.option_household]
    return looked_at, asked.must | (relaxed.surplus > doubt / 2), may


def _solved(asked: Program, looked_at: Flags, must: Flags, may: Flags, gap: float, nodes: int) -> Whole | None:
    """The best whole solution with these options and households; None when there is none."""
    n, options = int(looked_at.sum()), np.flatnonzero(looked_at)
    columns = np.concatenate([options, len(asked.worth) + np.arange(len(asked.served))])
    most, right, exact = rows(asked)
    found = milp(
        -np.concatenate([asked.worth, asked.served])[columns],
        integrality=np.repeat([0, 1], [n, len(asked.served)]),
        bounds=Bounds(np.concatenate([np.zeros(n), must]), np.concatenate([np.ones(n), may])),
        constraints=[
            LinearConstraint(most[:, columns], ub=right),
            LinearConstraint(exact[:, columns], lb=0, ub=0),
        ],
        options={"mip_rel_gap": gap, "node_limit": nodes},
    )
    if found.x is not None:
        return Whole(_taken(asked, options[found.x[:n] > 0.5]), found.status == 0 and gap == 0.0)
    if found.status == INFEASIBLE:
        return None
    raise Undecided(f"the search ended without a solution: {found.message}")


def _taken(asked: Program, options: Ints) -> Ints:
    per_part = np.full(len(asked.part_household), NOBODY)
    per_part[asked.option_part[options]] = options
    return per_part


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
