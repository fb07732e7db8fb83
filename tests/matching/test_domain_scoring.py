"""What fits whom, and how much: tables of cases, and what always holds."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.interests import AdultNeeds, HomeNeeds, LanguageSkill
from contracts.matches import Reasons
from contracts.opportunities import Dwelling, LanguageDemand, Vacancy
from contracts.vocabulary import VOCABULARY
from matching.domain.proposals import BAR
from matching.domain.scoring import RELATED_BAR, Place, Seeker, score, score_home, score_job
from matchingsample import dwelling, vacancy

CLOSE = next(pair for pair in VOCABULARY.neighbours("svetsare").items() if pair[1] >= RELATED_BAR)


def job(needs: dict[str, Any], **wanted: Any) -> Reasons | None:
    return score_job(AdultNeeds(**{"occupations": ("svetsare",), **needs}), vacancy(**wanted), VOCABULARY)


def home(needs: dict[str, Any], **offered: Any) -> Reasons | None:
    return score_home(HomeNeeds(**needs), dwelling(**offered), VOCABULARY)


def points(found: Reasons | None) -> dict[str, int]:
    assert found is not None
    return {reason.code: reason.points for reason in found.reasons}


def speaks(**levels: str) -> tuple[LanguageSkill, ...]:
    return tuple(LanguageSkill(language=language, level=level) for language, level in levels.items())


def asks(**levels: str) -> tuple[LanguageDemand, ...]:
    return tuple(LanguageDemand(language=language, level=level) for language, level in levels.items())


def test_the_same_occupation_weighs_most() -> None:
    assert points(job({})) == {"occupation_same": 450, "working_hours": 90, "start": 90}


def test_a_related_occupation_weighs_by_how_near_it_is() -> None:
    other, near = CLOSE
    found = job({"occupations": (other,)})
    assert points(found)["occupation_related"] == 450 * near // 1000
    assert found is not None
    assert found.reasons[0].about == (other, "svetsare")


def test_every_related_pair_reaches_the_bar_when_time_and_hours_fit() -> None:
    for occupation in VOCABULARY.occupations:
        for other, near in VOCABULARY.neighbours(occupation).items():
            found = job({"occupations": (other,)}, occupation=occupation)
            assert (found is not None and found.score >= BAR) == (near >= RELATED_BAR)


def test_an_unrelated_occupation_never_passes_whatever_else_speaks_for_it() -> None:
    skills = tuple(VOCABULARY.occupations["svetsare"].skills)
    assert job({"occupations": ("forskollarare",), "skills": skills}, skills_required=skills) is None


def test_an_occupation_this_version_does_not_know_is_unrelated() -> None:
    assert job({"occupations": ("rymdgruvarbetare",)}) is None


def test_the_nearest_of_several_wishes_counts() -> None:
    assert points(job({"occupations": ("forskollarare", CLOSE[0], "svetsare")}))["occupation_same"] == 450


@pytest.mark.parametrize(
    ("needs", "wanted"),
    [
        ({}, {"licences": ("truckkort",)}),
        ({}, {"languages": asks(sv="basic")}),
        ({"languages": speaks(sv="basic")}, {"languages": asks(sv="good")}),
        ({"languages": speaks(en="fluent")}, {"languages": asks(sv="basic")}),
        ({"start": "2027-06"}, {"start": "2027-03"}),
        ({"start": "2027-01"}, {"start": "2027-08"}),
    ],
    ids=["licence", "no language", "too little of it", "another language", "too late", "too long a wait"],
)
def test_a_hard_demand_that_fails_gives_no_score(needs: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert job(needs, **wanted) is None


@pytest.mark.parametrize(
    ("needs", "wanted", "code", "expected"),
    [
        ({"languages": speaks(sv="fluent")}, {"languages": asks(sv="good")}, "languages", 90),
        ({"skills": ("a", "b")}, {"skills_required": ("a", "c")}, "skills", 100),
        ({"skills": ("a", "b")}, {"skills_merited": ("a", "b", "c", "d")}, "skills_merited", 40),
        ({"extent_percent": 50}, {"extent_percent": 100}, "working_hours", 45),
        ({"start": "2027-03"}, {"start": "2027-02"}, "start", 60),
        ({"start": "2026-12"}, {"start": "2027-02"}, "start", 70),
        ({"start": None}, {"start": "2027-02"}, "start", 90),
    ],
)
def test_what_fits_in_part_adds_in_part(needs: dict, wanted: dict, code: str, expected: int) -> None:
    assert points(job(needs, **wanted))[code] == expected


def test_a_home_that_fits_in_all_reaches_the_highest_score() -> None:
    found = home({"rooms_min": 3, "rent_max": 19600, "areas": ("lulea-kronan",), "from_month": "2027-02"})
    assert found is not None
    assert found.score == 1000


@pytest.mark.parametrize(
    ("needs", "offered"),
    [
        ({"rooms_min": 4}, {"rooms": 3}),
        ({"rent_max": 9799}, {"rent": 9800}),
        ({"from_month": "2027-05"}, {"available": "2027-02"}),
        ({"from_month": "2027-01"}, {"available": "2027-08"}),
    ],
    ids=["too few rooms", "too dear", "would stand empty", "too long a wait"],
)
def test_a_home_that_can_not_be_had_gives_no_score(needs: dict[str, Any], offered: dict[str, Any]) -> None:
    assert home(needs, **offered) is None


@pytest.mark.parametrize(
    ("allocation", "elsewhere", "proposed"),
    [
        ("pool", False, True),
        ("owner_decides", False, True),
        ("queue_bound", False, False),
        ("authority_decides", False, False),
        ("pool", True, False),
    ],
)
def test_only_what_may_be_allocated_here_is_scored(allocation: str, elsewhere: bool, proposed: bool) -> None:
    who, offered = uuid4(), dwelling(allocation)
    seeker = Seeker(who, "home", who, None, "0380" if elsewhere else "2580", HomeNeeds())
    found = score(seeker, Place(offered.opportunity_id, "home", "2580", offered), VOCABULARY)
    assert (found is not None) == proposed


def test_another_area_than_wished_adds_nothing_and_stops_nothing() -> None:
    assert "area" not in points(home({"areas": ("lulea-porson",)}))
    assert points(home({}))["area"] == 200


def test_rooms_nobody_asked_for_add_less() -> None:
    assert points(home({"rooms_min": 1}, rooms=4))["rooms"] == 150


def test_children_count_only_through_the_rooms_their_household_asks_for() -> None:
    assert home({"rooms_min": 3}) == home({"rooms_min": 3, "children_born": ("2019-03", "2026-01")})


MONTHS = st.none() | st.builds("{}-{:02}".format, st.integers(2026, 2028), st.integers(1, 12))
SKILLS = st.lists(st.sampled_from("abcdefgh"), max_size=5, unique=True).map(tuple)
OCCUPATIONS = st.sampled_from(sorted(VOCABULARY.occupations))
LEVELS = st.dictionaries(st.sampled_from(["sv", "en", "fr"]), st.sampled_from(["basic", "good", "fluent"]))
PERCENT = st.integers(1, 100)
NEEDS = st.builds(
    AdultNeeds,
    occupations=st.lists(OCCUPATIONS, min_size=1, max_size=3).map(tuple),
    skills=SKILLS,
    languages=LEVELS.map(lambda levels: speaks(**levels)),
    extent_percent=PERCENT,
    start=MONTHS,
)
VACANCIES = st.builds(
    vacancy,
    occupation=OCCUPATIONS,
    skills_required=SKILLS,
    skills_merited=SKILLS,
    languages=LEVELS.map(lambda levels: asks(**levels)),
    extent_percent=PERCENT,
    start=MONTHS,
)
HOMES = st.builds(
    HomeNeeds,
    rooms_min=st.integers(1, 6),
    rent_max=st.none() | st.integers(0, 30000),
    areas=st.sampled_from([(), ("lulea-kronan",), ("lulea-porson",)]),
    from_month=MONTHS,
)
DWELLINGS = st.builds(dwelling, rooms=st.integers(1, 8), rent=st.integers(0, 30000), available=MONTHS.filter(bool))


def assert_sums(found: Reasons | None) -> None:
    if found is not None:
        assert found.score == sum(reason.points for reason in found.reasons)
        assert 0 <= found.score <= 1000
        assert all(reason.points > 0 for reason in found.reasons)


@given(NEEDS, VACANCIES)
def test_the_reasons_of_a_job_sum_to_its_score(needs: AdultNeeds, wanted: Vacancy) -> None:
    assert_sums(score_job(needs, wanted, VOCABULARY))


@given(HOMES, DWELLINGS)
def test_the_reasons_of_a_home_sum_to_its_score(needs: HomeNeeds, offered: Dwelling) -> None:
    assert_sums(score_home(needs, offered, VOCABULARY))


@given(NEEDS, VACANCIES, st.sampled_from("abcdefgh"))
def test_knowing_more_never_lowers_a_score(needs: AdultNeeds, wanted: Vacancy, skill: str) -> None:
    more = needs.model_copy(update={"skills": tuple({*needs.skills, skill})})
    before, after = score_job(needs, wanted, VOCABULARY), score_job(more, wanted, VOCABULARY)
    assert (before is None) == (after is None)
    assert before is None or after is None or before.score <= after.score
