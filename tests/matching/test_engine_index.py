"""The index as things happen: it finds what a new one would find, and a batch that fails leaves nothing behind."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from contracts.interests import LanguageSkill
from enginesample import JOBS, WORKERS, YARDSTICK, job, levels, worker
from matching.domain import index as engine
from matching.domain.index import Candidate, Index
from matching.domain.kinds import kinds
from matching.domain.kinds.shape import Place, Seeker

JOB = kinds(YARDSTICK)["job"]
NUMBERS = st.integers(1, 12)


def found(index: Index) -> dict[UUID, list[Candidate]]:
    return {id: index.places_for(id) for id in sorted(index.seekers.row_of)}


def together(index: Index) -> dict[UUID, list[Candidate]]:
    best = index.best(4)
    return {
        index.seekers.records[row].id: [
            Candidate(index.places.records[place].id, points)
            for place, points in zip(best.others[nth].tolist(), best.points[nth].tolist(), strict=True)
            if place >= 0
        ]
        for nth, row in enumerate(best.rows.tolist())
    }


class Poison(Exception):
    pass


class Happening(RuleBasedStateMachine):
    """Seekers and places come, change and go, alone or in batches of which some fail."""

    def __init__(self) -> None:
        super().__init__()
        self.index = Index(JOB)
        self.seekers: dict[UUID, Seeker] = {}
        self.places: dict[UUID, Place] = {}

    @rule(seeker=WORKERS)
    def come(self, seeker: Seeker) -> None:
        self.index.put_seeker(seeker)
        self.seekers[seeker.id] = seeker

    @rule(place=JOBS)
    def offer(self, place: Place) -> None:
        self.index.put_place(place)
        self.places[place.id] = place

    @rule(number=NUMBERS)
    def go(self, number: int) -> None:
        id = UUID(int=number)
        assert self.index.drop_seeker(id) == (self.seekers.pop(id, None) is not None)

    @rule(number=NUMBERS)
    def close(self, number: int) -> None:
        id = UUID(int=20_000 + number)
        assert self.index.drop_place(id) == (self.places.pop(id, None) is not None)

    @rule(seekers=st.lists(WORKERS, max_size=3), places=st.lists(JOBS, max_size=3), gone=NUMBERS)
    def fail(self, seekers: list[Seeker], places: list[Place], gone: int) -> None:
        before = found(self.index)
        with pytest.raises(Poison), self.index.batch():
            for seeker in seekers:
                self.index.put_seeker(seeker)
            self.index.drop_seeker(UUID(int=gone))
            for place in places:
                self.index.put_place(place)
            self.index.drop_place(UUID(int=20_000 + gone))
            raise Poison
        assert found(self.index) == before

    @invariant()
    def finds_what_a_new_one_finds(self) -> None:
        again = Index(JOB, [*self.seekers.values()][::-1], [*self.places.values()][::-1])
        assert found(self.index) == found(again)
        assert together(self.index) == together(again) == {id: few[:4] for id, few in found(again).items()}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buried rows are left out at once when they are a fourth, so that every test does so too."""
    monkeypatch.setattr(engine, "FEW", 0)


class TestHappening(Happening.TestCase):  # type: ignore[valid-type, misc]
    settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


def test_equal_points_go_by_id() -> None:
    index = Index(JOB, [worker(1)], [job(n) for n in (3, 1, 2)])
    assert [one.id.int - 20_000 for one in index.places_for(UUID(int=1))] == [1, 2, 3]
    assert [one.id.int - 20_000 for one in together(index)[UUID(int=1)]] == [1, 2, 3]


def test_the_best_are_the_same_however_many_blocks_they_are_found_in(monkeypatch: pytest.MonkeyPatch) -> None:
    wishes = [("welder", "fitter"), ("nurse", "midwife"), ("fitter",)]
    held = {"licences": ("nurse-licence", "midwife-licence")}
    seekers = [worker(n, *wishes[n % 3], skills=tuple("abcdef"[: n % 6]), **held) for n in range(1, 60)]
    places = [
        job(n, ("welder", "fitter", "nurse", "midwife")[n % 4], skills_required=tuple("acdf"[: n % 5]),
            extent_percent=100 - 5 * (n % 7)) for n in range(1, 90)
    ]  # fmt: skip
    index = Index(JOB, seekers, places)
    whole = together(index)
    monkeypatch.setattr("matching.domain.index.everybody.BLOCK", 64)
    assert together(index) == whole == {id: few[:4] for id, few in found(index).items()}


def test_a_changed_place_is_found_as_it_is_now() -> None:
    index = Index(JOB, [worker(1, skills=("a",))], [job(1, skills_required=("a",))])
    before = index.places_for(UUID(int=1))[0].points
    index.put_place(job(1, skills_required=("a", "b")))
    assert [one.points for one in index.places_for(UUID(int=1))] == [before - 100]
    index.put_place(job(1, left=0))
    assert index.places_for(UUID(int=1)) == []


def test_two_that_arrive_at_the_same_moment_meet() -> None:
    index = Index(JOB)
    with index.batch():
        index.put_seeker(worker(1))
        index.put_place(job(1))
    assert index.places_for(UUID(int=1))[0].id == index.places.records[0].id
    assert index.seekers_for(job(1).id)[0].id == UUID(int=1)


def test_what_each_gate_keeps_away_is_counted() -> None:
    places = [job(1), job(2, licences=("truck",)), job(3, licences=("truck",), left=0), job(4, "nurse")]
    index = Index(JOB, [worker(1)], places)
    assert index.held_back(UUID(int=1)) == {"nothing_left": 1, "licence": 2}


def test_a_place_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="home does not belong"):
        Index(JOB).put_place(replace(job(1), kind="home"))


@pytest.mark.parametrize(
    "gone", [lambda index: index.drop_seeker(UUID(int=1)), lambda index: index.drop_place(job(1).id)]
)
def test_who_is_gone_is_found_no_more(gone: Any) -> None:
    index = Index(JOB, [worker(1, languages=levels(LanguageSkill, sv="good")), worker(2)], [job(1), job(2)])
    assert gone(index)
    left = {(id, one.id) for id, few in found(index).items() for one in few}
    assert len(left) == 2
    with pytest.raises(KeyError):
        (index.places_for(UUID(int=1)), index.seekers_for(job(1).id))


def test_the_best_of_every_place_are_those_that_it_finds_itself() -> None:
    seekers = [worker(n, ("welder", "fitter")[n % 2], skills=tuple("abcd"[: n % 5])) for n in range(1, 30)]
    index = Index(JOB, seekers, [job(n, skills_required=tuple("abc"[: n % 4])) for n in range(1, 9)])
    best = index.best_seekers(6)
    for nth, row in enumerate(best.rows.tolist()):
        found = zip(best.others[nth].tolist(), best.points[nth].tolist(), strict=True)
        expected = index.seekers_for(index.places.records[row].id, 6)
        assert [Candidate(index.seekers.records[other].id, points) for other, points in found] == expected
