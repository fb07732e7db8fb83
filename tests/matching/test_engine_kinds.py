"""Every kind has the one shape; a new one is a module and a line; nothing of a protected ground is in any of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.fields import Code, Facts
from enginesample import YARDSTICK, job, worker
from matching import texts
from matching.domain import kinds as all_kinds
from matching.domain.index import Index
from matching.domain.kinds import kinds
from matching.domain.kinds.common import of_anyone, own_municipality
from matching.domain.kinds.education import Course, Learning
from matching.domain.kinds.employment import AdaptedWork, Employment
from matching.domain.kinds.home import Home, HomeWish
from matching.domain.kinds.network import Belonging, Network
from matching.domain.kinds.school import ChildNeeds, SchoolPlace
from matching.domain.kinds.shape import Anchor, Assessment, Kind, Line, Place, Seeker, Spread, Unsaid, Yardstick
from matching.domain.outcomes import NotInPool, Outcome, outcome, shared_out
from matching.domain.score import closed_gates, score

KINDS = kinds(YARDSTICK)
ASSESSED = Assessment("dnr-2027-14", "work-therapist", date(2027, 1, 14))
HOME: dict[str, Any] = {"allocation": "pool", "rooms": 3, "rent": 9800, "area": "kronan", "available": "2027-02"}
SCHOOL: dict[str, Any] = {"unit": "kronan-f-6", "stages": ("f", "1")}
BASE: dict[str, tuple[Facts, Facts]] = {
    "home": (HomeWish(), Home(**HOME)),
    "school": (ChildNeeds(stage="f"), SchoolPlace(**SCHOOL)),
    "education": (Learning(), Course()),
    "network": (Belonging(), Network()),
    "employment": (AdaptedWork(occupations=("welder",)), Employment(occupation="welder")),
}


def seeker(kind: str, needs: Facts | None = None, number: int = 1, **own: Any) -> Seeker:
    return Seeker(
        UUID(int=number), kind, UUID(int=500), "2580", needs or BASE[kind][0], **{"assessment": ASSESSED, **own}
    )


def place(kind: str, facts: Facts | None = None, number: int = 1, **own: Any) -> Place:
    return Place(UUID(int=9000 + number), kind, own.pop("municipality", "2580"), facts or BASE[kind][1], **own)


def gates(kind: str, one: Seeker, other: Place) -> tuple[str, ...]:
    return closed_gates(KINDS[kind], one, other)


def points(kind: str, needs: Facts, facts: Facts) -> dict[str, int]:
    found = score(KINDS[kind], seeker(kind, needs), place(kind, facts))
    assert found is not None
    return {addend.code: addend.points for addend in found.addends}


@pytest.mark.parametrize("kind", BASE)
def test_a_pair_that_says_little_passes_and_brings_questions(kind: str) -> None:
    found = score(KINDS[kind], seeker(kind), place(kind))
    assert found is not None
    assert found.points == sum(addend.points for addend in found.addends) == found.fit + found.wish
    assert [addend for addend in found.addends if addend.ask]


@pytest.mark.parametrize(
    ("kind", "one", "other", "gate"),
    [
        ("home", seeker("home", awaits_adult=True), place("home"), "adult_awaited"),
        ("school", seeker("school", awaits_adult=True), place("school"), "adult_awaited"),
        ("home", seeker("home"), place("home", municipality="2581"), "other_municipality"),
        ("home", seeker("home", HomeWish(rooms_min=4)), place("home"), "rooms"),
        ("home", seeker("home", HomeWish(rent_max=9799)), place("home"), "rent"),
        ("home", seeker("home", HomeWish(tenures=("co-op",))), place("home"), "tenure"),
        ("home", seeker("home", HomeWish(accessibility=("lift",))), place("home", Home(**HOME, accessibility=())),
         "accessibility"),
        ("home", seeker("home", HomeWish(from_month="2027-08")), place("home"), "dates"),
        ("home", seeker("home"), place("home", spread=Spread(4, 4)), "fair_spread"),
        ("school", seeker("school", ChildNeeds(stage="7")), place("school"), "stage"),
        ("education", seeker("education", Learning(level=3)), place("education", Course(level=4)), "level"),
        ("education", seeker("education", Learning(distance_suits=False)), place("education", Course(distance=True)),
         "out_of_reach"),
        ("network", seeker("network", Belonging(languages=("sv",))), place("network", Network(languages=("ar",))),
         "language"),
        ("employment", seeker("employment", assessment=None), place("employment"), "not_assessed"),
    ],
)  # fmt: skip
def test_each_kind_has_its_gates(kind: str, one: Seeker, other: Place, gate: str) -> None:
    assert gates(kind, one, other) == (gate,)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("home", seeker("home", HomeWish(accessibility=("lift",))), place("home")),
        ("home", seeker("home", HomeWish(accessibility=("lift",))), place("home", Home(**HOME, accessibility=("lift",)))),
        ("home", seeker("home"), place("home", spread=Spread(3, 4))),
        ("education", seeker("education"), place("education", Course(distance=True), municipality="0380")),
        ("education", seeker("education"), place("education", municipality="2581")),
        ("employment", seeker("employment", assessment=None),
         place("employment", Employment(occupation="welder", assessment_first=False))),
    ],
)  # fmt: skip
def test_what_is_offered_or_unsaid_closes_no_gate(kind: str, one: Seeker, other: Place) -> None:
    assert gates(kind, one, other) == ()


@pytest.mark.parametrize(
    ("kind", "needs", "facts", "code", "expected"),
    [
        ("home", HomeWish(rent_max=19600), Home(**HOME), "rent", 300),
        ("home", HomeWish(rent_max=9800), Home(**HOME), "rent", 180),
        ("home", HomeWish(), Home(**HOME), "rent", 150),
        ("home", HomeWish(areas=("porson",)), Home(**HOME), "area", 0),
        ("home", HomeWish(), Home(**HOME), "area", 300),
        ("home", HomeWish(), Home(**{**HOME, "rooms": 4}), "rooms", 125),
        ("school", ChildNeeds(stage="f", units_of_siblings=("other",)), SchoolPlace(**SCHOOL), "siblings", 0),
        ("school", ChildNeeds(stage="f", profiles=("a", "b", "c")), SchoolPlace(**SCHOOL, profiles=("b",)), "profile", 67),
        ("education", Learning(occupations=("nurse",)), Course(leads_to=("nurse", "midwife")), "leads_to", 250),
        ("education", Learning(skills_wanted=("a", "b")), Course(teaches=("b", "c")), "skills", 150),
        ("network", Belonging(interests=("skiing",)), Network(interests=("skiing", "chess")), "interests", 400),
        ("employment", AdaptedWork(occupations=("welder",), adaptation=("quiet", "mentor")),
         Employment(occupation="welder", adaptation=("mentor",)), "adaptation", 150),
    ],
)  # fmt: skip
def test_each_kind_has_its_lines(kind: str, needs: Facts, facts: Facts, code: str, expected: int) -> None:
    assert points(kind, needs, facts)[code] == expected


NEEDED = st.frozensets(st.sampled_from(["quiet", "mentor", "breaks", "interpreter"]))


@given(NEEDED, NEEDED)
def test_what_somebody_needs_to_be_able_to_work_or_learn_never_takes_anything_away(
    needed: frozenset[Code], offered: frozenset[Code]
) -> None:
    place = Employment(occupation="welder", adaptation=tuple(offered))
    without = points("employment", AdaptedWork(occupations=("welder",)), place)
    assert (
        points("employment", AdaptedWork(occupations=("welder",), adaptation=tuple(needed)), place)["adaptation"]
        >= (without["adaptation"])
    )
    unit = SchoolPlace(**SCHOOL, support=tuple(offered))
    helped = points("school", ChildNeeds(stage="f", support=tuple(needed)), unit)["support"]
    assert helped >= points("school", ChildNeeds(stage="f"), unit)["support"]


@pytest.mark.parametrize("kind", BASE)
def test_the_index_of_each_kind_scores_as_one_pair_is_scored(kind: str) -> None:
    all_needs: dict[str, Sequence[Facts]] = {
        "home": [
            HomeWish(rooms_min=r, rent_max=m, areas=a) for r, m, a in product((1, 4), (None, 9900), ((), ("porson",)))
        ],
        "school": [ChildNeeds(stage=s, profiles=p) for s, p in product(("f", "7"), ((), ("a",), ("a", "b", "c")))],
        "education": [
            Learning(skills_wanted=w, prior=p) for w, p in product(((), ("a",), ("a", "b", "c")), ((), ("a", "d")))
        ],
        "network": [Belonging(interests=i, areas=a) for i, a in product(((), ("a", "b")), ((), ("kronan",)))],
        "employment": [
            AdaptedWork(occupations=(o,), adaptation=a) for o in ("welder", "fitter") for a in ((), ("quiet",))
        ],
    }
    all_facts: dict[str, Sequence[Facts]] = {
        "home": [Home(**{**HOME, "rooms": r, "rent": t}) for r, t in product((1, 3, 6), (5000, 9900))],
        "school": [SchoolPlace(**SCHOOL, profiles=p) for p in ((), ("a",), ("b", "c"))],
        "education": [Course(teaches=t, prior=p) for t, p in product(((), ("b", "x"), ("a",)), ((), ("a", "b")))],
        "network": [Network(interests=i, area=a) for i, a in product(((), ("b", "c")), (None, "kronan"))],
        "employment": [Employment(occupation=o, adaptation=a) for o in ("welder", "fitter") for a in ((), ("quiet",))],
    }
    seekers = [seeker(kind, one, n) for n, one in enumerate(all_needs[kind])]
    places = [place(kind, one, n) for n, one in enumerate(all_facts[kind])]
    index = Index(KINDS[kind], seekers, places)
    together = index.best(len(places))
    for nth, one in enumerate(seekers):
        expected = {other.id: found.points for other in places if (found := score(KINDS[kind], one, other))}
        assert {found.id: found.points for found in index.places_for(one.id)} == expected
        rows, told = together.others[nth], together.points[nth]
        assert {places[row].id: score for row, score in zip(rows, told, strict=True) if row >= 0} == expected


class Singing(Facts):
    voice: Code


def choir(yardstick: Yardstick) -> Kind:
    """A kind that this test adds: all there is to say of it."""
    return Kind(
        name="choir",
        who="adult",
        needs=Singing,
        facts=Singing,
        version=yardstick.version,
        anchor=Anchor("other_municipality", own_municipality, lambda p: p.municipality),
        gates=of_anyone(),
        lines=(
            Line("voice", "fit", 1000, lambda s: s.needs.voice, lambda p: p.facts.voice, lambda a, b: 1000 * (a == b)),
        ),
    )


def test_a_new_kind_is_one_module_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_kinds, "KINDS", (*all_kinds.KINDS, choir))
    found = kinds(YARDSTICK)["choir"]
    index = Index(found, [seeker("choir", Singing(voice="alto"))], [place("choir", Singing(voice="alto"))])
    assert [one.points for one in index.places_for(UUID(int=1))] == [1000]


def test_the_lines_of_a_kind_are_worth_a_thousand_whatever_the_vocabulary_weighs() -> None:
    heavier = replace(YARDSTICK, version=8, weights={"job": {"skills": 300, "occupation": 150}})
    assert ("skills", "fit", 300) in kinds(heavier)["job"].table()
    with pytest.raises(ValueError, match="1100 points together"):
        kinds(replace(YARDSTICK, weights={"job": {"skills": 300}}))


def test_a_growing_population_never_changes_an_old_score() -> None:
    alone = Index(KINDS["job"], [worker(1, skills=("a",))], [job(1, skills_required=("a", "b"))])
    crowd = Index(KINDS["job"], [worker(n, skills=("a",)) for n in range(1, 40)], [job(1, skills_required=("a", "b"))])
    assert alone.places_for(UUID(int=1)) == crowd.places_for(UUID(int=1))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Home(**HOME), Outcome("allocate")),
        (Home(**{**HOME, "allocation": "owner_decides"}), Outcome("introduce")),
        (Home(**{**HOME, "allocation": "queue_bound"}, how_to_join="Bostadskön", wait_months=66),
         Outcome("join_queue", "Bostadskön", 66)),
        (Home(**{**HOME, "allocation": "authority_decides"}), Outcome("refer")),
    ],
)  # fmt: skip
def test_who_may_allocate_decides_what_a_match_leads_to_and_no_point_of_its_score(
    facts: Home, expected: Outcome
) -> None:
    assert outcome(place("home", facts)) == expected
    assert points("home", HomeWish(), facts) == points("home", HomeWish(), Home(**HOME))


@pytest.mark.parametrize("allocation", ["owner_decides", "queue_bound", "authority_decides"])
def test_only_what_is_in_a_pool_is_shared_out(allocation: str) -> None:
    pool, other = place("home", number=2), place("home", Home(**{**HOME, "allocation": allocation}))
    assert shared_out([pool]) == [pool]
    with pytest.raises(NotInPool, match=allocation):
        shared_out([pool, other])


def test_every_code_has_its_words_in_three_languages() -> None:
    for kind in KINDS.values():
        for code in (kind.anchor.code, *(gate.code for gate in kind.gates)):
            assert all(texts.GATES[code])
        for code, _, _ in kind.table():
            assert all(texts.LINES[code])
    assert {ask.value for ask in Unsaid} == set(texts.ASK)
