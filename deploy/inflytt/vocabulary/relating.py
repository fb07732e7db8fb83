"""How near occupations are: what JobTech's experts have judged, and what follows from ESCO's skills and SSYK's words."""

from contracts.vocabulary.records import Contents, Occupation
from inflytt.vocabulary.linking import isco_of
from inflytt.vocabulary.merging import Unlinked
from inflytt.vocabulary.sources import Sources
from matching.domain.related import Classifications, nearest, relatedness

ALIAS = 900  # per mille: an alias by hand says that the words mean this occupation
NEAREST, DERIVED_BELOW = (
    10,
    500,
)  # groups near a group; what nobody has judged is always less than what is taken as related
Pairs = dict[tuple[str, str], int]


def judged(
    sources: Sources, starter: Contents, occupations: tuple[Occupation, ...], unlinked: Unlinked
) -> tuple[tuple[str, str, int], ...]:
    """The starter's pairs, then those of experts (the stronger where the two directions differ), and aliases by hand.

    Two occupations written by hand get no other relation than theirs.
    """
    ids = {one.concept: one.id for one in occupations if one.concept}
    by_hand = {one.id for one in starter.occupations}
    pairs: Pairs = {}
    for one, other, percent in substitutes(sources):
        if one in ids and other in ids:
            _strengthen(pairs, ids[one], ids[other], 10 * percent)
        else:
            unlinked["substitutabilities of occupations that are not imported"].append(f"{one} {other} {percent}")
    _add_aliases(pairs, starter, occupations)
    by_hand_both = {pair for pair in pairs if by_hand.issuperset(pair)}
    kept = {pair: weight for pair, weight in pairs.items() if pair not in by_hand_both}
    kept |= {(one, other): weight for one, other, weight in starter.related}
    return tuple((one, other, weight) for (one, other), weight in sorted(kept.items()))


def substitutes(sources: Sources) -> list[tuple[str, str, int]]:
    """What experts have judged: two concepts, and per cent of the work in the second that the first can do."""
    found = {(one.id, other.id, other.percent or 0) for one in sources.substitutes for other in one.substitutes}
    found |= {(other.id, one.id, other.percent or 0) for one in sources.substitutes for other in one.substituted_by}
    return sorted(edge for edge in found if edge[2])


def _add_aliases(pairs: Pairs, starter: Contents, occupations: tuple[Occupation, ...]) -> None:
    named = {(one.ssyk, one.sv.casefold()): one.id for one in occupations if not one.by_hand}
    for ours in starter.occupations:
        for alias in ours.aliases.sv:
            if other := named.get((ours.ssyk, alias.casefold())):
                _strengthen(pairs, ours.id, other, ALIAS)


def _strengthen(pairs: Pairs, one: str, other: str, weight: int) -> None:
    if one != other:
        pair = (min(one, other), max(one, other))
        pairs[pair] = max(pairs.get(pair, 0), weight)


def near(sources: Sources) -> tuple[tuple[str, str, int], ...]:
    """The SSYK groups that are nearest to each other, per mille; none without ESCO's occupations, skills and hierarchy."""
    if not (sources.isco_links and sources.occupations and sources.requirements and sources.broader):
        return ()
    return tuple(nearest(*relatedness(classifications(sources)), NEAREST, DERIVED_BELOW))


def classifications(sources: Sources) -> Classifications:
    """What relatedness follows from. No judged pair is in it."""
    tops = (*sources.hierarchy, *sources.groups)
    found = {one.code: one for top in tops for one in top.walk() if one.type == "ssyk-level-4" and one.code}
    texts = {code: [one.label, one.definition, *sorted(o.label for o in one.narrower)] for code, one in found.items()}
    return Classifications(
        groups={code: iscos for code, iscos in isco_of(sources).items() if code in found},
        words={code: " ".join(text) for code, text in texts.items()},
        isco={uri: isco for uri, isco, _ in sources.occupations},
        requirements=[(who, what, how == "essential") for who, how, what in sources.requirements],
        broader=[(narrow, broad) for _, narrow, broad in sources.broader],
    )
