"""From a solution with fractions to whole households: what is settled stays, the rest is solved again in pieces.

Never a half-served household, never above a capacity, the floor kept; the same on every run.
"""

import numpy as np

from matching.domain.rounds.exact import solve_exactly
from matching.domain.rounds.package import NotARound
from matching.domain.rounds.program import NOBODY, Flags, Ints, Program, chosen_of, excerpt, worth_of
from matching.domain.rounds.relax import Relaxed, Say, silently

WHOLE = 1 - 1e-6
PIECE = 150  # households solved together
NODES = 200  # of branch and bound, for one piece
ENOUGH = 1e-3  # of the bound: a gap that is not worth another piece
PIECES = 60


def repair(asked: Program, relaxed: Relaxed, say: Say = silently) -> Ints:
    """Per part the option it gets, or NOBODY. Raises NotARound when a household that must be served finds no room."""
    taken = _floored(asked, relaxed, _settled(asked, relaxed))
    taken = _filled(asked, relaxed, taken, say)
    taken = _improved(asked, relaxed, taken, say)
    served, _, _ = chosen_of(asked, taken)
    if np.any(asked.must & ~served):
        raise NotARound("a household that must be served found no room: lift a lock and solve again")
    return taken


def _settled(asked: Program, relaxed: Relaxed) -> Ints:
    """Households that the fractional solution serves whole, every part by one place."""
    taken = np.full(len(asked.part_household), NOBODY)
    options = np.flatnonzero(relaxed.taken >= WHOLE)
    taken[asked.option_part[options]] = options
    used = np.bincount(asked.option_part, weights=relaxed.taken, minlength=len(taken)) > 1 - WHOLE
    settled = relaxed.share >= WHOLE
    settled[asked.part_household[(taken == NOBODY) & (asked.part_chosen | used)]] = False
    taken[~settled[asked.part_household]] = NOBODY
    return taken


def _floored(asked: Program, relaxed: Relaxed, taken: Ints) -> Ints:
    """Those whose leaving brings the floor nearer leave, the least surplus first, until it holds."""
    if asked.floor is None:
        return taken
    served, _, _ = chosen_of(asked, taken)
    short = asked.floor.least - float(asked.floor.weights[served].sum())
    leaving = np.flatnonzero(served & ~asked.must & (asked.floor.weights < 0))
    for household in leaving[np.lexsort((leaving, relaxed.surplus[leaving]))]:
        if short <= 0:
            break
        short += float(asked.floor.weights[household])
        taken = np.where(asked.part_household == household, NOBODY, taken)
    return taken


def _filled(asked: Program, relaxed: Relaxed, taken: Ints, say: Say) -> Ints:
    """Those that were served in part, in pieces, the surest first; each piece takes the best of what is left."""
    served, _, _ = chosen_of(asked, taken)
    loose = np.flatnonzero(~served & ((relaxed.share > 1 - WHOLE) | asked.must))
    order = loose[np.lexsort((loose, -relaxed.share[loose], ~asked.must[loose]))]
    for start in range(0, len(order), PIECE):
        say("repairing", start, len(order))
        taken = _again(asked, taken, _flags(asked, order[start : start + PIECE]))
    return taken


def _improved(asked: Program, relaxed: Relaxed, taken: Ints, say: Say) -> Ints:
    """Each household left out with a surplus is solved again with those who hold what it could have."""
    served, _, _ = chosen_of(asked, taken)
    waiting = np.flatnonzero(~served & (relaxed.surplus > -PIECE))
    for turn, household in enumerate(waiting[np.lexsort((waiting, -relaxed.surplus[waiting]))][:PIECES]):
        if worth_of(asked, taken) >= (1 - ENOUGH) * relaxed.bound:
            break
        say("improving", turn, PIECES)
        taken = _again(asked, taken, _around(asked, relaxed, taken, int(household)))
    return taken


def _around(asked: Program, relaxed: Relaxed, taken: Ints, household: int) -> Flags:
    """The household, and those with the least surplus among who holds a place that it could have."""
    wanted = np.unique(asked.option_place[asked.option_household == household])
    options = taken[taken != NOBODY]
    holders = np.unique(asked.option_household[options[np.isin(asked.option_place[options], wanted)]])
    weakest = holders[np.lexsort((holders, relaxed.surplus[holders]))][: PIECE - 1]
    return _flags(asked, np.append(weakest, household))


def _again(asked: Program, taken: Ints, households: Flags) -> Ints:
    """These households solved again over what the others leave, if that is better."""
    kept = np.where(households[asked.part_household], NOBODY, taken)
    served, left, _ = chosen_of(asked, kept)
    piece = excerpt(asked, households, left, served)
    found = solve_exactly(piece.program, gap=1e-4, nodes=NODES)
    if found is None:
        return taken
    kept[piece.parts] = (
        np.where(found.taken == NOBODY, NOBODY, piece.options[found.taken]) if len(piece.options) else NOBODY
    )
    return kept if worth_of(asked, kept) > worth_of(asked, taken) else taken


def _flags(asked: Program, households: Ints) -> Flags:
    flags = np.zeros(len(asked.served), dtype=np.bool_)
    flags[households] = True
    return flags
