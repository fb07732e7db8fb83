"""What prices say that more places would give, beside the same round solved again with those places."""

from dataclasses import dataclass, replace
from statistics import median

from inflytt.bench.figures import Figure, at_most
from inflytt.bench.matching.candidates import Say
from inflytt.bench.matching.households import standard
from matching.domain.rounds.admits import admits
from matching.domain.rounds.package import Place, Round
from matching.domain.rounds.prices import Change, Market, spread
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
    solved_households: int

    @property
    def error(self) -> float:
        return abs(self.points - self.solved_points) / max(1, self.solved_points)


def measure(options: Sizes, say: Say) -> list[Figure]:
    """Errors as shares of what solving again gives, in points (of the bound); in households of those let in."""
    found = [beside for seed in options.seeds for beside in _measured(options, seed, say)]
    say(f"{sum(b.plainly >= b.solved_points for b in found)} of {len(found)} prices alone say no less than is so")
    plainly = [abs(b.plainly - b.solved_points) / max(1, b.solved_points) for b in found]
    say(f"median error of prices alone: {median(plainly):.3f}")
    return [
        at_most("price_error_median", "of the points let in", median(b.error for b in found), 0.2),
        at_most("price_error_worst", "of the points let in", max(b.error for b in found), 0.5),
        at_most(
            "price_error_households", "households", median(abs(b.households - b.solved_households) for b in found), 2
        ),
    ]


def _measured(options: Sizes, seed: int, say: Say) -> list[Beside]:
    asked = standard(options.households, seed)
    result = solve(asked)
    market, found = Market(asked, result, admits(asked)), []
    for labels, places in _dearest(asked, result, options.top):
        found.append(_beside(asked, result, market, labels, spread(places, options.more)))
        b = found[-1]
        say(
            f"seed {seed} {' '.join(filter(None, labels))} +{options.more}: {b.points} points ({b.plainly} by prices alone),"
            f" solved {b.solved_points}; {b.households} households, solved {b.solved_households}"
        )
    return found


def _dearest(asked: Round, result: RoundResult, top: int) -> list[tuple[Labels, list[Place]]]:
    """Half of them jobs, half homes."""
    prices, groups = dict(result.prices), dict[Labels, list[Place]]()
    for place in sorted(asked.places):
        groups.setdefault((place.kind, place.occupation, place.area), []).append(place)
    mean = {labels: sum(prices.get(p.id, 0) for p in places) / len(places) for labels, places in groups.items()}
    ranked = sorted(groups.items(), key=lambda group: (-mean[group[0]], repr(group[0])))
    return [group for kind in ("job", "home") for group in [g for g in ranked if g[0][0] == kind][: top // 2]]


def _beside(
    asked: Round, result: RoundResult, market: Market, labels: Labels, more: tuple[tuple[str, int], ...]
) -> Beside:
    extra, prices = dict(more), dict(result.prices)
    places = tuple(replace(place, capacity=place.capacity + extra.get(place.id, 0)) for place in asked.places)
    again, lift = solve(replace(asked, places=places)), market.lift(Change(more))
    return Beside(
        labels,
        lift.points,
        sum(prices.get(place, 0) * count for place, count in more),
        lift.households,
        again.bound - result.bound,
        _served(again) - _served(result),
    )


def _served(result: RoundResult) -> int:
    return len({allocation.household for allocation in result.allocations})
