"""What another result would change is seen before it is published, and what is undone leaves a trace."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.domain.rounds.package import Household, Never, Option, Part, Place, Round, StaysOut
from matching.domain.rounds.solve import Allocation, RoundResult, solve
from matching.domain.rounds.versus import CannotUndo, undo, versus


def home(household: str, **scores: int) -> Household:
    return Household(household, (Part("home", "home", tuple(Option(p, s) for p, s in scores.items())),))


PLACES = (Place("p", "home", 1), Place("q", "home", 1))
ROUND = Round((home("a", p=900, q=700), home("b", p=500), home("c", q=200)), PLACES)


def test_a_household_that_stays_out_lets_another_in_and_both_are_seen() -> None:
    seen = versus(solve(ROUND), solve(replace(ROUND, locks=(StaysOut("b", "vide", "not yet"),))))
    assert ([m.household for m in seen.come_in], [m.household for m in seen.drop_out]) == (["c"], ["b"])
    assert [(m.household, m.points) for m in seen.better] == [("a", 200)]
    assert seen.places == ()
    assert seen.points == 900 + 200 - 700 - 500


def test_a_place_that_is_no_longer_given_is_seen() -> None:
    barred = replace(ROUND, locks=(Never("a", "q", "vide", "stairs"), Never("c", "q", "vide", "stairs")))
    seen = versus(solve(ROUND), solve(barred))
    assert seen.places == (("q", -1),)
    assert [m.household for m in seen.drop_out] == ["b"]


def result(given: dict[str, tuple[str, int]]) -> RoundResult:
    allocations = tuple(Allocation(h, "home", place, score) for h, (place, score) in sorted(given.items()))
    return RoundResult(allocations, (), (), sum(1000 + a.score for a in allocations), 0, 0, False, False)


results = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(st.sampled_from("pqr"), st.integers(0, 1000)), max_size=6
).map(result)


@given(results, results)
def test_every_household_is_in_one_list_or_treated_alike_and_points_add_up(
    one: RoundResult, other: RoundResult
) -> None:
    seen = versus(one, other)
    moved = [m for kind in (seen.come_in, seen.drop_out, seen.better, seen.worse, seen.other) for m in kind]
    alike = set(one.allocations) & set(other.allocations)
    assert len({m.household for m in moved}) == len(moved)
    assert {m.household for m in moved} | {a.household for a in alike} == {
        a.household for a in one.allocations + other.allocations
    }
    assert not {m.household for m in moved} & {a.household for a in alike}
    served = 1000 * (len(seen.come_in) - len(seen.drop_out))
    assert served + sum(m.points for m in moved) == seen.points
    assert sum(more for _, more in seen.places) == len(other.allocations) - len(one.allocations)


@given(results, results)
def test_what_one_way_gains_the_other_way_loses(one: RoundResult, other: RoundResult) -> None:
    there, back = versus(one, other), versus(other, one)
    assert [m.household for m in there.come_in] == [m.household for m in back.drop_out]
    assert [m.household for m in there.better] == [m.household for m in back.worse]
    assert there.places == tuple((place, -more) for place, more in back.places)


@given(results, st.frozensets(st.sampled_from("abcdef")))
def test_each_allocation_stands_or_is_taken_back_with_its_reason(one: RoundResult, accepted: frozenset[str]) -> None:
    undone = undo(one, "vide", "the landlord took two homes back", "2027-02-01", None, accepted)
    assert sorted(undone.stands + tuple(t.allocation for t in undone.taken_back)) == sorted(one.allocations)
    assert all(a.household in accepted for a in undone.stands)
    assert {a.household for a in undone.stands} == set(undone.kept)
    assert all((t.by, t.undone) == ("vide", one.fingerprint) for t in undone.taken_back)


def test_a_household_loses_its_whole_package_or_nothing() -> None:
    both = (Part("home", "home", (Option("p", 500),)), Part("job", "job", (Option("j", 500),)))
    given_ = solve(Round((Household("a", both), home("b", q=300)), (*PLACES, Place("j", "job", 1))))
    undone = undo(given_, "vide", "they moved elsewhere", "2027-02-01", ["a"])
    assert [t.allocation.part for t in undone.taken_back] == ["home", "job"]
    assert [a.household for a in undone.stands] == ["b"]


@pytest.mark.parametrize(
    ("by", "reason", "household"), [("", "why", "a"), ("vide", " ", "a"), ("vide", "why", "nobody")]
)
def test_an_undo_without_a_name_a_reason_or_something_to_undo_is_refused(by: str, reason: str, household: str) -> None:
    with pytest.raises(CannotUndo):
        undo(solve(ROUND), by, reason, "2027-02-01", [household])
