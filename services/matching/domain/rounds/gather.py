"""A round from those who seek and the places of pools: each household's package, and the best that each part could have."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.fields import Code
from matching.domain.index import Index
from matching.domain.kinds.shape import Kind, Place, Seeker
from matching.domain.outcomes import shared_out
from matching.domain.rounds import package
from matching.domain.rounds.package import HeldBack, Household, Lock, Option, Part, Round
from matching.domain.score import score

LAWFUL = ("regulated", "licence")  # gates that an education opens
OPTIONS = 20  # of each part, the best first: more make a round slower, and hardly better


def gather(
    kinds: Mapping[str, Kind],
    seekers: Iterable[Seeker],
    places: Iterable[Place],
    priority: Collection[UUID] = (),
    locks: tuple[Lock, ...] = (),
    law: Mapping[Code, Code] | None = None,
) -> Round:
    """Everybody who seeks something of these kinds, with all of it that there are places of in `places`.

    `priority`: households far from the labour market, by published criteria. `law`: the licence that an occupation asks.
    Raises NotInPool for a place of no pool.
    """
    offered = shared_out(place for place in places if place.kind in kinds)
    there = {place.kind for place in offered}
    looking = [seeker for seeker in seekers if seeker.kind in there]
    parts: dict[UUID, list[Part]] = defaultdict(list)
    held: list[HeldBack] = []
    for name in sorted(there):
        own = [seeker for seeker in looking if seeker.kind == name]
        index = Index(kinds[name], own, (place for place in offered if place.kind == name))
        for seeker in own:
            found = index.places_for(seeker.id, OPTIONS)
            options = tuple(Option(str(one.id), one.points) for one in found)
            parts[seeker.household].append(Part(part_name(seeker), name, options))
            held += _held_back(kinds[name], index, seeker, law or {})
    return Round(
        tuple(Household(str(id), tuple(theirs), id in priority) for id, theirs in sorted(parts.items())),
        tuple(_labelled(place) for place in offered),
        locks,
        held_back=tuple(sorted(held)),
    )


def part_name(seeker: Seeker) -> str:
    """What a seeker of a kind is called in a round."""
    return f"{seeker.kind} {seeker.id}"


def seeker_of(part: str) -> tuple[str, UUID]:
    """Kind and id of the seeker that a part is."""
    kind, _, id = part.partition(" ")
    return kind, UUID(id)


def _held_back(kind: Kind, index: Index, seeker: Seeker, law: Mapping[Code, Code]) -> Iterator[HeldBack]:
    """What a licence more, or a lower rent, would let the seeker have."""
    for gates in (LAWFUL, ("rent",)):
        open_to = replace(kind, gates=tuple(gate for gate in kind.gates if gate.code not in gates))
        for place in index.held_by_only(seeker.id, gates):
            found = score(open_to, seeker, place)
            assert found is not None
            for by in _lacking(seeker, place, law) if gates == LAWFUL else gates:
                yield HeldBack(str(seeker.household), part_name(seeker), str(place.id), found.points, by)


def _lacking(seeker: Seeker, place: Place, law: Mapping[Code, Code]) -> tuple[Code, ...]:
    """The one licence that is lacking; who lacks several is helped by none of them alone."""
    lawful = law.get(place.facts.occupation)
    lacking = {*place.facts.licences, *([lawful] if lawful else [])} - {*seeker.needs.licences}
    return tuple(lacking) if len(lacking) == 1 else ()


def _labelled(place: Place) -> package.Place:
    facts = place.facts
    month = getattr(facts, "available", None) or getattr(facts, "start", None)
    return package.Place(
        str(place.id),
        place.kind,
        place.left,
        facts.allocation,
        _sort(facts),
        getattr(facts, "area", None),
        month,
    )


def _sort(facts: Any) -> str | None:
    if (rooms := getattr(facts, "rooms", None)) is not None:
        return str(rooms)
    stages = getattr(facts, "stages", ())
    return stages[0] if stages else getattr(facts, "occupation", None)
