"""What a solved round's prices say of what is missing: what one more place, a lower rent or a skill would let in.

An estimate without a solve: prices hold for small changes, and for larger ones the prices of what there is more of fall
until it is wanted by no more households than there is room for. Groups of few households are not told of.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from matching.domain.rounds.admits import Admits
from matching.domain.rounds.locks import settle
from matching.domain.rounds.package import HeldBack, Place, Round
from matching.domain.rounds.program import Flags, Floats, program
from matching.domain.rounds.solve import RoundResult

FEWEST = 10  # households that a figure must be about
TURNS = 20  # of the search for how far prices fall: to a few ten-thousandths of them


@dataclass(frozen=True)
class Change:
    """So many more of these places, and options that no gate holds back any longer."""

    more: tuple[tuple[str, int], ...] = ()
    opened: tuple[HeldBack, ...] = ()


@dataclass(frozen=True)
class Lift:
    """An estimate of what a change would give: points of the round, and whole households let in; by an opened option some of
    them in another's stead. `waiting`: households left out that could have some of it."""

    points: int
    households: int
    waiting: int


@dataclass(frozen=True, order=True)
class Scarce:
    """Places of one kind, and what one more of them would give: points on average, `waiting` households left out for it."""

    kind: str
    occupation: str | None
    area: str | None
    month: str | None
    points: int
    waiting: int


@dataclass(frozen=True, order=True)
class TrainingNeed:
    """A skill that so many households wait for, with a part and a place that it would bring together; `seats` are how many
    of them it would let in at today's prices, as far as there are such places."""

    skill: str
    occupation: str | None
    area: str | None
    month: str | None
    seats: int
    households: int


class Market:
    """A solved round, ready to be asked. The round and its result are as `solve` took and gave them, `admits` of that round."""

    def __init__(self, asked: Round, result: RoundResult, admits: Admits) -> None:
        settled = settle(asked)
        households, self.places = settled.households, settled.places
        self._number = {place.id: n for n, place in enumerate(self.places)}
        self._program = program(households, self.places, asked.terms.served, frozenset())
        priced = dict(result.prices)
        self._prices = np.array([priced.get(place.id, 0) for place in self.places], dtype=np.float64)
        self._household = {household.id: n for n, household in enumerate(households)}
        names = ((household.id, part.name) for household in households for part in household.parts)
        self._part = {name: n for n, name in enumerate(names)}
        self._short = np.full(len(households), -np.inf)  # points to the whole package of who is left out; served: none
        for why in result.why_not:
            if why.household in self._household:
                self._short[self._household[why.household]] = np.inf if why.code == "no_option" else why.points
        self._admits = dict(admits)

    def lift(self, change: Change) -> Lift:
        """The estimate. Raises KeyError for a place or a part that the round doesn't have."""
        extra = np.zeros(len(self.places))
        for place, count in change.more:
            extra[self._number[place]] += count
        view = _View(self, change.opened, extra)
        points, come_in = view.least(), self._come_in(change.more, extra)
        if change.opened:
            come_in += self._let_in(change.opened)[0]
        return Lift(round(points), round(come_in), view.waiting)

    def _come_in(self, more: tuple[tuple[str, int], ...], extra: Floats) -> float:
        """Households, fewer as the prices of these places fall."""
        plainly = float(self._prices @ extra)
        if not plainly:
            return 0.0
        fallen = min(1.0, _View(self, (), extra).least() / plainly)
        return fallen * sum(self._admits.get(place, 0) * count for place, count in more) / 1000

    def scarce(self) -> tuple[Scarce, ...]:
        """Per kind, occupation, area and month, those with a price and with enough households waiting for them."""
        groups = defaultdict[tuple[str, str | None, str | None, str | None], list[int]](list)
        for n, place in enumerate(self.places):
            groups[place.kind, place.occupation, place.area, place.month].append(n)
        found = (
            Scarce(*labels, round(float(self._prices[numbers].mean())), self.waiting_for(numbers))
            for labels, numbers in groups.items()
        )
        told = [scarce for scarce in found if scarce.points > 0 and scarce.waiting >= FEWEST]
        return tuple(sorted(told, key=lambda scarce: (-scarce.points, repr(scarce))))

    def training_needs(self, held_back: Iterable[HeldBack]) -> tuple[TrainingNeed, ...]:
        """Per skill (`by`), occupation, area and month, those with enough households; the most seats first."""
        groups = defaultdict[tuple[str, str | None, str | None, str | None], list[HeldBack]](list)
        for held in sorted(held_back):
            place = self.places[self._number[held.place]]
            if held.household in self._household:
                groups[held.by, place.occupation, place.area, place.month].append(held)
        found = (TrainingNeed(*labels, *self._let_in(tuple(held))) for labels, held in groups.items())
        told = [need for need in found if need.seats and need.households >= FEWEST]
        return tuple(sorted(told, key=lambda need: (-need.seats, repr(need))))

    def waiting_for(self, places: Sequence[int]) -> int:
        """Households left out with an option of one of these places (their numbers in `places`)."""
        wanting = self._program.option_household[np.isin(self._program.option_place, places)]
        return int(np.sum(self._short[np.unique(wanting)] > -np.inf))

    def _let_in(self, held: tuple[HeldBack, ...]) -> tuple[int, int]:
        """(households that come in at today's prices, as far as there is room; households left out that wait for it)."""
        view = _View(self, held, np.zeros(len(self.places)))
        room = sum(self.places[self._number[place]].capacity for place in {one.place for one in held})
        return min(int(np.sum(view.gains(self._prices)[view.left_out] > 0)), room), view.waiting


class _View:
    """The households that a change touches, and what they are worth when prices fall by a share."""

    def __init__(self, market: Market, opened: tuple[HeldBack, ...], extra: Floats) -> None:
        asked, of = market._program, market._household
        alike = {(p.kind, p.occupation) for p, more in zip(market.places, extra, strict=True) if more}
        self._falling = np.array([(place.kind, place.occupation) in alike for place in market.places])
        touched = np.zeros(len(of), dtype=np.bool_)
        touched[asked.option_household[self._falling[asked.option_place]]] = True
        touched[[of[one.household] for one in opened]] = True
        options = touched[asked.option_household]
        new = np.array([[market._part[o.household, o.part], market._number[o.place], o.score] for o in opened])
        new = new.reshape(-1, 3).astype(np.int64)
        self._parts = np.flatnonzero(touched[asked.part_household])
        renumbered = np.cumsum(touched[asked.part_household]) - 1
        self._part = renumbered[np.concatenate([asked.option_part[options], new[:, 0]])]
        self._place = np.concatenate([asked.option_place[options], new[:, 1]])
        self._worth = np.concatenate([asked.worth[options], new[:, 2].astype(np.float64)])
        self._old = np.arange(len(self._part)) < int(options.sum())
        self._household = (np.cumsum(touched) - 1)[asked.part_household[self._parts]]
        self._chosen, self._served = asked.part_chosen[self._parts], asked.served[touched]
        self._market, self._extra, self._short = market, extra, market._short[touched]
        self.left_out = self._short > -np.inf
        self._before = self._package(market._prices, self._old)
        wanting = np.isin(self._place, np.flatnonzero(extra)) | ~self._old
        self.waiting = int(np.sum(self.left_out[np.unique(self._household[self._part[wanting]])]))

    def least(self) -> float:
        """Points that the change gives at the lowest prices that still keep away whom there is no room for: first each
        place's own price falls, then those of all like them."""
        each = [np.arange(len(self._extra)) == n for n in np.flatnonzero(self._extra)]
        prices = self._market._prices
        for falling in [*each, self._falling] if each else []:
            prices = self._fallen(prices, falling)
        return max(0.0, self._points(prices))

    def _fallen(self, prices: Floats, falling: Flags) -> Floats:
        """The prices with these so much lower that the change gives least. (What it gives is convex in them.)"""

        def at(share: float) -> Floats:
            return np.where(falling, prices * (1.0 - share), prices)

        low, high = 0.0, 1.0
        for _ in range(TURNS):
            one, other = low + (high - low) / 3, high - (high - low) / 3
            low, high = (low, other) if self._points(at(one)) <= self._points(at(other)) else (one, high)
        return min((prices, at(low)), key=self._points)

    def gains(self, prices: Floats) -> Floats:
        """Points per household; for those left out what is above what they were short of."""
        after = self._package(prices, np.ones(len(self._part), dtype=np.bool_))
        with np.errstate(invalid="ignore"):
            drop = after - self._before
        able = np.isfinite(self._before)
        short = np.where(able, np.where(self.left_out, self._short, 0.0), 0.0)
        gain = np.where(able, drop, self._served + after) - short
        return np.maximum(0.0, np.where(np.isfinite(after), gain, 0.0))

    def _points(self, prices: Floats) -> float:
        capacity = self._market._program.capacity
        places = prices @ (capacity + self._extra) - self._market._prices @ capacity
        return float(places + self.gains(prices).sum())

    def _package(self, prices: Floats, options: Flags) -> Floats:
        """Per household what its best package is worth beyond its prices, without the points for being served."""
        best = np.where(self._chosen, -np.inf, 0.0)
        np.maximum.at(best, self._part[options], (self._worth - prices[self._place])[options])
        package = np.zeros(len(self._served))
        np.add.at(package, self._household, best)
        return package


def spread(places: Iterable[Place], count: int) -> tuple[tuple[str, int], ...]:
    """So many more places like these, evenly over them by id: for `Change.more`."""
    ids = sorted(place.id for place in places)
    more = defaultdict[str, int](int)
    for n in range(count):
        more[ids[n * len(ids) // count if count <= len(ids) else n % len(ids)]] += 1
    return tuple(sorted(more.items()))
