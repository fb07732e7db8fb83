"""Between rounds: who comes now is offered what those to come are not expected to need more; the rest of the places is held.

What a place is worth to those to come is its bid: its price in a round of those here and those in a draw of the future, the
mean over several draws. One draw alone is as wrong as its luck. Bids know no floor: that belongs to rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching.domain.rounds.locks import settle
from matching.domain.rounds.package import Household, Round
from matching.domain.rounds.program import Floats, program
from matching.domain.rounds.relax import Say, relax, silently
from matching.domain.rounds.solve import Allocation, check, told
from matching.domain.rounds.whole import best_whole

Future = tuple[Household, ...]


@dataclass(frozen=True)
class Offered:
    """What those who came are offered, its worth in points, and the bids above nothing, in points per place: a place is
    held against whom it would give less than that."""

    allocations: tuple[Allocation, ...]
    value: int
    bids: tuple[tuple[str, int], ...]


def offered(now: Round, futures: Sequence[Future], say: Say = silently) -> Offered:
    """The best whole packages for the households of `now`, less the bids of their places.

    `futures`: draws of who is still to come, with other ids; none when nobody is. Raises NotARound as a solve does.
    """
    settled = settle(now)
    bids = _bids(now, futures, say)
    plain = program(settled.households, settled.places, now.terms.served, settled.must)
    left = replace(plain, worth=plain.worth - bids[plain.option_place])
    taken = best_whole(left, relax(left, say), say).taken
    check(left, taken)
    allocations, value = told(settled.households, settled.places, plain, taken)
    named = zip(settled.places, np.rint(bids).astype(int).tolist(), strict=True)
    return Offered(allocations, value, tuple((place.id, bid) for place, bid in named if bid > 0))


def _bids(now: Round, futures: Sequence[Future], say: Say) -> Floats:
    """Per place in order of id."""
    total, near = np.zeros(len(now.places)), None
    for future in futures:
        whole = settle(replace(now, households=now.households + future))
        near = relax(program(whole.households, whole.places, now.terms.served, whole.must), say, near)
        total += near.prices
    return total / max(1, len(futures))
