"""The proposals that the engine keeps up are those that the rule gives by brute force, whatever happens and fails."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from enginesample import JOBS, WORKERS, YARDSTICK, job, opened, worker
from matching.domain.index import Index, ranked, standing
from matching.domain.index.standing import Standing
from matching.domain.kinds import kinds
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.proposals import Differences, Pair, Scored, standing_proposals
from matching.domain.score import score

JOB = kinds(YARDSTICK)["job"]
NUMBERS = st.integers(1, 9)
PAIRS = st.builds(lambda one, other: Pair(UUID(int=one), UUID(int=20_000 + other)), NUMBERS, NUMBERS)


def crowd(seeker: Seeker, place: Place, one: int, other: int) -> tuple[Seeker, Place]:
    """Two of a few who all want the same: everybody has more than five of the other side, many with equal points."""
    needs = seeker.needs.model_copy(update={"occupations": ("welder",), "commute_max": None, "start": None})
    seeker, place = opened(replace(seeker, needs=needs), place)
    return replace(seeker, id=UUID(int=one), municipality="2580"), replace(place, id=UUID(int=20_000 + other))


CROWD = st.builds(crowd, WORKERS, JOBS, NUMBERS, NUMBERS)


class Poison(Exception):
    pass


class Happening(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.seekers: dict[UUID, Seeker] = {}
        self.places: dict[UUID, Place] = {}
        self.decided: set[Pair] = set()
        self.said: set[Pair] = set()
        self.standing = Standing(Index(JOB))

    @rule(pairs=st.lists(CROWD, max_size=4))
    def come(self, pairs: list[tuple[Seeker, Place]]) -> None:
        with self.standing.batch():
            for seeker, place in pairs:
                self.seekers[seeker.id], self.places[place.id] = seeker, place
                self.standing.put_seeker(seeker)
                self.standing.put_place(place)
            self._say(self.standing.settle())

    @rule(pair=PAIRS, both=st.booleans())
    def go(self, pair: Pair, both: bool) -> None:
        self.seekers.pop(pair.seeker, None)
        self.standing.drop_seeker(pair.seeker)
        if both:
            self.places.pop(pair.place, None)
            self.standing.drop_place(pair.place)
        self._say(self.standing.settle())

    @rule(pair=PAIRS)
    def decide(self, pair: Pair) -> None:
        self.decided.add(pair)
        self.said.discard(pair)
        self.standing.decide(pair)
        found = self.standing.settle()
        self._say(Differences(found.retract - {pair}, found.propose))

    @rule(pairs=st.lists(CROWD, max_size=3), gone=PAIRS, decided=PAIRS)
    def fail(self, pairs: list[tuple[Seeker, Place]], gone: Pair, decided: Pair) -> None:
        with pytest.raises(Poison), self.standing.batch():
            self.standing.decide(decided)
            for seeker, place in pairs:
                self.standing.put_place(place)
                self.standing.put_seeker(seeker)
            self.standing.settle()
            self.standing.drop_seeker(gone.seeker)
            self.standing.drop_place(gone.place)
            self.standing.settle()
            raise Poison

    def _say(self, found: Differences) -> None:
        assert found.retract <= self.said
        assert not found.propose & self.said
        self.said = (self.said - found.retract) | found.propose

    @invariant()
    def stands_what_the_rule_says(self) -> None:
        scored = [
            Scored(pair, found.points)
            for seeker in self.seekers.values()
            for place in self.places.values()
            if (pair := Pair(seeker.id, place.id)) not in self.decided and (found := score(JOB, seeker, place))
        ]
        assert self.said == self.standing.pairs == standing_proposals(scored)

    def teardown(self) -> None:
        again = Standing(Index(JOB, self.seekers.values(), self.places.values()), self.decided)
        assert again.pairs == self.said


@pytest.fixture(autouse=True)
def shallow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little more is known of each than what stands, so that the next ones are often looked for."""
    monkeypatch.setattr(ranked, "DEPTH", 6)
    monkeypatch.setattr(standing, "DEPTH", 6)


class TestHappening(Happening.TestCase):  # type: ignore[valid-type, misc]
    settings = settings(max_examples=25, stateful_step_count=20, deadline=None)


def test_who_moves_up_is_proposed_at_once_also_from_far_down() -> None:
    seekers = [worker(n, extent_percent=100 - n) for n in range(1, 31)]
    kept = Standing(Index(JOB, seekers, [job(1)]))
    for gone in range(1, 26):
        assert {pair.seeker.int for pair in kept.pairs} == set(range(gone, gone + 5))
        kept.drop_seeker(UUID(int=gone))
        found = kept.settle()
        assert ({pair.seeker.int for pair in found.retract}, {pair.seeker.int for pair in found.propose}) == (
            {gone},
            {gone + 5},
        )
