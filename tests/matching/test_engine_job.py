"""Jobs in the engine: what stops a pair, what its score is made of, and that the index finds what brute force finds."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.interests import AdultNeeds, LanguageSkill
from contracts.opportunities import LanguageDemand
from enginesample import JOBS, WORKERS, YARDSTICK, job, levels, worker
from matching.domain.index import Candidate, Index
from matching.domain.kinds import kinds
from matching.domain.kinds.job import Job, Work
from matching.domain.kinds.shape import Place, Seeker, Unsaid
from matching.domain.score import closed_gates, score
from matchingsample import vacancy

JOB = kinds(YARDSTICK)["job"]


def points(seeker: Seeker, place: Place) -> dict[str, int]:
    found = score(JOB, seeker, place)
    assert found is not None
    return {addend.code: addend.points for addend in found.addends}


def speaks(**said: str) -> Any:
    return levels(LanguageSkill, **said)


def asks(**said: str) -> Any:
    return levels(LanguageDemand, **said)


@pytest.mark.parametrize(
    ("seeker", "place", "gate"),
    [
        (worker(consents=False), job(), "no_consent"),
        (worker(shares=False), job(), "not_shared"),
        (worker(), job(left=0), "nothing_left"),
        (worker(1, "nurse"), job(), "other_occupation"),
        (worker(1, "welder"), job(occupation="smith"), "other_occupation"),
        (worker(1, "nurse"), job(occupation="nurse"), "regulated"),
        (worker(), job(licences=("truck",)), "licence"),
        (worker(languages=speaks(sv="basic")), job(languages=asks(sv="good")), "language"),
        (worker(languages=speaks(en="fluent")), job(languages=asks(sv="basic")), "language"),
        (worker(start="2027-06"), job(start="2027-03"), "dates"),
        (worker(start="2027-01"), job(start="2027-08"), "dates"),
        (worker(hours_refused=("night",)), job(hours=("day", "night")), "working_time"),
        (worker(commute_max=45), job(municipality="2581"), "commute"),
        (worker(), job(municipality="0380"), "commute"),
        (worker(commute_max=60), job(area="far"), "commute"),
    ],
)
def test_a_closed_gate_keeps_its_reason(seeker: Seeker, place: Place, gate: str) -> None:
    assert closed_gates(JOB, seeker, place) == (gate,)
    assert score(JOB, seeker, place) is None


def test_all_closed_gates_are_told_not_only_the_first() -> None:
    assert closed_gates(JOB, worker(1, "nurse", consents=False), job(left=0)) == (
        "other_occupation",
        "no_consent",
        "nothing_left",
    )


@pytest.mark.parametrize(
    ("seeker", "place"),
    [
        (worker(1, "nurse", licences=("nurse-licence",)), job(occupation="nurse")),
        (worker(languages=speaks(sv="fluent")), job(languages=asks(sv="good"))),
        (worker(), job(languages=asks(sv="good"))),
        (worker(start="2027-05"), job(start="2027-03")),
        (worker(), job(start="2027-08")),
        (worker(commute_max=50), job(municipality="2581")),
        (worker(), job(municipality="2581")),
    ],
)
def test_what_is_met_or_unsaid_closes_no_gate(seeker: Seeker, place: Place) -> None:
    assert closed_gates(JOB, seeker, place) == ()


def test_all_that_is_asked_and_wished_gives_a_thousand() -> None:
    known = {"skills": ("a", "b"), "languages": speaks(sv="good"), "start": "2027-01"}
    asked = {"skills_required": ("a",), "skills_merited": ("b",), "languages": asks(sv="good"), "start": "2027-01"}
    found = score(JOB, worker(**known), job(**asked))
    assert found is not None
    assert (found.points, found.fit, found.wish) == (1000, 600, 400)


@pytest.mark.parametrize(
    ("known", "asked", "code", "expected"),
    [
        ({"occupations": ("fitter",)}, {}, "occupation", 125),
        ({"occupations": ("nurse", "welder")}, {}, "occupation_wished", 180),
        ({"occupations": ("fitter", "welder")}, {}, "occupation", 250),
        ({"skills": ("a", "x")}, {"skills_required": ("a", "b")}, "skills", 100),
        ({"skills": ("a",)}, {"skills_required": ("a", "b", "c")}, "skills", 67),
        ({"skills": ("b", "c")}, {"skills_required": ("a", "b", "c")}, "skills", 133),
        ({"skills": ("x",)}, {"skills_merited": ("a",)}, "skills_merited", 0),
        ({"extent_percent": 50}, {"extent_percent": 100}, "working_hours", 50),
        ({"start": "2027-03"}, {"start": "2027-02"}, "start", 66),
        ({"start": "2026-12"}, {"start": "2027-02"}, "start", 77),
    ],
)
def test_what_is_met_in_part_adds_in_part(known: dict, asked: dict, code: str, expected: int) -> None:
    occupations = known.get("occupations", ())
    rest = {name: value for name, value in known.items() if name != "occupations"}
    assert points(worker(1, *occupations, **rest), job(**asked))[code] == expected


def test_what_is_unsaid_is_worth_half_and_becomes_a_question() -> None:
    found = score(JOB, worker(), job(skills_required=("a",), languages=asks(sv="good")))
    assert found is not None
    assert {(a.code, a.points, a.ask) for a in found.addends if a.ask} == {
        ("skills", 100, Unsaid.SEEKER),
        ("skills_merited", 40, Unsaid.OWNER),
        ("languages", 35, Unsaid.SEEKER),
        ("start", 50, Unsaid.SEEKER),
    }


def test_needs_and_vacancies_are_read_as_they_are_published() -> None:
    needs = AdultNeeds(occupations=("welder",), skills=("a",), languages=speaks(sv="good"), extent_percent=75)
    assert Work.model_validate(needs, from_attributes=True) == Work.model_validate_json(needs.model_dump_json())
    asked = vacancy(skills_required=("a",), languages=asks(sv="good"), extent_percent=75, start="2027-02")
    assert Job.model_validate(asked, from_attributes=True).skills_required == ("a",)


def brute_force(index: Index, seeker: Seeker, most: int | None = None) -> list[Candidate]:
    places = [index.places.records[row] for row in index.places.live]
    scored = [(place.id, score(index.kind, seeker, place)) for place in places]
    found = [Candidate(id, one.points) for id, one in scored if one is not None]
    return sorted(found, key=lambda one: (-one.points, one.id))[:most]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(WORKERS, max_size=10, unique_by=lambda one: one.id),
    st.lists(JOBS, max_size=12, unique_by=lambda one: one.id),
)
def test_the_index_finds_what_brute_force_finds_with_the_same_integers(
    workers: list[Seeker], jobs: list[Place]
) -> None:
    index = Index(JOB, workers, jobs)
    together = index.best(3)
    for nth, seeker in enumerate(workers):
        assert index.places_for(seeker.id, None) == brute_force(index, seeker)
        rows, scores = together.others[nth].tolist(), together.points[nth].tolist()
        found = [Candidate(index.places.records[r].id, p) for r, p in zip(rows, scores, strict=True) if r >= 0]
        assert found == brute_force(index, seeker, 3)
    pairs = {(w.id, c.id, c.points) for w in workers for c in index.places_for(w.id, None)}
    assert {(c.id, j.id, c.points) for j in jobs for c in index.seekers_for(j.id, None)} == pairs
