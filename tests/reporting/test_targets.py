"""What is decided, how outcomes stand to it, what may come of a series and whose word that is."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts.measurements import MEASURED
from reporting.chart import frames
from reporting.domain.figures import Cell
from reporting.domain.forecast import Forecast, Method, last_increase, mean_increase, pace, run_rate
from reporting.domain.indicators import Indicator, Point, trend
from reporting.domain.population import Population, to_the_goal
from reporting.domain.standing import Standing, monthly, standing, together
from reporting.domain.targets import Goal, Judgement, Outcome, Verdict, judged, target_in_force
from reporting.indicators import CATALOGUE

GOAL: TypeAdapter[Any] = TypeAdapter(Goal)
BAND = {"kind": "band", "low": 2000, "high": 3000}
PRIVATE = {"kind": "share_within", "percent": 70, "of": 2000, "dimension": "sector", "part": "private"}
LEVEL = {"kind": "level_at", "level": 100_000, "year": 2040}
TODAY = date(2026, 11, 24)
YEARS = {2018: 77_832, 2019: 78_105, 2020: 78_549, 2021: 78_867, 2022: 79_244}  # Luleå's; SCB


def verdict(goal: dict[str, Any], value: int | None, part: int | None = None, year: int = 2022) -> tuple[str, int]:
    outcome = None if value is None else Outcome(value=value, year=year, part=part)
    found = judged(GOAL.validate_python(goal), outcome)
    return found.verdict.value, found.by


def of(id: str) -> Indicator:
    found = CATALOGUE.of(id)
    assert found is not None
    return found


def stands(id: str, municipality: str, *points: Point, per: date = TODAY, known: date = TODAY) -> Standing:
    indicator = of(id)
    return standing(indicator, municipality, together(indicator.known, points), per, known)


def year(value: int, *part: str, at: int = 2022, municipality: str = "0380") -> Point:
    breakdown = (("sector", part[0]),) if part else ()
    return Point(
        municipality=municipality,
        start=date(at, 1, 1),
        until=date(at, 12, 31),
        value=value,
        source="x",
        breakdown=breakdown,
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1999, ("below", 1)),
        (2000, ("in_band", 0)),
        (3000, ("in_band", 0)),
        (3001, ("above", 1)),
        (None, ("not_measured", 0)),
    ],
)
def test_a_band_is_missed_by_too_few_and_by_too_many(value: int | None, expected: tuple[str, int]) -> None:
    assert verdict(BAND, value) == expected


def test_a_floor_is_missed_from_below_and_a_ceiling_from_above() -> None:
    assert [verdict({"kind": "floor", "low": 2000}, n) for n in (1999, 2000)] == [("below", 1), ("met", 0)]
    assert [verdict({"kind": "ceiling", "high": 10}, n) for n in (10, 13)] == [("met", 0), ("above", 3)]


def test_seventy_per_cent_private_of_two_thousand_is_at_least_fourteen_hundred() -> None:
    assert GOAL.validate_python(PRIVATE).least(2000) == 1400
    assert verdict(PRIVATE, 2000, 1400) == ("met", 0)
    assert verdict(PRIVATE, 2000, 1399) == ("below", 1)


def test_a_share_is_of_what_should_have_come_or_of_more_that_came() -> None:
    assert verdict(PRIVATE, 1500, 1200) == ("below", 200)  # 80 % of too few
    assert verdict(PRIVATE, 3000, 1500) == ("below", 600)  # more than 1 400, but half


def test_a_share_whose_part_nobody_measured_is_not_measured() -> None:
    assert verdict(PRIVATE, 2400) == ("not_measured", 0)


def test_a_level_is_judged_in_its_year_and_until_then_so_much_is_left() -> None:
    assert verdict(LEVEL, 79_244) == ("left", 20_756)
    assert verdict(LEVEL, 99_999, year=2040) == ("below", 1)
    assert verdict(LEVEL, 100_000, year=2031) == ("met", 0)


def test_an_expectation_is_never_judged_whatever_came() -> None:
    words = {"kind": "expectation", "words": {"sv": "Nästan hälften", "en": "Almost half"}}
    assert {verdict(words, value)[0] for value in (None, 0, 10_000)} == {"not_judged"}


def test_luleas_year_moved_from_2050_to_2040_by_a_decision_in_the_autumn_of_2021() -> None:
    versions = of("population").versions("2580")["hundred-thousand"]

    def in_force(per: date, known: date) -> int | None:
        found = target_in_force(versions, per, known)
        return found.goal.year if found else None  # type: ignore[union-attr]

    assert in_force(date(2021, 6, 30), TODAY) == 2050
    assert in_force(date(2022, 12, 31), TODAY) == 2040
    assert in_force(TODAY, date(2026, 11, 1)) is None  # nothing was written down here then


def test_a_decision_holds_from_its_day_but_is_known_from_when_it_was_recorded() -> None:
    old, new = of("population").versions("2580")["hundred-thousand"]
    early = old.model_copy(update={"decision": old.decision.model_copy(update={"recorded": date(2020, 1, 1)})})
    versions = [
        new.model_copy(update={"decision": new.decision.model_copy(update={"recorded": date(2022, 2, 1)})}),
        early,
    ]
    per = date(2021, 12, 31)
    assert target_in_force(versions, per, date(2022, 1, 31)) == early
    assert target_in_force(versions, per, date(2022, 2, 1)) == versions[0]


def test_luleas_hundred_thousand_takes_1153_a_year_which_is_3_06_times_as_many() -> None:
    found = pace(YEARS, 100_000, 2040)
    assert (found.needed, found.increase, found.years) == (1153, 377, 55)
    assert found.times is not None
    assert round(found.times, 2) == 3.06


def test_a_pace_that_does_not_grow_has_no_times() -> None:
    found = pace({2021: 100, 2022: 90}, 110, 2024)
    assert (found.needed, found.times, found.years) == (10, None, None)
    with pytest.raises(ValueError, match="pace"):
        pace({2022: 90}, 110, 2024)


def test_34_by_july_is_58_3_at_the_same_rate_where_the_year_before_had_65() -> None:
    found = run_rate(34, 7, 2022)
    assert round(found.value or 0, 1) == 58.3
    assert (found.low, found.high, found.method, found.whose) == (34, None, Method.RUN_RATE, "ours")
    assert (found.value or 0) < 65


def test_forecasts_of_a_level_name_their_method_and_range_over_the_known_years() -> None:
    last, mean = last_increase(YEARS, 2040), mean_increase(YEARS, 2040)
    assert (last.method, last.value) == (Method.LAST_INCREASE, 79_244 + 18 * 377)
    assert (mean.method, mean.value) == (Method.MEAN_INCREASE, 79_244 + 18 * 353)
    assert (last.low, last.high) == (mean.low, mean.high) == (79_244 + 18 * 273, 79_244 + 18 * 444)


def test_a_written_forecast_without_a_number_stays_words_and_is_of_the_other_indicator() -> None:
    (ours,) = stands("labour-market-employments", "0380").forecasts
    (written,) = stands("sheltered-employments", "0380").forecasts
    assert (ours.whose, round(ours.value or 0, 1), ours.words) == ("ours", 58.3, None)
    assert (written.whose, written.value, written.low, written.high) == ("written", None, None, None)
    assert written.words is not None
    assert "något färre" in written.words.sv
    assert "arbetsmarknadsanställning" not in written.words.sv


def test_no_number_of_ours_can_be_made_somebody_elses_words() -> None:
    with pytest.raises(ValidationError):
        Forecast(whose="written", method=Method.RUN_RATE, year=2022, value=58.3)
    with pytest.raises(ValidationError):
        Forecast(whose="ours", method=Method.WRITTEN, year=2022, value=58.3)


def test_a_trend_tells_how_many_changes_were_upwards() -> None:
    found = trend(list(YEARS.values()))
    assert (found.trend, found.positive, found.changes) == ("rising", 4, 4)
    assert [trend(s).trend for s in ([4, 3, 2, 1], [1, 2, 1, 2, 1], [1, 2, 3], [])] == [
        "falling",
        "unclear",
        "too_few",
        "too_few",
    ]


def test_dwellings_that_nobody_has_measured_are_not_measured_and_have_no_row() -> None:
    found = stands("dwellings-completed", "0380")
    assert (found.rows, found.latest) == ((), None)
    assert [held.judgement for held in found.held] == [Judgement(verdict=Verdict.NOT_MEASURED)]


def test_workplaces_are_held_against_the_whole_the_private_share_and_nobodys_expectation() -> None:
    found = stands("new-workplaces", "0380", year(2100), year(1500, "private"), year(600, "public"))
    verdicts = {held.target.id: held.judgement for held in found.held}
    assert verdicts == {
        "workplaces-a-year": Judgement(verdict=Verdict.MET),
        "private-share": Judgement(verdict=Verdict.MET),
        "export-and-services": Judgement(verdict=Verdict.NOT_JUDGED),
    }


def test_half_a_year_is_not_held_against_a_years_goal() -> None:
    half = Point(municipality="0380", start=date(2022, 1, 1), until=date(2022, 6, 30), value=900, source="x")
    (held,) = stands("dwellings-completed", "0380", half).held
    assert held.judgement == Judgement(verdict=Verdict.NOT_MEASURED)


def test_a_small_part_and_the_next_smallest_are_hidden_and_so_is_what_would_tell_them() -> None:
    found = stands("new-workplaces", "0380", year(2000), year(3, "private"), year(1997, "public"))
    assert found.rows[-1].parts == (("sector", "private", None), ("sector", "public", None))
    assert next(held for held in found.held if held.target.id == "private-share").judgement is None
    small = stands("sheltered-employments", "0380", year(3))
    assert [row.value for row in small.rows] == [None]


def test_only_months_that_are_over_are_counted_for_everybody_and_what_is_small_is_told_with_a_later_month() -> None:
    counts = {"2026-07": 7, "2026-09": 3, "2026-10": 9, "2026-11": 2}
    cells = [Cell("registered", "2580", "", month, count) for month, count in counts.items()]
    points = monthly(of("interests"), cells, TODAY)
    assert [point.value for point in points] == [7, 0, 3, 9]
    found = standing(of("interests"), "2580", points, TODAY, TODAY)
    assert [row.value for row in found.rows] == [5, None, 5, 5]


def test_the_catalogue_describes_all_that_partners_may_measure() -> None:
    others = [indicator for indicator in CATALOGUE.indicator if indicator.figure is None and not indicator.reckoned]
    assert {indicator.id: indicator.unit for indicator in others} == MEASURED


def test_a_level_that_is_reached_takes_no_pace_and_a_share_has_no_run_rate() -> None:
    reached = stands("population", "2580", year(100_001, at=2023, municipality="2580"))
    assert (reached.pace, reached.forecasts) == (None, ())
    assert [held.judgement for held in reached.held] == [Judgement(verdict=Verdict.MET)]
    half = Point(municipality="0380", start=date(2022, 1, 1), until=date(2022, 6, 30), value=700, source="x")
    assert stands("work-or-studies-after-measure", "0380", half).forecasts == ()


def grown(*counts: int, per: date = TODAY) -> Population | None:
    """The line of Luleå, when partners have told so many of 2023, 2024 …"""
    told = [year(count, at=2023 + nth, municipality="2580") for nth, count in enumerate(counts)]
    return to_the_goal(stands("population", "2580", *told, per=per))


def test_lulea_needs_1153_more_a_year_to_be_100_000_in_2040() -> None:
    line = grown()
    assert line is not None
    assert line.counts == YEARS
    assert (line.pace.increase, line.pace.needed, round(line.pace.times or 0, 2)) == (377, 1_153, 3.06)
    assert (line.pace.years, line.pace.missing, line.too_slow) == (55, 13_970, True)
    assert (line.forecast.low, line.forecast.value, line.forecast.high) == (84_158, 86_030, 87_236)


def test_a_year_that_a_partner_tells_is_the_one_that_the_line_goes_on_from() -> None:
    line = grown(79_900)
    assert line is not None
    assert (line.last_year, line.last, line.pace.increase, line.too_slow) == (2023, 79_900, 656, True)


def test_a_municipality_that_shrinks_has_no_times_to_reckon_with_and_one_that_grows_enough_isnt_too_slow() -> None:
    shrinks, grows = grown(79_000), grown(81_000)
    assert shrinks is not None
    assert grows is not None
    assert (shrinks.pace.times, shrinks.too_slow) == (None, False)
    assert (round(grows.pace.times or 0, 2), grows.too_slow) == (0.64, False)


def test_there_is_no_line_where_no_level_is_decided_or_the_last_two_years_arent_known() -> None:
    assert to_the_goal(stands("population", "0380")) is None
    gap = stands("population", "2580", year(90_000, at=2025, municipality="2580"))
    assert to_the_goal(gap) is None
    assert grown(100_000) is None  # reached


def test_the_line_of_an_earlier_day_goes_to_the_goal_of_that_day() -> None:
    line = grown(per=date(2020, 12, 31))
    assert line is not None
    assert (line.last_year, line.target_year) == (2020, 2050)


def test_the_drawing_goes_from_the_first_year_to_the_goal() -> None:
    line = grown()
    assert line is not None
    for frame in frames(line).values():
        assert (frame.x(2018), frame.x(2040)) == (frame.left, frame.right)
        assert (frame.y(100_000), frame.y(frame.people[0])) == (frame.top, frame.bottom)
        assert list(frame.grid)[-1] == 100_000
