"""What this version's vocabulary measures with: the kinds of match, as every process of matching knows them."""

from collections.abc import Mapping
from functools import cache

from contracts.vocabulary import VOCABULARY
from matching.domain.kinds import kinds
from matching.domain.kinds.shape import Kind, Yardstick


@cache
def all_kinds() -> Mapping[str, Kind]:
    """Every kind by its name."""
    return kinds(
        Yardstick(
            version=VOCABULARY.version,
            related={id: tuple(VOCABULARY.neighbours(id).items()) for id in VOCABULARY.occupations},
            licences={one.id: one.licence for one in VOCABULARY.occupations.values() if one.licence},
            minutes=VOCABULARY.travel,
        )
    )
