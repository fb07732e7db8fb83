"""How near occupations are, by what ESCO asks of them and what SSYK says of them; no judged pair is learned from.

Skills count for what is broader than them too, so that two ways to say one thing meet; words count by their parts,
as "svetsare" and "licenssvetsare" share most of theirs. What is rare tells more than what is common.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

OPTIONAL = 0.5  # of what an essential skill weighs
BROADER, STEPS = 0.5, 4  # what is broader weighs half of what is narrower, four steps up
DAMPING = 10.0  # of how often a skill is asked within a group: the logarithm of 1 + ten times its weight
PARTS = (4, 5)  # letters of a word's parts

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Classifications:
    """What is known of SSYK groups: their ISCO groups and their text; and of ESCO: occupations, skills, and what is broader.

    `requirements`: (occupation, skill, is essential); `broader`: (skill, broader skill); `isco`: by occupation.
    """

    groups: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    isco: Mapping[str, str]
    requirements: Iterable[tuple[str, str, bool]]
    broader: Iterable[tuple[str, str]]


def relatedness(known: Classifications) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The groups in order, and for each two of them how near they are, per mille (n × n, symmetric, 1000 on the diagonal).

    The same whatever the order of what is known. ValueError for fewer than two groups.
    """
    codes = tuple(sorted(known.groups))
    if len(codes) < 2:
        raise ValueError("to be related takes two groups")
    by_skills, by_words = cosines(_damped(group_skills(known, codes, STEPS))), cosines(_word_parts(known.words, codes))
    skills, words = 1 / _deviation(by_skills), 1 / _deviation(by_words)  # both tell as much
    near = np.rint(1000 * (skills * by_skills + words * by_words) / (skills + words)).astype(np.int64)
    near = np.maximum(near, near.T)
    np.fill_diagonal(near, 1000)
    return codes, near


def nearest(codes: tuple[str, ...], near: NDArray[np.int64], most: int, below: int) -> list[tuple[str, str, int]]:
    """The pairs that are among the `most` nearest of either group, once each, none as near as `below`, by code."""
    found = {}
    for at, code in enumerate(codes):
        ranked = np.lexsort((np.arange(len(codes)), -near[at]))
        for other in [int(place) for place in ranked if place != at and near[at, place] > 0][:most]:
            pair = (min(code, codes[other]), max(code, codes[other]))
            found[pair] = min(int(near[at, other]), below - 1)
    return [(*pair, weight) for pair, weight in sorted(found.items())]


def group_skills(known: Classifications, codes: tuple[str, ...], steps: int) -> sparse.csr_matrix:
    """What each group (row) asks of each skill (column): the mean of its ESCO occupations, and `steps` of broader ones."""
    asked = sorted({(who, what, must) for who, what, must in known.requirements if who in known.isco})
    links = sorted(set(known.broader))
    occupations = {uri: at for at, uri in enumerate(sorted(known.isco))}
    names = {row[1] for row in asked} | set(chain.from_iterable(links))
    skills = {uri: at for at, uri in enumerate(sorted(names))}
    weights = _matrix(
        [(occupations[who], skills[what], 1.0 if must else OPTIONAL) for who, what, must in asked],
        (len(occupations), len(skills)),
    )
    up = _matrix([(skills[narrow], skills[broad], BROADER) for narrow, broad in links], (len(skills), len(skills)))
    step = whole = _members(known, codes, occupations) @ weights
    for _ in range(steps):
        step = step @ up
        whole = whole + step
    return whole.tocsr()


def _members(known: Classifications, codes: tuple[str, ...], occupations: Mapping[str, int]) -> sparse.csr_matrix:
    of: dict[str, list[int]] = {}
    for uri, at in occupations.items():
        of.setdefault(known.isco[uri], []).append(at)
    rows = [[at for isco in sorted(set(known.groups[code])) for at in of.get(isco, ())] for code in codes]
    cells = [(row, at, 1 / len(members)) for row, members in enumerate(rows) for at in members]
    return _matrix(cells, (len(codes), len(occupations)))


def _word_parts(words: Mapping[str, str], codes: tuple[str, ...]) -> sparse.csr_matrix:
    """How often each part of a word is in a group's text, as 1 + its logarithm; parts of one group only are left out."""
    counts = [Counter(parts_of(words.get(code, ""))) for code in codes]
    shared = Counter(chain.from_iterable(counts))
    columns = {part: at for at, part in enumerate(sorted(part for part, times in shared.items() if times > 1))}
    cells = [
        (row, columns[part], 1 + float(np.log(times)))
        for row, count in enumerate(counts)
        for part, times in sorted(count.items())
        if part in columns
    ]
    return _matrix(cells, (len(codes), len(columns)))


def parts_of(text: str) -> list[str]:
    """The parts of its words of four letters and more, with where they begin and end."""
    marked = [f"<{word}>" for word in re.findall(r"\w+", text.casefold()) if len(word) >= min(PARTS)]
    return [word[at : at + size] for word in marked for size in PARTS for at in range(len(word) - size + 1)]


def cosines(weights: sparse.csr_matrix) -> Floats:
    """The cosine of each two rows; a column weighs less the more rows have it. A row of nothing is near nothing."""
    common = np.bincount(weights.indices, minlength=weights.shape[1])
    telling = weights @ sparse.diags(np.log(weights.shape[0] / np.maximum(common, 1)))
    length = np.sqrt(np.asarray(telling.multiply(telling).sum(axis=1)).ravel())
    unit = sparse.diags(1 / np.where(length > 0, length, 1)) @ telling
    return np.asarray((unit @ unit.T).todense())


def _damped(weights: sparse.csr_matrix) -> sparse.csr_matrix:
    damped = weights.copy()
    damped.data = np.log1p(DAMPING * damped.data)
    return damped


def _deviation(near: Floats) -> float:
    between = near[np.triu_indices(len(near), 1)]
    return float(between.std()) or 1.0


def _matrix(cells: Iterable[tuple[int, int, float]], shape: tuple[int, int]) -> sparse.csr_matrix:
    listed = list(cells)
    rows, columns, weights = zip(*listed, strict=True) if listed else ((), (), ())
    return sparse.csr_matrix((np.array(weights, float), (np.array(rows, int), np.array(columns, int))), shape=shape)
