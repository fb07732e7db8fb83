"""JobTech's concepts beside the starter vocabulary: what it already names keeps its id and gets the concept's beside it."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple, TypeVar

from contracts.vocabulary.records import Aliases, Contents, Named, Occupation
from inflytt.vocabulary.jobtech import Concept
from inflytt.vocabulary.sources import Sources

N = TypeVar("N", bound=Named)


class Unlinked(defaultdict[str, list[str]]):
    """What could not be linked, by what it lacks."""

    def __init__(self) -> None:
        super().__init__(list)


class Filed(NamedTuple):
    """An occupation concept and the SSYK group that it stands under."""

    concept: Concept
    ssyk: str


def code_of(concept: str) -> str:
    """Our code for a concept: its id in small letters, then which of them were capitals, as a number.

    "apaJ_2ja_LuF" is "apaj_2ja_luf.261"; two concepts never share a code, and a new label changes none.
    """
    capitals = sum(1 << place for place, letter in enumerate(reversed(concept)) if letter.isupper())
    return f"{concept.lower()}.{capitals}"


def occupations(sources: Sources, starter: Contents, unlinked: Unlinked) -> tuple[Occupation, ...]:
    """The starter's, each with the concept of its name in its SSYK group; then the other occupations of JobTech's."""
    ssyk = {one.concept.id: one.ssyk for one in filed(sources, unlinked)}
    entry = {concept.id for collection in sources.collections for concept in collection.related}
    unlinked["entry-level occupations that are not in the SSYK hierarchy"] += sorted(entry - ssyk.keys())
    return merged(
        starter.occupations,
        [one.concept for one in filed(sources, Unlinked())],
        lambda ours: [(ours.ssyk, name.casefold()) for name in (ours.sv, ours.en)],
        lambda concept: (ssyk[concept.id], concept.label.casefold()),
        lambda concept: _occupation(concept, ssyk[concept.id], concept.id in entry),
        "occupations",
        unlinked,
    )


def skills(sources: Sources, starter: Contents, unlinked: Unlinked) -> tuple[Named, ...]:
    """The starter's, each with the concept of its name; then JobTech's other skills."""
    return merged(
        starter.skills,
        sources.skills,
        lambda ours: [name.casefold() for name in (ours.sv, ours.en)],
        lambda concept: concept.label.casefold(),
        lambda concept: _named(code_of(concept.id), concept),
        "skills",
        unlinked,
    )


def languages(sources: Sources, starter: Contents, unlinked: Unlinked) -> tuple[Named, ...]:
    """The starter's, each with the concept of its ISO 639-1 code; then the other languages that have one."""
    lacking = "languages without a code of two letters, by which events name them"
    unlinked[lacking] += [f"{c.id} {c.label}" for c in sources.languages if not c.iso]
    return merged(
        starter.languages,
        [concept for concept in sources.languages if concept.iso],
        lambda ours: [ours.id],
        lambda concept: str(concept.iso).lower(),
        lambda concept: _named(str(concept.iso).lower(), concept),
        "languages",
        unlinked,
    )


def groups(sources: Sources, starter: Contents, unlinked: Unlinked) -> tuple[Named, ...]:
    """The two-digit SSYK groups: the starter's, each with its concept, then the others."""
    return merged(
        starter.groups,
        [one for top in sources.hierarchy for one in top.walk() if one.type == "ssyk-level-2"],
        lambda ours: [ours.id],
        lambda concept: concept.code or "",
        lambda concept: _named(concept.code or "", concept),
        "two-digit SSYK groups",
        unlinked,
    )


def filed(sources: Sources, unlinked: Unlinked) -> list[Filed]:
    """All occupations with their SSYK group, by concept id."""
    found: dict[str, Filed] = {}
    for group in (one for top in (*sources.hierarchy, *sources.groups) for one in top.walk()):
        for concept in group.narrower:
            if concept.type == "occupation-name" and group.code:
                before = found.setdefault(concept.id, Filed(concept, group.code))
                if before.ssyk != group.code:
                    where = f"{concept.id} {concept.label} ({before.ssyk}, {group.code})"
                    unlinked["occupations in two SSYK groups, kept in the first"].append(where)
    return sorted(found.values(), key=lambda one: one.concept.id)


def merged(
    ours: tuple[N, ...],
    concepts: Iterable[Concept],
    keys: Callable[[N], list[Hashable]],
    key: Callable[[Concept], Hashable],
    new: Callable[[Concept], N],
    what: str,
    unlinked: Unlinked,
) -> tuple[N, ...]:
    """Our records, linked to the concepts of the same key; and new ones of the other concepts, by id."""
    found = {key(concept): concept for concept in sorted(concepts, key=lambda one: one.id, reverse=True)}
    link = {one.id: next((found[key] for key in keys(one) if key in found), None) for one in ours}
    unlinked[f"starter {what} that no concept is named as"] += [
        f"{one.id} {one.sv}" for one in ours if not link[one.id]
    ]
    linked = tuple(one.model_copy(update={"concept": its.id}) if (its := link[one.id]) else one for one in ours)
    known = {concept.id for concept in link.values() if concept}
    names = {name.casefold(): one.id for one in ours for name in (one.sv, one.en)}
    others = []
    for one in sorted((new(concept) for concept in concepts if concept.id not in known), key=lambda one: one.id):
        if names.setdefault(one.sv.casefold(), one.id) == one.id:
            others.append(one)
        else:
            other = names[one.sv.casefold()]
            unlinked[f"{what} left out, as they are named as another"].append(f"{one.concept} {one.sv} (as {other})")
    return (*linked, *others)


def _named(id: str, concept: Concept) -> Named:
    return Named(id=id, sv=concept.label, en=concept.label, only="sv", concept=concept.id)


def _occupation(concept: Concept, ssyk: str, entry: bool) -> Occupation:
    parts = tuple(dict.fromkeys(part.strip() for part in concept.label.split("/")))
    spelled_out = len(parts) > 1 and all(len(part) > 3 for part in parts)
    return Occupation(
        **_named(code_of(concept.id), concept).model_dump(),
        ssyk=ssyk,
        aliases=Aliases(sv=parts if spelled_out else (), en=()),
        skills=(),
        by_hand=False,
        entry=entry,
    )
