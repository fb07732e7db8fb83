"""Prices say what is missing, never less than a solve would give, and never of few households."""

from dataclasses import replace

import pytest

from inflytt.bench.matching.households import standard
from inflytt.bench.matching.prices import Sizes, measure
from matching.domain.rounds.admits import admits
from matching.domain.rounds.package import Household, Option, Part, Place, Round, Terms
from matching.domain.rounds.prices import Change, HeldBack, Market, TrainingNeed, spread
from matching.domain.rounds.solve import solve

HOME = Place("home", "home", 1, "pool", "rooms-3", "area-1", "2027-01")
WARD = Place("ward", "job", 20, "pool", "nurse", "area-1", "2027-01")


def wanting(count: int) -> Round:
    """So many households that all want the same home, the later the less."""
    households = (
        Household(f"h{n:02}", (Part("home", "home", (Option("home", 800 - n),)), Part("adult", "job", ())))
        for n in range(count)
    )
    homes = tuple(replace(h, parts=h.parts[:1]) for h in households)
    return Round(homes, (HOME, WARD))


def market(asked: Round) -> Market:
    return Market(asked, solve(asked), admits(asked))


def test_one_more_home_lets_in_the_first_who_was_left_out() -> None:
    found = market(wanting(12)).lift(Change((("home", 1),)))
    assert found.points == pytest.approx(1800, abs=2)
    assert (found.households, found.waiting) == (1, 11)


def test_more_homes_than_households_let_in_those_who_wait_and_no_more() -> None:
    found = market(wanting(12)).lift(Change((("home", 50),)))
    assert found.households == 11
    assert found.points == pytest.approx(sum(1800 - n for n in range(1, 12)), abs=20)


@pytest.mark.parametrize(("households", "told"), [(10, []), (11, ["rooms-3"])])
def test_a_price_is_told_only_where_ten_households_wait(households: int, told: list[str]) -> None:
    assert [scarce.occupation for scarce in market(wanting(households)).scarce()] == told


def nurses(count: int) -> tuple[Round, list[HeldBack]]:
    """Households with a home each, and a job for whoever learns to read a chart."""
    homes = tuple(replace(HOME, id=f"home-{n:02}") for n in range(count))
    households = tuple(
        Household(f"h{n:02}", (Part("home", "home", (Option(f"home-{n:02}", 500),)), Part("adult", "job", ())))
        for n in range(count)
    )
    held = [HeldBack(household.id, "adult", "ward", 600, "chart-reading") for household in households]
    return Round(households, (*homes, WARD)), held


@pytest.mark.parametrize(("count", "seats"), [(10, 10), (25, 20)])
def test_a_skill_that_ten_households_wait_for_is_a_training_need_as_far_as_there_are_places(
    count: int, seats: int
) -> None:
    asked, held = nurses(count)
    (need,) = market(asked).training_needs(held)
    assert need == TrainingNeed("chart-reading", "nurse", "area-1", "2027-01", seats, count)


def test_a_skill_that_nine_households_wait_for_is_not_told() -> None:
    asked, held = nurses(9)
    assert market(asked).training_needs(held) == ()


def test_a_rent_that_falls_opens_what_it_held_back() -> None:
    asked, _ = nurses(12)
    asked = replace(asked, households=tuple(_without_home(h) for h in asked.households))
    held = tuple(HeldBack(f"h{n:02}", "home", f"home-{n:02}", 400, "rent") for n in range(12))
    found = market(asked).lift(Change(opened=held))
    assert (found.points, found.waiting) == (12 * 1400, 12)


def _without_home(household: Household) -> Household:
    return replace(household, parts=(Part("home", "home", ()),))


@pytest.mark.parametrize("seed", range(6))
def test_an_estimate_is_never_below_what_a_solve_gives_but_for_rounding(seed: int) -> None:
    asked = standard(60, seed, Terms(floor=None))
    result = solve(asked)
    for kind in ("home", "job"):
        more = dict(spread([place for place in asked.places if place.kind == kind], 3 + seed))
        places = tuple(replace(place, capacity=place.capacity + more.get(place.id, 0)) for place in asked.places)
        really = solve(replace(asked, places=places)).unfloored - result.unfloored
        assert Market(asked, result, ()).lift(Change(tuple(more.items()))).points >= really - 30


def test_the_order_of_what_comes_in_changes_nothing() -> None:
    asked = standard(80, 2)
    turned = replace(asked, households=asked.households[::-1], places=asked.places[::-1])
    more = Change(spread([p for p in asked.places if p.occupation == "rooms-3"], 5))
    assert market(asked).lift(more) == market(turned).lift(more)
    assert market(asked).scarce() == market(turned).scarce()


def test_more_places_are_spread_evenly() -> None:
    places = [replace(HOME, id=f"home-{n}") for n in range(4)]
    assert spread(places, 2) == (("home-0", 1), ("home-2", 1))
    assert spread(places, 6) == (("home-0", 2), ("home-1", 2), ("home-2", 1), ("home-3", 1))


def test_the_bench_says_how_far_off_the_estimates_are() -> None:
    said: list[str] = []
    figures = measure(Sizes(households=80, top=2, more=2), said.append)
    assert [figure.name for figure in figures] == [
        "price_error_median",
        "price_error_worst",
        "price_error_households_worst",
    ]
    assert len(said) == 4
