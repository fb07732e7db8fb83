"""A round from those who seek and the places of pools: each household's package, and the best that each part could have."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from matching.domain.index import Index
from matching.domain.kinds.shape import Kind, Place, Seeker
from matching.domain.outcomes import shared_out
from matching.domain.rounds import package
from matching.domain.rounds.package import Household, Lock, Option, Part, Round

OPTIONS = 20  # of each part, the best first: more make a round slower, and hardly better


def gather(
    kinds: Mapping[str, Kind],
    seekers: Iterable[Seeker],
    places: Iterable[Place],
    priority: Collection[UUID] = (),
    locks: tuple[Lock, ...] = (),
) -> Round:
    """Everybody who seeks something of these kinds, with all of it that there are places of in `places`.

    `priority`: households far from the labour market, by published criteria. Raises NotInPool for a place of no pool.
    """
    offered = shared_out(place for place in places if place.kind in kinds)
    there = {place.kind for place in offered}
    looking = [seeker for seeker in seekers if seeker.kind in there]
    parts: dict[UUID, list[Part]] = defaultdict(list)
    for name in sorted(there):
        own = [seeker for seeker in looking if seeker.kind == name]
        index = Index(kinds[name], own, (place for place in offered if place.kind == name))
        for seeker in own:
            found = index.places_for(seeker.id, OPTIONS)
            options = tuple(Option(str(one.id), one.points) for one in found)
            parts[seeker.household].append(Part(part_name(seeker), name, options))
    return Round(
        tuple(Household(str(id), tuple(theirs), id in priority) for id, theirs in sorted(parts.items())),
        tuple(_labelled(place) for place in offered),
        locks,
    )


def part_name(seeker: Seeker) -> str:
    """What a seeker of a kind is called in a round."""
    return f"{seeker.kind} {seeker.id}"


def seeker_of(part: str) -> tuple[str, UUID]:
    """Kind and id of the seeker that a part is."""
    kind, _, id = part.partition(" ")
    return kind, UUID(id)


def _labelled(place: Place) -> package.Place:
    facts = place.facts
    month = getattr(facts, "available", None) or getattr(facts, "start", None)
    return package.Place(
        str(place.id),
        place.kind,
        place.left,
        facts.allocation,
        getattr(facts, "occupation", None),
        getattr(facts, "area", None),
        month,
    )
