"""What a solved round tells of what is missing: more of each scarce sort of place, and the licences that keep people away."""

from dataclasses import dataclass

from matching.domain.rounds.admits import admits
from matching.domain.rounds.package import Round
from matching.domain.rounds.prices import Change, Market, TrainingNeed, spread
from matching.domain.rounds.relax import Say, silently
from matching.domain.rounds.solve import RoundResult

MORE = 10  # places that are asked after at a time


@dataclass(frozen=True, order=True)
class Wanted:
    """So many more places of one sort would let in so many households; `waiting` households left out could have one."""

    kind: str
    sort: str | None
    area: str | None
    month: str | None
    more: int
    households: int
    waiting: int


@dataclass(frozen=True)
class Needs:
    """What a round tells of what is missing, in groups of at least `FEWEST` households; the most let in first."""

    wanted: tuple[Wanted, ...] = ()
    training: tuple[TrainingNeed, ...] = ()


def needs_of(asked: Round, result: RoundResult, say: Say = silently) -> Needs:
    """By its prices: `MORE` more of each scarce sort of place, and each licence that keeps people away from places."""
    market = Market(asked, result, admits(asked, say))
    wanted = []
    for scarce in market.scarce():
        labels = (scarce.kind, scarce.occupation, scarce.area, scarce.month)
        alike = [place for place in market.places if (place.kind, place.occupation, place.area, place.month) == labels]
        lift = market.lift(Change(more=spread(alike, MORE)))
        if lift.households:
            wanted.append(Wanted(*labels, MORE, lift.households, scarce.waiting))
    lawful = [held for held in asked.held_back if held.by != "rent"]
    return Needs(tuple(sorted(wanted, key=lambda one: (-one.households, repr(one)))), market.training_needs(lawful))
