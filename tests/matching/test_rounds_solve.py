"""A round gives whole households whole packages, never more than there is, and as much as can be had."""

from dataclasses import replace

import pytest

from inflytt.bench.matching.households import standard
from inflytt.bench.matching.integers import best_of_integers
from inflytt.bench.matching.oracle import best_by_another_solver
from matching.domain.rounds.package import (
    Gets,
    Household,
    Never,
    NotARound,
    Option,
    Part,
    Place,
    Round,
    StaysOut,
    Terms,
)
from matching.domain.rounds.solve import solve


@pytest.mark.parametrize("seed", range(12))
def test_a_small_round_is_as_good_as_another_solver_can_make_it(seed: int) -> None:
    asked = standard(6 + seed, seed, Terms(floor=(None, 500, 1000)[seed % 3], most_loss=1000))
    found = solve(asked)
    assert found.proven
    assert found.value == best_by_another_solver(asked) == best_of_integers(asked)


@pytest.mark.parametrize("seed", range(1))
def test_nobody_is_half_served_and_no_place_is_given_twice(seed: int) -> None:
    asked = standard(310, seed)
    found = solve(asked)
    got = {(a.household, a.part): a.place for a in found.allocations}
    served = {a.household for a in found.allocations}
    assert all((h.id, p.name) in got for h in asked.households if h.id in served for p in h.parts)
    for place in asked.places:
        assert sum(1 for given in got.values() if given == place.id) <= place.capacity
    assert {w.household for w in found.why_not} == {h.id for h in asked.households} - served
    assert 0.99 * found.bound <= found.value <= found.bound


def test_the_order_of_what_comes_in_changes_no_byte() -> None:
    asked = standard(60, 5)
    turned = Round(
        tuple(replace(h, parts=h.parts[::-1]) for h in reversed(asked.households)), asked.places[::-1], (), asked.terms
    )
    assert solve(turned).fingerprint == solve(asked).fingerprint


@pytest.mark.parametrize("allocation", ["owner_decides", "queue_bound", "authority_decides"])
def test_a_place_that_is_no_pools_is_refused(allocation: str) -> None:
    with pytest.raises(NotARound, match=allocation):
        Round((), (Place("p", "home", 1, allocation),))  # type: ignore[arg-type]


def test_an_option_outside_the_rounds_pools_is_refused() -> None:
    home = Part("home", "home", (Option("elsewhere", 500),))
    with pytest.raises(NotARound, match="elsewhere"):
        Round((Household("h", (home,)),), (Place("p", "home", 1),))


def two_for_one_home(*locks: Gets | Never | StaysOut) -> Round:
    households = tuple(Household(n, (Part("home", "home", (Option("p", s),)),)) for n, s in (("a", 900), ("b", 400)))
    return Round(households, (Place("p", "home", 1),), locks)


def test_a_locked_household_gets_the_place_although_another_fits_better() -> None:
    assert [a.household for a in solve(two_for_one_home()).allocations] == ["a"]
    found = solve(two_for_one_home(Gets("b", "home", "p", "coordinator", "promised")))
    assert [a.household for a in found.allocations] == ["b"]


@pytest.mark.parametrize("lock", [Never("a", "p", "c", "r"), StaysOut("a", "c", "r")])
def test_a_household_that_is_barred_leaves_the_place_to_the_next(lock: Never | StaysOut) -> None:
    assert [a.household for a in solve(two_for_one_home(lock)).allocations] == ["b"]


def test_two_locks_on_one_place_are_refused() -> None:
    with pytest.raises(NotARound, match="which has 1 places"):
        solve(two_for_one_home(Gets("a", "home", "p", "c", "r"), Gets("b", "home", "p", "c", "r")))


def test_the_priority_group_is_served_no_less_than_the_others() -> None:
    asked = standard(60, 3)
    served = {a.household for a in solve(asked).allocations}
    shares = [
        sum(h.id in served for h in group) / len(group)
        for group in ([h for h in asked.households if h.priority is p] for p in (True, False))
    ]
    assert shares[0] >= shares[1] > 0
