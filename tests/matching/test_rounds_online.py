"""Between rounds a place is held for those who are expected to need it more, and offered where they are not."""

from inflytt.bench.matching.households import drawn, standard, town
from inflytt.bench.matching.online import Weeks, measure
from matching.domain.rounds.online import offered
from matching.domain.rounds.package import Household, Never, Option, Part, Place, Round, Terms

HOME = (Place("home", "home", 1),)


def wants(id: str, score: int) -> Household:
    return Household(id, (Part("home", "home", (Option("home", score),)),))


def test_a_place_is_held_for_those_who_are_expected_to_need_it_more() -> None:
    now = Round((wants("here", 300),), HOME)
    found = offered(now, [(wants("later", 900), wants("too", 800))])
    assert found.allocations == ()
    assert 1800 <= dict(found.bids)["home"] <= 1900


def test_a_place_is_offered_where_most_draws_of_the_future_need_it_less() -> None:
    now = Round((wants("here", 700),), HOME)
    found = offered(now, [(wants("one", 900), wants("two", 800)), (), ()])
    assert [allocation.household for allocation in found.allocations] == ["here"]
    assert found.value == 1700


def test_when_nobody_is_to_come_the_best_of_those_here_gets_it() -> None:
    now = Round((wants("a", 300), wants("b", 400)), HOME)
    found = offered(now, [])
    assert [allocation.household for allocation in found.allocations] == ["b"]
    assert found.bids == ()


def test_what_is_locked_away_is_not_offered() -> None:
    now = Round((wants("a", 300),), HOME, (Never("a", "home", "c", "r"),))
    assert offered(now, []).allocations == ()


def test_the_same_draws_give_the_same_offers() -> None:
    asked, future = standard(30, 1, Terms(floor=None)), drawn(town(30, 1), 30, 2, "f")
    assert offered(asked, [future]) == offered(asked, [future])


def test_the_bench_says_what_share_of_hindsight_is_reached_and_by_greedy_practice_too() -> None:
    said: list[str] = []
    figures = measure(Weeks(households=60, batches=3, draws=1, seeds=(1,)), said.append)
    assert [figure.name for figure in figures] == ["online_share_of_hindsight", "online_greedy_share_of_hindsight"]
    assert figures[1].value < figures[0].value <= 100
    assert "when nobody waits" in said[-1]
