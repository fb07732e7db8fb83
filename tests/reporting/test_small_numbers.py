"""What everybody may see of small numbers: in fives, on any two days, and nothing that gives a smaller one away."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.domain.closed import NotClosed, choices, closed, closed_by, last_closed
from reporting.domain.comparison import Beside, beside, exact, public
from reporting.domain.disclosure import in_fives, month_by_month, together
from reporting.domain.figures import Cell, Station
from reporting.domain.road import kept, road
from reporting.funnel_chart import rivers

TODAY = date(2026, 11, 24)
OCTOBER, SEPTEMBER = date(2026, 10, 31), date(2026, 9, 30)
counts = st.integers(min_value=0, max_value=2_000)


def test_a_number_is_rounded_down_to_five_and_one_to_four_are_two_dots() -> None:
    assert [in_fives(n) for n in (0, 1, 4, 5, 9, 10, 1204)] == [0, None, None, 5, 5, 10, 1200]


@given(counts, counts)
def test_no_two_public_numbers_differ_by_one_to_four(one: int, other: int) -> None:
    a, b = in_fives(one), in_fives(other)
    if a is not None and b is not None:
        assert abs(a - b) not in (1, 2, 3, 4)


@given(st.lists(counts, min_size=1, max_size=6))
def test_a_total_tells_no_more_than_its_parts(parts: list[int]) -> None:
    shown = [in_fives(part) for part in parts]
    total = together(shown)
    assert total == (sum(s or 0 for s in shown) or (None if None in shown else 0))
    assert 0 <= sum(parts) - (total or 0) <= 4 * len(parts)


@given(st.lists(st.integers(min_value=0, max_value=12), max_size=24))
def test_the_months_of_a_file_sum_to_the_number_on_the_page_and_none_is_small(months: list[int]) -> None:
    told = month_by_month(months)
    for end in range(len(months) + 1):
        assert sum(n or 0 for n in told[:end]) == (in_fives(sum(months[:end])) or 0)
    assert not {1, 2, 3, 4} & {n for n in told if n}


def test_what_is_too_small_for_its_own_month_is_told_with_a_later_one() -> None:
    assert month_by_month([0, 3, 1, 2, 0, 9]) == [0, None, None, 5, None, 10]


def test_a_period_is_closed_when_its_last_day_is_over_in_full_months() -> None:
    assert last_closed(TODAY) == last_closed(date(2026, 11, 1)) == OCTOBER
    assert closed("2026-10", TODAY) == OCTOBER
    assert closed("2025", TODAY) == date(2025, 12, 31)
    for still_open in ("2026-11", "2026", "2099-12"):
        with pytest.raises(NotClosed):
            closed(still_open, TODAY)
    assert closed_by(OCTOBER, TODAY) == closed_by(TODAY, TODAY) == OCTOBER
    assert closed_by(date(2026, 10, 30), TODAY) == SEPTEMBER
    assert choices(date(2026, 9, 1), TODAY) == [OCTOBER, SEPTEMBER]


@pytest.mark.parametrize("written", ["2026-13", "2026-00", "oktober", "2026-10-31", "1999-01", "２０２６", "2026-1"])
def test_what_is_no_period_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=written) as refused:
        closed(written, TODAY)
    assert not isinstance(refused.value, NotClosed)


def test_an_equal_in_fives_may_hide_a_change_but_an_exact_one_is_no_change() -> None:
    assert Beside("registered", "", 10, 10, rounded=True).change is None
    assert Beside("registered", "", 0, 0, rounded=True).change == 0
    assert Beside("registered", "", 10, 10).change == 0
    assert Beside("registered", "", None, 10, rounded=True).change is None
    assert Beside("registered", "", 10, 15, rounded=True).share == 1.5
    assert Beside("registered", "", 0, 15).share is None


def cell(figure: str, count: int, municipality: str = "2580", kind: str = "", month: str = "2026-09") -> Cell:
    return Cell(figure, municipality, kind, month, count)


def test_two_days_stand_beside_each_other_for_those_who_may_see_all_and_for_everybody() -> None:
    then = [cell("registered", 7), cell("registered", 3, "0380")]
    now = [*then, cell("registered", 9, month="2026-10"), cell("placed", 6, kind="home")]
    figures = ("registered", "placed")
    assert [(b.before, b.after) for b in beside(exact(then), exact(now), figures)] == [(10, 19), (0, 6)]
    told = beside(public(then), public(now), figures, rounded=True)
    assert [(b.figure, b.kind, b.before, b.after) for b in told] == [
        ("registered", "", 5, 15),
        ("placed", "home", 0, 5),
    ]


def test_the_road_shows_municipalities_in_fives_and_their_sum_and_no_station_of_which_nothing_is_known() -> None:
    lulea, uppsala = Station("2580", 27, 21, 9, 7, 4, 0), Station("0380", 12, 11, 0, 0, 0, 0)
    steps = road([Station("2580", 20, 20, 9, 3, 0, 0)], [lulea, uppsala])
    told = {step.name: (step.all.before, step.count, step.all.change) for step in steps}
    assert told == {
        "registered": (20, 35, 15),
        "confirmed": (20, 30, 10),
        "proposed": (5, 5, None),
        "introduced": (None, 5, None),
        "placed": (0, None, None),
        "moved_in": (0, 0, 0),
    }
    assert {place: part.after for place, part in steps[0].parts.items()} == {"0380": 10, "2580": 25}
    assert [step.count for step in road([], [lulea], everybody=False)] == [27, 21, 9, 7, 4, 0]
    assert kept(steps) == [None, 30 / 35, 5 / 30, 1.0, None, None]


def test_the_river_is_as_wide_as_the_households_and_what_is_hidden_has_no_width() -> None:
    drawn = rivers(road([], [Station("2580", 100, 50, 50, 10, 3, 0)]))
    halves = [stop.half for stop in drawn["wide"].stops]
    assert halves == [86.0, 43.0, 43.0, 8.6, None, 0.0]
    assert drawn["tall"].height > drawn["wide"].height
    assert rivers(road([], [Station("2580", 3, 0, 0, 0, 0, 0)]))["wide"].path == ""
