"""Related occupations beside two baselines, against what JobTech's experts have judged: who could take whose place.

Their pairs of occupations are lifted to pairs of four-digit SSYK groups; 20 000 random pairs stand for the unrelated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from inflytt.bench.figures import Figure
from inflytt.vocabulary import merging, sources
from inflytt.vocabulary.relating import classifications, substitutes
from matching.domain.related import cosines, group_skills, relatedness

UNRELATED, FIRST = 20_000, 10
GOALS = {"auc": 0.01, "recall_at_10": 0.05}  # more than the better baseline
Matrix = NDArray[np.float64]
Pairs = NDArray[np.int64]


@dataclass(frozen=True)
class Options:
    """`data`: the folder with JobTech's and ESCO's files; `judged`: other substitutability files than the one in it."""

    data: Path | None = None
    judged: Path | None = None
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Judged:
    """The pairs of groups, and of occupations by their groups, that experts have judged; groups by their place."""

    groups: Pairs
    occupations: Pairs
    sizes: NDArray[np.int64]  # occupations in each group


def measure(options: Options, say: Callable[[str], object]) -> list[Figure]:
    """AUC (mean over the seeds) and recall@10, ours and the better baseline; [] and the reason when there are no data."""
    if options.data is None:
        say("related occupations: not measured, no folder with JobTech's and ESCO's files was given (--data DIR)")
        return []
    parts = [part for name in ("jobtech", "esco") if (part := options.data / name).exists()] or [options.data]
    given = sources.read(parts, lambda _: None)
    if missing := given.missing():
        say(f"related occupations: not measured, {options.data} lacks {', '.join(missing)}")
        return []
    if options.judged:
        given.substitutes = sources.read([options.judged], lambda _: None).substitutes
    known = classifications(given)
    codes, near = relatedness(known)
    judged = _judged(given, codes)
    say(f"{len(judged.groups)} judged pairs of {len(codes)} groups, {len(judged.occupations)} of occupations")
    methods = {
        "ours": near.astype(float),
        "esco_idf_cosine": cosines(group_skills(known, codes, 0)),
        "ssyk_three_digits": np.array([[float(one[:3] == other[:3]) for other in codes] for one in codes]),
    }
    found = {name: _scores(matrix, judged, options.seeds) for name, matrix in methods.items()}
    for name, scores in found.items():
        say(f"{name}: " + ", ".join(f"{what} {value:.4f}" for what, value in scores.items()))
    return [_beside(what, found, what.removeprefix("occupations_")) for what in found["ours"]]


def _beside(what: str, found: dict[str, dict[str, float]], kind: str) -> Figure:
    ours, best = found["ours"][what], max(found[name][what] for name in found if name != "ours")
    goal = best + GOALS[kind]
    return Figure(
        f"related_{what}",
        round(ours, 4),
        "",
        round(best, 4),
        round(ours / best, 3),
        round(goal / best, 3),
        ours >= goal,
    )


def _scores(near: Matrix, judged: Judged, seeds: tuple[int, ...]) -> dict[str, float]:
    return {
        "auc": float(np.mean([_auc(near, judged.groups, _unrelated(judged.groups, len(near), s)) for s in seeds])),
        "recall_at_10": _recall(near, judged.groups),
        "occupations_auc": float(np.mean([_auc(near, judged.occupations, _others(judged, s)) for s in seeds])),
    }


def _judged(given: sources.Sources, codes: tuple[str, ...]) -> Judged:
    places = {code: place for place, code in enumerate(codes)}
    of = {one.concept.id: places[one.ssyk] for one in merging.filed(given, merging.Unlinked()) if one.ssyk in places}
    pairs = {(one, other) for one, other, _ in substitutes(given) if one in of and other in of}
    between = [sorted((of[one], of[other])) for one, other in sorted(pairs) if of[one] != of[other]]
    sizes = np.bincount(list(of.values()), minlength=len(codes))
    return Judged(np.unique(np.array(between), axis=0), np.array(between), sizes)


def _unrelated(judged: Pairs, groups: int, seed: int) -> Pairs:
    known = {(int(one), int(other)) for one, other in judged}
    chance = np.random.default_rng(seed)
    found: list[tuple[int, int]] = []
    while len(found) < UNRELATED:
        one, other = sorted(int(place) for place in chance.integers(0, groups, 2))
        if one != other and (one, other) not in known:
            found.append((one, other))
    return np.array(found)


def _others(judged: Judged, seed: int) -> Pairs:
    """Random occupations of two groups, whether or not others of these groups are judged."""
    chance = np.random.default_rng(seed)
    drawn = chance.choice(len(judged.sizes), (2 * UNRELATED, 2), p=judged.sizes / judged.sizes.sum())
    return drawn[drawn[:, 0] != drawn[:, 1]][:UNRELATED]


def _auc(near: Matrix, related: Pairs, unrelated: Pairs) -> float:
    values = np.concatenate([near[related[:, 0], related[:, 1]], near[unrelated[:, 0], unrelated[:, 1]]])
    n = len(related)
    above = rankdata(values)[:n].sum() - n * (n + 1) / 2
    return float(above / (n * len(unrelated)))


def _recall(near: Matrix, related: Pairs) -> float:
    """The share of each group's judged groups that are among its first ten, mean over the groups that have some."""
    both = np.concatenate([related, related[:, ::-1]])
    shares = []
    for group in np.unique(both[:, 0]):
        ranked = np.lexsort((np.arange(len(near)), -near[group]))
        first = ranked[ranked != group][:FIRST]
        shares.append(np.isin(both[both[:, 0] == group, 1], first).mean())
    return float(np.mean(shares))
