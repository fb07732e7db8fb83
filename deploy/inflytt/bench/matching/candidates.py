"""Everybody's fifty best at once, beside a GIN query per person in PostgreSQL and beside a dense product."""

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import numpy as np

from inflytt.bench.figures import Figure, at_most, beside
from inflytt.bench.matching.gin import gin_seconds
from inflytt.bench.matching.people import People
from inflytt.bench.matching.words import words
from matching.domain.index import TOP, Index
from matching.domain.index.everybody import Best
from matching.domain.kinds import kinds
from matching.domain.score import score

DIMENSIONS, BLOCK = 384, 256  # of a usual embedding; people that the dense product is measured on
Say = Callable[[str], None]


@dataclass(frozen=True)
class Sizes:
    """How much is measured. Without `data` the words are invented; without `database` the floor in it is not measured."""

    people: int = 100_000
    places: int = 50_000
    sampled: int = 500
    events: int = 10_000
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)
    data: Path | None = None
    database: str | None = None


def measure(options: Sizes, say: Say) -> list[Figure]:
    """Seconds for everybody, how many of the sampled differ from brute force, memory, and both floors."""
    took, speeds, differing = [], [], 0
    for seed in options.seeds:
        index = invented(options, seed)
        began = time.perf_counter()
        found = index.best(TOP)
        took.append(time.perf_counter() - began)
        say(f"seed {seed}: {took[-1]:.2f} s for {len(index.seekers)} people and {len(index.places)} places")
        floors = _floors(index, options, say)
        speeds.append((options.people / took[-1], options.people / min(floors)))
        if seed == options.seeds[0]:
            differing = _differing(index, found, options.sampled, say)
    return [
        at_most("rematch_seconds", "s", float(np.median(took)), 10),
        beside("rematch_beside_the_better_floor", "people/s", speeds, 4),
        at_most("rematch_unlike_brute_force", "people", differing, 0),
        at_most("rematch_memory", "GB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
    ]


def invented(options: Sizes, seed: int) -> Index:
    """An index of invented people and jobs."""
    people = People(words(options.data, seed), seed)
    seekers, places = people.seekers(options.people), people.places(options.places)
    return Index(kinds(people.yardstick)["job"], seekers, places)


def told(index: Index, found: Best) -> Iterator[tuple[UUID, list[tuple[UUID, int]]]]:
    """Of each seeker, by id: the places and their points, the best first."""
    for row, places, points in zip(found.rows.tolist(), found.others.tolist(), found.points.tolist(), strict=True):
        pairs = zip(places, points, strict=True)
        yield index.seekers.records[row].id, [(index.places.records[p].id, score) for p, score in pairs if p >= 0]


def _differing(index: Index, found: Best, sampled: int, say: Say) -> int:
    """How many of the sampled people got something else than by scoring every pair that shares a word, one by one."""
    chance = np.random.default_rng(0)
    some = set(chance.choice(len(index.seekers), min(sampled, len(index.seekers)), replace=False).tolist())
    by_word: dict[str, list[int]] = {}
    for row in index.places.live:
        by_word.setdefault(index.kind.anchor.word(index.places.records[row]), []).append(row)
    differing = 0
    for nth, (id, best) in enumerate(told(index, found)):
        if nth in some:
            differing += best != _brute_force(index, by_word, id)
    say(f"{differing} of {len(some)} people differ from brute force")
    return differing


def _brute_force(index: Index, by_word: dict[str, list[int]], id: UUID) -> list[tuple[UUID, int]]:
    seeker = index.seekers.records[index.seekers.row_of[id]]
    near = index.kind.anchor.reaches(seeker)
    places = [index.places.records[row] for word in near for row in by_word.get(word, ())]
    scored = [(place.id, one.points) for place in places if (one := score(index.kind, seeker, place))]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:TOP]


def _floors(index: Index, options: Sizes, say: Say) -> list[float]:
    """Seconds for everybody, of each floor that can be measured."""
    dense = dense_seconds(options.people, options.places)
    say(f"a dense product of {DIMENSIONS} dimensions: {dense:.1f} s, extrapolated from {BLOCK} people")
    if options.database is None:
        say("PostgreSQL GIN: not measured, no database was given")
        return [dense]
    gin = gin_seconds(options.database, index, min(options.sampled, 200))
    say(f"a PostgreSQL GIN query per person: {gin:.1f} s, extrapolated from {min(options.sampled, 200)} people")
    return [dense, gin]


def dense_seconds(people: int, places: int) -> float:
    """Seconds of a float32 product of all people and places and each one's fifty best, from a block of people."""
    chance = np.random.default_rng(0)
    ours = chance.random((BLOCK, DIMENSIONS), dtype=np.float32)
    theirs = chance.random((DIMENSIONS, places), dtype=np.float32)
    began = time.perf_counter()
    product = ours @ theirs
    np.argpartition(product, max(0, places - TOP), axis=1)[:, -TOP:]
    return (time.perf_counter() - began) * people / BLOCK
