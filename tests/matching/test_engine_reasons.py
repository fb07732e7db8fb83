"""Reasons sum to the score, what would help is true when it is scored again, and a non-match always has a reason."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.interests import LanguageSkill
from enginesample import PAIRS, YARDSTICK, job, levels, worker
from matching.domain.kinds import kinds
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.outcomes import Outcome
from matching.domain.reasons import Gain, WhyNot, gains, told, why_not, with_words
from matching.domain.score import closed_gates, score
from matching.telling import Telling
from matching.texts import Tongue

JOB = kinds(YARDSTICK)["job"]
TELLING = {tongue: Telling(tongue, str.upper) for tongue in get_args(Tongue)}


@settings(deadline=None)
@given(PAIRS)
def test_reasons_sum_to_the_score_and_no_line_takes_or_exceeds_its_points(pair: tuple[Seeker, Place]) -> None:
    seeker, place = pair
    found = score(JOB, seeker, place)
    if found is None:
        return
    assert found.points == found.fit + found.wish == sum(a.points for a in found.addends) <= 1000
    assert all(0 <= addend.points <= addend.possible for addend in found.addends)
    assert [(a.code, a.side, a.possible) for a in found.addends] == JOB.table()
    published = told(found)
    assert published.score == sum(reason.points for reason in published.reasons) == found.points
    for tongue in TELLING.values():
        assert sum(points for _, points in tongue.addends(found.addends)) == found.points


@settings(deadline=None)
@given(PAIRS)
def test_what_a_skill_would_add_is_what_it_adds_when_scored_again(pair: tuple[Seeker, Place]) -> None:
    seeker, place = pair
    before = score(JOB, seeker, place)
    for gain in gains(JOB, seeker, place):
        after = score(JOB, with_words(JOB, seeker, gain.words), place)
        assert before is not None
        assert after is not None
        assert (after.points - before.points, gain.points > 0) == (gain.points, True)


@settings(deadline=None)
@given(PAIRS, st.none() | st.integers(1, 500))
def test_every_pair_has_an_answer_to_why_not(pair: tuple[Seeker, Place], price: int | None) -> None:
    seeker, place = pair
    why = why_not(JOB, seeker, place, price)
    assert (why.by == "gate") == bool(closed_gates(JOB, seeker, place)) == bool(why.gates)
    assert why.by == "gate" or (why.by == "price") == bool(price)
    for tongue in TELLING.values():
        assert all(tongue.why_not(why))
        assert tongue.why_not(why)


@given(PAIRS)
def test_the_order_in_which_words_are_said_changes_nothing(pair: tuple[Seeker, Place]) -> None:
    seeker, place = pair
    turned = replace(seeker, needs=seeker.needs.model_copy(update={"skills": seeker.needs.skills[::-1]}))
    facts = place.facts.model_copy(update={"skills_required": place.facts.skills_required[::-1]})
    assert score(JOB, seeker, place) == score(JOB, turned, replace(place, facts=facts))


def test_a_skill_that_is_both_required_and_merited_gains_both() -> None:
    one, place = worker(skills=("x",)), job(skills_required=("a", "b"), skills_merited=("a", "x"))
    assert gains(JOB, one, place) == [Gain(("a",), 140), Gain(("b",), 100)]


def test_who_has_said_nothing_of_skills_gains_by_all_of_them_at_once() -> None:
    assert gains(JOB, worker(), job(skills_required=("a", "b"), skills_merited=("c",))) == [Gain(("a", "b", "c"), 140)]


def test_no_skill_opens_a_gate() -> None:
    assert gains(JOB, worker(skills=("x",)), job(left=0, skills_required=("a",))) == []


def test_all_is_told_in_swedish_english_and_easy_swedish() -> None:
    one = worker(skills=("a",), languages=levels(LanguageSkill, sv="good"))
    place = job(skills_required=("a", "b"), start="2027-01")
    found = score(JOB, one, place)
    assert found is not None
    assert ("Kunskaper (A)", 100) in TELLING["sv"].addends(found.addends)
    assert TELLING["en"].questions(found.addends) == [
        "Ask the owner of the place: Skills that are an advantage",
        "Ask the seeker: Start date",
    ]
    assert TELLING["easy"].gains(gains(JOB, one, place)) == ["Kan personen B blir det 100 poäng mer."]
    assert TELLING["sv"].why_not(why_not(JOB, worker(), job(left=0))) == ["Ingen plats är kvar"]
    assert TELLING["en"].why_not(why_not(JOB, one, place, 80))[0].startswith("Others needed the place more")
    assert TELLING["sv"].why_not(WhyNot("order"))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (Outcome("introduce"), "Introduce them"),
        (Outcome("join_queue", "Sign up", 66), "Join the queue: Sign up. The wait: 66 months"),
        (Outcome("refer"), "Refer to who decides: not said, ask. The wait: not said, ask"),
    ],
)
def test_an_outcome_says_how_to_go_on(found: Outcome, expected: str) -> None:
    assert TELLING["en"].outcome(found) == expected
