"""Households that come week by week, beside hindsight and beside greedy practice. Who is not served waits for the next."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import mean

from inflytt.bench.figures import Figure, at_most
from inflytt.bench.matching.candidates import Say
from inflytt.bench.matching.households import drawn, town
from inflytt.bench.matching.packages import TOO_EASY, at_least
from matching.domain.rounds.greedy import greedily
from matching.domain.rounds.online import Offered, offered
from matching.domain.rounds.package import Household, Place, Round, Terms
from matching.domain.rounds.relax import relax
from matching.domain.rounds.solve import programme_of, told

HINDSIGHT_GOAL = 95.0  # per cent of the bound of one round of everybody
NO_FLOOR = Terms(floor=None)
Decide = Callable[[Round, int], Offered]  # for those who are here, after so many have come


@dataclass(frozen=True)
class Weeks:
    """How many households come in how many batches; how many futures are drawn before each."""

    households: int = 1_000
    batches: int = 20
    draws: int = 4
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)


def measure(options: Weeks, say: Say) -> list[Figure]:
    """The mean of the seeds; the future is drawn from other seeds than what comes. Also told of the first seed: the same
    when nobody waits."""
    ours, greedy = [], []
    for seed in options.seeds:
        where = town(options.households, seed)
        come = drawn(where, options.households, seed)
        futures = [drawn(where, options.households, 1_000 * (n + 1) + seed, f"f{n:02}-") for n in range(options.draws)]

        def by_bids(now: Round, come: int, futures: list[tuple[Household, ...]] = futures) -> Offered:
            return offered(now, [future[come:] for future in futures if come < options.households])

        best = relax(programme_of(Round(come, where.places, (), NO_FLOOR))).bound
        weeks = list(_parted(come, options.batches))
        ours.append(100 * _points(weeks, where.places, by_bids) / best)
        greedy.append(100 * _points(weeks, where.places, _greedily) / best)
        say(f"seed {seed}: {ours[-1]:.2f} % of hindsight in {options.batches} batches, greedy {greedy[-1]:.2f} %")
        if seed == options.seeds[0]:
            gone = 100 * _points(weeks, where.places, by_bids, wait=False) / best
            say(f"seed {seed}: {gone:.2f} % of hindsight when nobody waits")
    return [
        at_least("online_share_of_hindsight", "%", mean(ours), HINDSIGHT_GOAL),
        at_most("online_greedy_share_of_hindsight", "%", mean(greedy), TOO_EASY),
    ]


def _points(weeks: list[tuple[Household, ...]], places: tuple[Place, ...], decide: Decide, wait: bool = True) -> int:
    """What all weeks together give, each with what those before have left."""
    total, come, waiting = 0, 0, tuple[Household, ...]()
    for week in weeks:
        come += len(week)
        now = Round((*waiting, *week), places, (), NO_FLOOR)
        found = decide(now, come)
        given = Counter(allocation.place for allocation in found.allocations)
        served = {allocation.household for allocation in found.allocations}
        places = tuple(replace(place, capacity=place.capacity - given[place.id]) for place in places)
        waiting = tuple(household for household in now.households if wait and household.id not in served)
        total += found.value
    return total


def _greedily(now: Round, come: int) -> Offered:
    """The dearest household first, whatever comes later."""
    programme = programme_of(now)
    households = tuple(sorted(now.households, key=lambda household: household.id))
    allocations, value = told(households, tuple(sorted(now.places)), programme, greedily(programme))
    return Offered(allocations, value, ())


def _parted(come: tuple[Household, ...], batches: int) -> Iterable[tuple[Household, ...]]:
    ends = [len(come) * n // batches for n in range(batches + 1)]
    return (come[start:end] for start, end in pairwise(ends))
