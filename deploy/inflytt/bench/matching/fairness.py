"""The floor for those far from the labour market: what share of them a round serves, and what that costs."""

from inflytt.bench.figures import Figure, at_most
from inflytt.bench.matching.candidates import Say
from inflytt.bench.matching.households import standard
from inflytt.bench.matching.packages import Rounds, at_least
from matching.domain.rounds.package import Round, Terms
from matching.domain.rounds.solve import RoundResult, solve

LOSS_GOAL = 2.0  # per cent of the points without a floor


def measure(options: Rounds, say: Say) -> list[Figure]:
    """The worst seed: the priority group's served share over the others', with the floor; and what was lost by it."""
    ratios, losses = [], []
    for seed in options.seeds:
        asked = standard(options.households, seed)
        kept = solve(asked)
        free = solve(Round(asked.households, asked.places, (), Terms(floor=None)))
        ratios.append(_ratio(asked, kept))
        losses.append(100 * (1 - kept.value / free.value))
        say(
            f"seed {seed}: priority over others {_ratio(asked, free):.2f} without a floor, {ratios[-1]:.4f} with, "
            f"for {losses[-1]:.2f} % of the points ({100 * (1 - kept.bound / kept.unfloored):.2f} % of the bound)"
        )
    return [
        at_least("fairness_priority_over_others", "", min(ratios), 1.0),
        at_most("fairness_loss", "%", max(losses), LOSS_GOAL),
    ]


def _ratio(asked: Round, found: RoundResult) -> float:
    served = {allocation.household for allocation in found.allocations}
    theirs, others = (
        [household.id in served for household in asked.households if household.priority is group]
        for group in (True, False)
    )
    return (sum(theirs) / len(theirs)) / (sum(others) / len(others))
