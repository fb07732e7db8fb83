"""How many whole households one more of each place lets in, by how its price answers to what a household is worth.

The worth of a round grows with a household's worth by the households that it serves. So that number grows with one more
place as much as the place's price grows with a household's worth: two solves with fractions tell it for every place.
"""

from dataclasses import replace

from matching.domain.rounds.locks import settle
from matching.domain.rounds.package import Round
from matching.domain.rounds.program import program
from matching.domain.rounds.relax import Relaxed, Say, relax, silently
from matching.domain.rounds.solve import floor_of

STEP = 150  # points that a household's worth is raised and lowered by: less says where it happens to stand between two jumps
Admits = tuple[tuple[str, int], ...]  # thousandths of a household per place, those above nothing


def admits(asked: Round, say: Say = silently) -> Admits:
    """Per place, in a round as `solve` takes it. Raises NotARound as that does."""
    settled = settle(asked)

    def at(served: int, near: Relaxed | None = None) -> Relaxed:
        plain = program(settled.households, settled.places, served, settled.must)
        return relax(replace(plain, floor=floor_of(settled.households, asked.terms)), say, near)

    cheaper = at(asked.terms.served - STEP)
    dearer = at(asked.terms.served + STEP, cheaper)
    slopes = ((dearer.prices - cheaper.prices) / (2 * STEP) * 1000).round().astype(int).tolist()
    return tuple((place.id, slope) for place, slope in zip(settled.places, slopes, strict=True) if slope > 0)
