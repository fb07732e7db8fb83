"""From a solution with fractions to whole households: what is settled stays, the rest is solved again in pieces.

Never a half-served household, never above a capacity, the floor kept; the same on every run, for no clock is read.
"""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import reverse_cuthill_mckee

from matching.domain.rounds.exact import Undecided, solve_exactly
from matching.domain.rounds.package import NotARound
from matching.domain.rounds.program import (
    NOBODY,
    Flags,
    Ints,
    Program,
    best_net,
    chosen_of,
    excerpt,
    worth_of,
)
from matching.domain.rounds.relax import Relaxed, Say, silently

WHOLE = 1 - 1e-6
NEAR = 30.0  # points: options so much worse than a part's best, at the prices, are not looked at in pieces
PIECE = 100  # households made whole together
AROUND = 60  # households solved together to let one more in
NODES = 50  # of branch and bound, for one piece
GAP = 5e-4  # of a piece's optimum, that may be missing
ENOUGH = 2e-3  # of the bound: a gap that is not worth another piece
PIECES = 40


def repair(asked: Program, relaxed: Relaxed, say: Say = silently) -> Ints:
    """Per part the option it gets, or NOBODY. Raises NotARound when those that must be served can't all be."""
    near = _near(asked, relaxed)
    taken = _filled(asked, relaxed, near, _settled(asked, relaxed), say)
    taken = _floored(asked, relaxed, taken)
    if not _kept(asked, taken):
        say("keeping locks", 0, len(asked.served))
        whole = solve_exactly(asked, gap=ENOUGH)
        if whole is None:
            raise NotARound("no solution serves all households that must be served and keeps the floor")
        taken = whole.taken
    return _improved(asked, relaxed, near, taken, say)


def _near(asked: Program, relaxed: Relaxed) -> Flags:
    net = asked.worth - relaxed.prices[asked.option_place]
    near: Flags = best_net(asked, relaxed.prices)[asked.option_part] - net <= NEAR
    return near | asked.must[asked.option_household]


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


def _filled(asked: Program, relaxed: Relaxed, near: Flags, taken: Ints, say: Say) -> Ints:
    """Those who are not settled and could be served, piece by piece; who is not yet come to is held in fractions
    meanwhile, so that no piece takes what others need more.

    The floor counts by its price: no piece alone could keep it."""
    served, _, _ = chosen_of(asked, taken)
    loose = np.flatnonzero(~served & ((relaxed.surplus > -NEAR) | asked.must))
    order = _beside_each_other(asked, near, loose)
    if asked.floor is not None:
        asked = replace(asked, served=asked.served + relaxed.price_of_floor * asked.floor.weights, floor=None)
    for start in range(0, len(order), PIECE):
        say("repairing", start, len(order))
        piece, rest = _flags(asked, order[start : start + PIECE]), _flags(asked, order[start:])
        taken = _again(asked, near, taken, rest, piece)
    return taken


def _beside_each_other(asked: Program, near: Flags, households: Ints) -> Ints:
    """These households ordered so that those who want the same places stand close; those that must be served first."""
    options = np.flatnonzero(near & _flags(asked, households)[asked.option_household])
    shape = len(asked.served), len(asked.capacity)
    wants = csr_array(
        (np.ones(len(options)), (asked.option_household[options], asked.option_place[options])), shape=shape
    )[households]
    order = households[reverse_cuthill_mckee((wants @ wants.T).tocsr(), symmetric_mode=True)]
    return order[np.argsort(~asked.must[order], kind="stable")]


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


def _kept(asked: Program, taken: Ints) -> bool:
    """Everybody who must be served is, and the floor holds."""
    served, _, _ = chosen_of(asked, taken)
    floored = asked.floor is None or float(asked.floor.weights[served].sum()) >= asked.floor.least - 1e-6
    return floored and not np.any(asked.must & ~served)


def _improved(asked: Program, relaxed: Relaxed, near: Flags, taken: Ints, say: Say) -> Ints:
    """Each household left out with a surplus is solved again with those who hold what it could have."""
    served, _, _ = chosen_of(asked, taken)
    waiting = np.flatnonzero(~served & (relaxed.surplus > -NEAR))
    for turn, household in enumerate(waiting[np.lexsort((waiting, -relaxed.surplus[waiting]))][:PIECES]):
        if worth_of(asked, taken) >= (1 - ENOUGH) * relaxed.bound:
            break
        say("improving", turn, PIECES)
        around = _around(asked, relaxed, near, taken, int(household))
        again = _again(asked, near, taken, around, around)
        taken = again if worth_of(asked, again) > worth_of(asked, taken) else taken
    return taken


def _around(asked: Program, relaxed: Relaxed, near: Flags, taken: Ints, household: int) -> Flags:
    """The household, and those with the least surplus among who holds a place that it could have."""
    wanted = np.unique(asked.option_place[near & (asked.option_household == household)])
    options = taken[taken != NOBODY]
    holders = np.unique(asked.option_household[options[np.isin(asked.option_place[options], wanted)]])
    weakest = holders[np.lexsort((holders, relaxed.surplus[holders]))][: AROUND - 1]
    return _flags(asked, np.append(weakest, household))


def _again(asked: Program, near: Flags, taken: Ints, households: Flags, whole: Flags) -> Ints:
    """These households solved again over what the others leave; only those to be `whole` are given what they get."""
    kept = np.where(households[asked.part_household], NOBODY, taken)
    served, left, _ = chosen_of(asked, kept)
    piece = excerpt(asked, households, near, left, served)
    try:
        found = solve_exactly(piece.program, GAP, NODES, whole[households])
    except Undecided:
        return taken
    if found is None:
        return taken
    decided = whole[asked.part_household[piece.parts]] & (found.taken != NOBODY)
    kept[piece.parts[decided]] = piece.options[found.taken[decided]]
    return kept


def _flags(asked: Program, households: Ints) -> Flags:
    flags = np.zeros(len(asked.served), dtype=np.bool_)
    flags[households] = True
    return flags
