"""The optimum of a small round as one programme of integers, written apart from ours and cut down nowhere, by HiGHS."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix

from matching.domain.rounds.package import Round

Row = Mapping[int, float]  # a factor by column


def best_of_integers(asked: Round) -> int:
    """Points of the best solution, locks aside; the whole floor is kept, whatever it costs. Raises RuntimeError when it is not
    proven to be the best."""
    worth: list[int] = []
    uses: dict[str, dict[int, float]] = defaultdict(dict)
    whole, along, served = list[Row](), list[Row](), list[int]()
    for household in asked.households:
        here = len(worth)
        served.append(here)
        worth.append(asked.terms.served)
        for part in household.parts:
            first = len(worth)
            for option in part.options:
                uses[option.place][len(worth)] = 1
                worth.append(option.score)
            (whole if part.chosen else along).append({here: -1} | dict.fromkeys(range(first, len(worth)), 1))
    places = {place.id: place.capacity for place in asked.places}
    limits = [
        _rows(whole, len(worth), 0, 0),
        _rows([*along, *_floor(asked, served)], len(worth), -np.inf, 0),
        _rows(list(uses.values()), len(worth), -np.inf, [places[place] for place in uses]),
    ]
    found = milp(
        -np.array(worth, float), integrality=np.ones(len(worth)), bounds=Bounds(0, 1), constraints=limits,
        options={"mip_rel_gap": 0},
    )  # fmt: skip
    if found.status != 0:
        raise RuntimeError(f"no optimum was proven: {found.message}")
    return round(-found.fun)


def _floor(asked: Round, served: list[int]) -> list[Row]:
    """Per mille of the others' served share, both sides times both groups' sizes."""
    theirs = [n for n, household in zip(served, asked.households, strict=True) if household.priority]
    others = [n for n, household in zip(served, asked.households, strict=True) if not household.priority]
    if asked.terms.floor is None or not theirs or not others:
        return []
    dearer = dict.fromkeys(others, float(asked.terms.floor * len(theirs)))
    return [dearer | dict.fromkeys(theirs, -1000.0 * len(others))]


def _rows(rows: Sequence[Row], columns: int, low: float, high: object) -> LinearConstraint:
    where = [(n, column, factor) for n, row in enumerate(rows) for column, factor in row.items()]
    numbers, named, factors = zip(*where, strict=True) if where else ((), (), ())
    return LinearConstraint(csr_matrix((factors, (numbers, named)), shape=(len(rows), columns)), low, high)
