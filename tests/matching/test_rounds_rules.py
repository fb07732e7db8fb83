"""Whatever coordinators lock and households ask for, a round breaks no capacity, serves nobody in part, and says why not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inflytt.bench.matching.fractional import floored, fractional
from inflytt.bench.matching.households import standard
from inflytt.bench.matching.packages import Broken, broken_by, greedy_value
from matching.domain.rounds.greedy import first_come, greedily
from matching.domain.rounds.package import (
    Gets,
    Household,
    Lock,
    Never,
    NotARound,
    Option,
    Part,
    Place,
    Round,
    StaysOut,
    Terms,
)
from matching.domain.rounds.program import NOBODY
from matching.domain.rounds.relax import relax
from matching.domain.rounds.solve import check, programme_of, solve

SOUND = Broken(0, 0)


@st.composite
def locked_rounds(draw: st.DrawFn) -> Round:
    """Small rounds with parts that need not come along, and locks that may contradict each other."""
    places = tuple(Place(f"{kind}{n}", kind, draw(st.integers(0, 2))) for kind in ("job", "home") for n in range(3))
    households = []
    for n in range(draw(st.integers(1, 7))):
        parts = []
        for kind in ("job", "home"):
            names = draw(st.sets(st.sampled_from([p.id for p in places if p.kind == kind])))
            options = tuple(Option(name, draw(st.integers(0, 1000))) for name in sorted(names))
            parts.append(Part(kind, kind, options, chosen=kind == "home" or draw(st.booleans())))
        households.append(Household(f"h{n}", tuple(parts), draw(st.booleans())))
    locks = draw(st.lists(st.one_of(*_locks(households, places)), max_size=3))
    return Round(tuple(households), places, tuple(locks))


def _locks(households: list[Household], places: tuple[Place, ...]) -> list[st.SearchStrategy[Lock]]:
    who = st.sampled_from([household.id for household in households])
    where = st.sampled_from([place.id for place in places])
    said = st.just("coordinator"), st.just("reason")
    part = st.sampled_from(["job", "home"])
    return [
        st.builds(Gets, who, part, where, *said),
        st.builds(Never, who, where, *said),
        st.builds(StaysOut, who, *said),
    ]


@settings(max_examples=80, deadline=None)
@given(locked_rounds())
def test_locks_hold_and_nobody_is_half_served_or_else_the_round_is_refused(asked: Round) -> None:
    try:
        found = solve(asked)
    except NotARound:
        return
    assert broken_by(asked, found) == SOUND
    got = {(a.household, a.part, a.place) for a in found.allocations}
    served = {household for household, _, _ in got}
    for lock in asked.locks:
        if isinstance(lock, Gets):
            assert (lock.household, lock.part, lock.place) in got
        elif isinstance(lock, Never):
            assert not any((lock.household, part, lock.place) in got for part in ("job", "home"))
        else:
            assert lock.household not in served
    assert {why.household for why in found.why_not} == {household.id for household in asked.households} - served
    assert found.value <= found.bound <= found.unfloored or found.value == found.bound


@pytest.mark.parametrize("floor", [None, 1000])
def test_a_round_that_is_cut_down_is_sound_and_nearly_as_good_as_the_exact_one(
    floor: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = standard(150, 4, Terms(floor=floor))
    exact = solve(asked)
    monkeypatch.setattr("matching.domain.rounds.whole.MOST", 0)
    found = solve(asked)
    assert broken_by(asked, found) == SOUND
    assert not found.proven
    assert 0.995 * found.bound <= found.value <= exact.value <= found.bound


def test_the_bound_is_that_of_the_linear_programme() -> None:
    asked = floored(standard(150, 4))
    assert relax(asked).bound == pytest.approx(fractional(asked).points, rel=1e-5)


def test_the_check_sees_a_place_that_is_given_twice_and_a_household_served_in_part() -> None:
    asked = programme_of(two_for_one_home())
    with pytest.raises(RuntimeError, match="more often than it has room"):
        check(asked, np.array([0, 1]))
    halves = programme_of(Round((Household("a", (home(("p", 1)), job("j", 1))),), (HOME, Place("j", "job", 1))))
    with pytest.raises(RuntimeError, match="half served"):
        check(halves, np.array([0, NOBODY]))


HOME = Place("p", "home", 1)


def home(*options: tuple[str, int]) -> Part:
    return Part("home", "home", tuple(Option(*option) for option in options))


def job(place: str, score: int, chosen: bool = True) -> Part:
    return Part("job", "job", (Option(place, score),), chosen)


def two_for_one_home() -> Round:
    return Round((Household("a", (home(("p", 900)),)), Household("b", (home(("p", 400)),))), (HOME,))


def test_locks_that_cannot_all_hold_are_refused_in_a_large_round_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = two_for_one_home()
    both = tuple(replace(h, parts=(*h.parts, job(f"j-{h.id}", 5))) for h in asked.households)
    places = (HOME, Place("j-a", "job", 1), Place("j-b", "job", 1))
    locks = tuple(Gets(h.id, "job", f"j-{h.id}", "c", "promised") for h in both)
    monkeypatch.setattr("matching.domain.rounds.whole.MOST", 0)
    with pytest.raises(NotARound, match="no solution serves all"):
        solve(Round(both, places, locks))


def test_a_lock_that_no_capacity_can_hold_is_refused_beside_a_floor() -> None:
    first = Household("first", (home(("p", 5)), job("j", 5)), priority=True)
    other = Household("other", (home(("p", 5)),))
    with pytest.raises(NotARound, match="no solution serves all"):
        solve(
            Round((first, other), (Place("p", "home", 0), Place("j", "job", 1)), (Gets("first", "job", "j", "c", "r"),))
        )


def test_a_part_that_was_not_chosen_comes_along_only_where_there_is_room() -> None:
    along = tuple(Household(n, (home((f"p{n}", 5)), job("j", s, False))) for n, s in (("a", 10), ("b", 90)))
    found = solve(Round(along, (Place("pa", "home", 1), Place("pb", "home", 1), Place("j", "job", 1))))
    assert [(a.household, a.part) for a in found.allocations] == [("a", "home"), ("b", "home"), ("b", "job")]


def unequal(most_loss: int) -> Round:
    """Two homes and two jobs for three households, of whom the one with priority brings no points."""
    others = tuple(Household(f"o{n}", (home(("p", 1000)), job("j", 1000))) for n in range(2))
    first = Household("first", (home(("p", 0)), job("j", 0)), priority=True)
    return Round(
        (*others, first), (Place("p", "home", 2), Place("j", "job", 2)), (), Terms(served=1, most_loss=most_loss)
    )


def test_a_floor_leaves_others_out_and_says_so() -> None:
    found = solve(unequal(most_loss=1000))
    assert "first" in {a.household for a in found.allocations}
    assert not found.floor_gave_way
    assert found.unfloored > found.value


def test_a_floor_that_costs_more_than_the_terms_allow_gives_way() -> None:
    found = solve(unequal(most_loss=0))
    assert found.floor_gave_way
    assert {a.household for a in found.allocations} == {"o0", "o1"}
    assert found.value == found.unfloored


def test_a_floor_that_gave_way_falls_where_whole_households_cannot_reach_it() -> None:
    """Each of three with priority needs two of three jobs: one of them can be served, or half of each in fractions."""
    jobs = tuple(Place(name, "job", 1) for name in ("a", "b", "c"))
    halves = tuple(
        Household(f"p{n}", tuple(Part(j, "job", (Option(j, 9),)) for j in two), True)
        for n, two in enumerate(("ab", "bc", "ac"))
    )
    others = tuple(Household(f"o{n}", (home(("p", 9)),)) for n in range(2))
    locks = tuple(Gets(other.id, "home", "p", "c", "promised") for other in others)
    found = solve(Round((*halves, *others), (*jobs, Place("p", "home", 2)), locks))
    assert found.floor_gave_way
    assert len({a.household for a in found.allocations}) == 3


def test_who_would_be_served_but_for_the_floor_is_told_so() -> None:
    others = tuple(Household(f"o{n}", (home(("p", 1000 - 100 * n)),)) for n in range(3))
    first = Household("first", (home(("p", 0)),), priority=True)
    found = solve(Round((*others, first), (Place("p", "home", 2),), (), Terms(served=1, most_loss=1000)))
    assert {a.household for a in found.allocations} == {"first", "o0"}
    told = {why.household: why for why in found.why_not}
    assert told["o2"].code == "floor"
    assert told["o2"].points == pytest.approx(100, abs=2)


def test_greedy_practice_serves_whole_households_and_gives_no_more_than_the_optimum() -> None:
    asked = standard(60, 2, Terms(floor=None))
    for practice in (greedily, first_come):
        check(programme_of(asked), practice(programme_of(asked)))
    assert greedy_value(asked) < solve(asked).value
