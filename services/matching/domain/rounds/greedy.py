"""What practice without a programme does, to stand beside it: the best package first, whole or not at all."""

import numpy as np

from matching.domain.rounds.program import NOBODY, Floats, Ints, Program, servable, surplus


def greedily(asked: Program) -> Ints:
    """Households by the worth of their best package, each part in turn taking its best place that is left."""
    return _in_turn(asked, surplus(asked, np.zeros(len(asked.capacity)), 0.0))


def first_come(asked: Program) -> Ints:
    """Households in their own order."""
    return _in_turn(asked, np.zeros(len(asked.served)))


def _in_turn(asked: Program, rank: Floats) -> Ints:
    left = asked.capacity.tolist()
    taken = np.full(len(asked.part_household), NOBODY)
    starts = np.searchsorted(asked.option_part, np.arange(len(taken) + 1))
    parts = np.searchsorted(asked.part_household, np.arange(len(rank) + 1))
    able = servable(asked)
    for household in np.lexsort((np.arange(len(rank)), -rank, ~asked.must)):
        if not able[household]:
            continue
        got: dict[int, int] = {}
        for part in range(parts[household], parts[household + 1]):
            options = sorted(range(starts[part], starts[part + 1]), key=lambda n: (-asked.worth[n], n))
            best = next((n for n in options if left[asked.option_place[n]] > 0), NOBODY)
            if best != NOBODY:
                got[part] = best
                left[asked.option_place[best]] -= 1
            elif asked.part_chosen[part]:
                for option in got.values():
                    left[asked.option_place[option]] += 1
                got = {}
                break
        for part, option in got.items():
            taken[part] = option
    return taken
