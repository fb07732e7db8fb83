"""Whether reasons add up, what would help is true, every non-match has its reason, and how evenly groups are found."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from uuid import UUID

import numpy as np

from inflytt.bench.figures import Figure, at_most
from inflytt.bench.matching.candidates import Say, Sizes, invented
from matching.domain.fairness import Evenness, Seeking, Step, evenness, read_groups
from matching.domain.index import Index
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.reasons import gains, told, why_not, with_words
from matching.domain.score import score

MOST = 5_000  # people and places: enough for a hundred thousand pairs
RANDOM_PAIRS = 20_000
OFFERED = 5  # the best places of each, as a coordinator sees them


def measure(options: Sizes, say: Say) -> list[Figure]:
    """Counts of what does not hold, of all pairs that are looked at; the least selection ratio between groups."""
    sizes = replace(options, people=min(MOST, options.people), places=min(MOST, options.places))
    index = invented(sizes, options.seeds[0])
    pairs = _found(index)
    unsummed = sum(not _sums(index, *pair) for pair in pairs)
    untrue, gained = _untrue(index, pairs)
    unanswered, asked = _unanswered(index)
    say(f"{len(pairs)} pairs, {gained} counterfactuals, {asked} non-matches")
    even = _evenness(index, {one.id for one, _ in pairs}, options.seeds[0])
    for one in even.groups:
        say(f"selected of {one.group}: {one.chosen} of {one.people}")
    if even.ratio is None:
        say("selection ratios: not measured, fewer than two groups are large enough to be told of")
    return [
        at_most("reasons_that_do_not_sum", "pairs", unsummed, 0),
        at_most("counterfactuals_that_do_not_hold", "gains", untrue, 0),
        at_most("non_matches_without_a_reason", "pairs", unanswered, 0),
        *(
            []
            if even.ratio is None
            else [at_most("selection_ratio_gap", "of the best served group", 1 - even.ratio, 0.2)]
        ),
    ]


def _evenness(index: Index, chosen: set[UUID], seed: int) -> Evenness:
    """How evenly the groups of an auditor's file are proposed, by what `inflytt ops fairness` tells."""
    proposed = frozenset[Step]({"proposed"})
    seekers = [index.seekers.records[row] for row in index.seekers.live]
    sought = [
        Seeking(one.id, one.kind, frozenset({str(one.id)}), proposed if one.id in chosen else frozenset())
        for one in seekers
    ]
    first, *_ = evenness(sought, read_groups(_audit_data(seekers, seed)))
    return first


def _audit_data(seekers: Iterable[Seeker], seed: int) -> Iterator[str]:
    """The lines of the file: groups that the engine never sees, more common in some occupations than others, as in life."""
    chance = np.random.default_rng(seed)
    leaning: dict[str, float] = {}
    for seeker in seekers:
        lean = leaning.setdefault(seeker.needs.occupations[0], float(chance.uniform(0.2, 0.8)))
        yield f"{seeker.id},{'one' if chance.random() < lean else 'other'}"


def _found(index: Index) -> list[tuple[Seeker, Place]]:
    best = index.best(OFFERED)
    both = zip(best.rows.tolist(), best.others.tolist(), strict=True)
    return [(index.seekers.records[s], index.places.records[p]) for s, places in both for p in places if p >= 0]


def _sums(index: Index, seeker: Seeker, place: Place) -> bool:
    found = score(index.kind, seeker, place)
    by_index = {one.id: one.points for one in index.places_for(seeker.id, OFFERED)}
    return found is not None and sum(a.points for a in found.addends) == told(found).score == by_index[place.id]


def _untrue(index: Index, pairs: list[tuple[Seeker, Place]]) -> tuple[int, int]:
    """(gains that scoring again does not confirm, all gains)."""
    untrue = asked = 0
    for seeker, place in pairs:
        before = score(index.kind, seeker, place)
        for gain in gains(index.kind, seeker, place):
            after = score(index.kind, with_words(index.kind, seeker, gain.words), place)
            asked += 1
            untrue += before is None or after is None or after.points - before.points != gain.points
    return untrue, asked


def _unanswered(index: Index) -> tuple[int, int]:
    """(pairs without an answer, all pairs that are no match of a random draw)."""
    chance, unanswered, asked = np.random.default_rng(0), 0, 0
    for _ in range(RANDOM_PAIRS):
        seeker = index.seekers.records[int(chance.integers(len(index.seekers)))]
        place = index.places.records[int(chance.integers(len(index.places)))]
        why = why_not(index.kind, seeker, place)
        asked += 1
        unanswered += not (why.gates or why.lines or why.price or why.by == "order")
    return unanswered, asked
