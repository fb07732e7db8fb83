"""One event at a time: how long one takes against everybody, and that ten thousand leave what a new index finds."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import UUID

import numpy as np

from inflytt.bench.figures import Figure, at_most
from inflytt.bench.matching.candidates import Say, Sizes, invented, told
from inflytt.bench.matching.people import People
from inflytt.bench.matching.words import words
from matching.domain.index import TOP, Index
from matching.domain.index.standing import Standing
from matching.domain.kinds import kinds
from matching.domain.kinds.shape import Place, Seeker

ARRIVALS, PER_BATCH = 1000, 5
SMALL = 20  # so many times fewer people and places for what is compared after each thousandth event
KEPT_UP_GOAL = 20.0  # ms; at fifty events a second there are so many for each
CLOSING_GOAL = 50.0  # ms; everybody who could have had the place is found again


def measure(options: Sizes, say: Say) -> list[Figure]:
    """The 99th percentile of one arrival and of one closing, in process; differences after all events of every seed."""
    index = invented(options, options.seeds[0])
    arrivals, closings = arriving(index, options, say)
    kept_up = keeping_up(index, options, say)
    differing = sum(differences(options, seed, say) for seed in options.seeds)
    return [
        at_most("arrival_in_process_p50", "ms", float(np.percentile(arrivals, 50)), 2.5),
        at_most("arrival_in_process_p99", "ms", float(np.percentile(arrivals, 99)), 5),
        at_most("closing_in_process_p99", "ms", float(np.percentile(closings, 99)), CLOSING_GOAL),
        at_most("proposals_kept_up_p99", "ms", float(np.percentile(kept_up, 99)), KEPT_UP_GOAL),
        at_most("incremental_unlike_recomputed", "people", differing, 0),
    ]


def arriving(index: Index, options: Sizes, say: Say) -> tuple[list[float], list[float]]:
    """Milliseconds of interests and opportunities that arrive in turn, then of the same places' closings."""
    people = People(words(options.data, options.seeds[0]), options.seeds[0] + 1000)
    new = zip(people.seekers(ARRIVALS), people.places(ARRIVALS), strict=True)
    arrivals, places = [], []
    for seeker, place in new:
        arrivals += [_timed(partial(_arrive, index, one)) for one in (seeker, place)]
        places.append(place.id)
    closings = [_timed(partial(_close, index, id)) for id in places]
    say(f"{len(arrivals)} arrivals against {options.people} people and {options.places} places")
    return arrivals, closings


def keeping_up(index: Index, options: Sizes, say: Say) -> list[float]:
    """Milliseconds of an arrival with what it makes of everybody's proposals."""
    began = time.perf_counter()
    standing = Standing(index)
    say(f"{len(standing.pairs)} proposals stand, found in {time.perf_counter() - began:.1f} s")
    people = People(words(options.data, options.seeds[0]), options.seeds[0] + 2000)
    taken = []
    for seeker, place in zip(people.seekers(ARRIVALS), people.places(ARRIVALS), strict=True):
        taken += [_timed(partial(_propose, standing, one)) for one in (seeker, place)]
    return taken


def differences(options: Sizes, seed: int, say: Say) -> int:
    """People whose fifty best differ from those of a new index, looked at ten times on the way."""
    people = People(words(options.data, seed), seed)
    sizes = options.people // SMALL, options.places // SMALL
    index = Index(kinds(people.yardstick)["job"], people.seekers(sizes[0]), people.places(sizes[1]))
    chance, happened, differing = np.random.default_rng(seed), 0, 0
    while happened < options.events:
        try:
            with index.batch():
                for _ in range(PER_BATCH):
                    _happen(index, people, chance, sizes)
                if chance.random() < 0.1:
                    raise Poison
        except Poison:
            continue
        happened += PER_BATCH
        if happened % max(PER_BATCH, options.events // 10) == 0:
            differing += unlike(index)
    say(f"seed {seed}: {differing} people differ from a new index after {happened} events")
    return differing


def unlike(index: Index) -> int:
    """How many seekers find something else in an index made anew of those who are here."""
    seekers, places = ([side.records[row] for row in side.live] for side in (index.seekers, index.places))
    again = Index(index.kind, seekers[::-1], places[::-1])
    ours, anew = dict(told(index, index.best(TOP))), dict(told(again, again.best(TOP)))
    return sum(ours.get(id) != anew.get(id) for id in ours.keys() | anew.keys())


class Poison(Exception):
    """A batch that fails at its end."""


def _happen(index: Index, people: People, chance: np.random.Generator, sizes: tuple[int, int]) -> None:
    """Somebody new, changed or gone, on either side; a tenth of the numbers are nobody's yet."""
    side = int(chance.integers(2))
    number = int(chance.integers(sizes[side] * 11 // 10))
    id, goes = UUID(int=(number << 64) | side + 1), chance.random() < 0.4
    if side == 0:
        index.drop_seeker(id) if goes else index.put_seeker(replace(next(people.seekers(1)), id=id))
    else:
        index.drop_place(id) if goes else index.put_place(replace(next(people.places(1)), id=id))


def _arrive(index: Index, one: Seeker | Place) -> None:
    if isinstance(one, Seeker):
        index.put_seeker(one)
        index.places_for(one.id)
    else:
        index.put_place(one)
        index.seekers_for(one.id)


def _propose(standing: Standing, one: Seeker | Place) -> None:
    if isinstance(one, Seeker):
        standing.put_seeker(one)
    else:
        standing.put_place(one)
    standing.settle()


def _close(index: Index, place: UUID) -> None:
    """Who could have had it, and that it is gone."""
    index.seekers_for(place, None)
    index.drop_place(place)


def _timed(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return (time.perf_counter() - began) * 1000
