"""How many whole households one more of each place lets in, by how its price answers to what a household is worth.

The worth of a round grows with a household's worth by the households that it serves. So that number grows with one more
place as much as the place's price grows with a household's worth: two solves with fractions tell it for every place.
"""

from dataclasses import replace

from matching.domain.rounds.locks import settle
from matching.domain.rounds.package import Household, Round
from matching.domain.rounds.program import Floats, program
from matching.domain.rounds.relax import Say, relax, silently
from matching.domain.rounds.solve import floor_of

STEP = 150  # points that a household's worth is raised and lowered by: less says where it happens to stand between two jumps
Admits = tuple[tuple[str, int], ...]  # thousandths of a household per place, those above nothing


def admits(asked: Round, say: Say = silently) -> Admits:
    """Per place, in a round as `solve` takes it. Raises NotARound as that does."""
    settled = settle(asked)
    households = in_order(settled.households)
    places = tuple(sorted(asked.places))

    def prices(served: int) -> Floats:
        plain = program(households, places, served, settled.must)
        return relax(replace(plain, floor=floor_of(households, asked.terms)), say=say).prices

    dearer, cheaper = prices(asked.terms.served + STEP), prices(asked.terms.served - STEP)
    slopes = ((dearer - cheaper) / (2 * STEP) * 1000).round().astype(int).tolist()
    return tuple((place.id, slope) for place, slope in zip(places, slopes, strict=True) if slope > 0)


def in_order(households: tuple[Household, ...]) -> tuple[Household, ...]:
    """By id, their parts by name, the parts' options by place: as a programme takes them."""
    return tuple(sorted((_in_order(household) for household in households), key=lambda household: household.id))


def _in_order(household: Household) -> Household:
    parts = (replace(part, options=tuple(sorted(part.options))) for part in household.parts)
    return replace(household, parts=tuple(sorted(parts, key=lambda part: part.name)))
