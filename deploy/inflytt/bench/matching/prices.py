"""What prices say that more places would give, beside the same round solved again with those places.

Solved again with fractions allowed and by another solver: points and households to the last part, no search's luck.
"""

from dataclasses import dataclass, replace
from statistics import median

from inflytt.bench.figures import Figure, at_most
from inflytt.bench.matching.candidates import Say
from inflytt.bench.matching.fractional import Fractional, floored, fractional
from inflytt.bench.matching.households import standard
from matching.domain.rounds.admits import admits
from matching.domain.rounds.package import Place, Round
from matching.domain.rounds.prices import FEWEST, Change, Market, spread
from matching.domain.rounds.solve import RoundResult, solve

Labels = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Sizes:
    """How many households, how many groups of places (the dearest ones), and how many more places of each."""

    households: int = 1_000
    top: int = 20
    more: int = 10
    seeds: tuple[int, ...] = (1,)


@dataclass(frozen=True)
class Beside:
    """A group of places, and so many more of them: what was estimated and what a solve gave."""

    labels: Labels
    points: int
    plainly: int  # points by prices alone, as if they never fell
    households: int
    solved_points: int
    solved_households: float

    @property
    def error(self) -> float:
        return abs(self.points - self.solved_points) / max(1, self.solved_points)


def measure(options: Sizes, say: Say) -> list[Figure]:
    """Errors as shares of the points that solving again gives, and in households let in."""
    found = [beside for seed in options.seeds for beside in _measured(options, seed, say)]
    say(f"{sum(b.plainly >= b.solved_points for b in found)} of {len(found)} prices alone say no less than is so")
    plainly = [abs(b.plainly - b.solved_points) / max(1, b.solved_points) for b in found]
    say(f"median error of prices alone: {median(plainly):.3f}")
    return [
        at_most("price_error_median", "of the points let in", median(b.error for b in found), 0.2),
        at_most("price_error_worst", "of the points let in", max(b.error for b in found), 0.5),
        at_most(
            "price_error_households_worst", "households", max(abs(b.households - b.solved_households) for b in found), 2
        ),
    ]


def _measured(options: Sizes, seed: int, say: Say) -> list[Beside]:
    asked = standard(options.households, seed)
    result = solve(asked)
    market, before, found = Market(asked, result, admits(asked)), fractional(floored(asked)), []
    for labels, places in _dearest(result, market, options.top):
        found.append(_beside(asked, before, market, labels, spread(places, options.more)))
        b = found[-1]
        say(
            f"seed {seed} {' '.join(filter(None, labels))} +{options.more}: {b.points} points ({b.plainly} by prices alone),"
            f" solved {b.solved_points}; {b.households} households, solved {b.solved_households:.1f}"
        )
    return found


def _dearest(result: RoundResult, market: Market, top: int) -> list[tuple[Labels, list[Place]]]:
    """Half of them jobs, half homes; those that enough households wait for, as others are not told of."""
    prices, groups = dict(result.prices), dict[Labels, list[Place]]()
    numbers = {place.id: n for n, place in enumerate(market.places)}
    for place in market.places:
        groups.setdefault((place.kind, place.occupation, place.area), []).append(place)
    told = {labels for labels, of in groups.items() if market.waiting_for([numbers[p.id] for p in of]) >= FEWEST}
    mean = {labels: sum(prices.get(p.id, 0) for p in places) / len(places) for labels, places in groups.items()}
    ranked = sorted(((g, groups[g]) for g in told), key=lambda group: (-mean[group[0]], repr(group[0])))
    return [group for kind in ("job", "home") for group in [g for g in ranked if g[0][0] == kind][: top // 2]]


def _beside(
    asked: Round, before: Fractional, market: Market, labels: Labels, more: tuple[tuple[str, int], ...]
) -> Beside:
    extra = dict(more)
    places = tuple(replace(place, capacity=place.capacity + extra.get(place.id, 0)) for place in asked.places)
    again, lift = fractional(floored(replace(asked, places=places))), market.lift(Change(more))
    of = dict(zip((place.id for place in market.places), before.prices.tolist(), strict=True))
    return Beside(
        labels,
        lift.points,
        round(sum(of[place] * count for place, count in more)),
        lift.households,
        round(again.points - before.points),
        again.households - before.households,
    )
