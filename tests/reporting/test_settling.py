"""A figure is a sum of moves: as of any day, as known on any other, in any batches, it is what its words say."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from reporting.domain.observations import Observation
from reporting.domain.settling import Moved, Settled, Tally, Word, keys, settle

BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
HOME = UUID(int=1)


class Said(NamedTuple):
    """A word about a match: so many days after the one before."""

    match: int
    amount: int
    final: bool
    later: int  # days
    ago: int  # days that it happened before it was told


words_said = st.lists(
    st.builds(
        Said,
        st.integers(0, 2),
        st.integers(0, 1),
        st.sampled_from([False, False, True]),
        st.integers(0, 3),
        st.just(0),
    ),
    max_size=12,
)


def words(said: list[Said], figure: str = "proposed", code: str = "") -> list[Word]:
    at, told = BEGAN, []
    for number, one in enumerate(said):
        at += timedelta(days=one.later)
        told.append(
            Word(
                Observation(
                    "matches", 0, number, figure, UUID(int=number), "2580", "job", UUID(int=10 + one.match), "", code,
                    at - timedelta(days=one.ago), at, one.amount, one.final,
                ),
                HOME,
            )
        )  # fmt: skip
    return told


def moved(told: list[Word], sizes: list[int]) -> dict[Tally, int]:
    """What all of them moved, in batches of these sizes."""
    stood: dict[tuple[str, UUID, str], Settled] = {}
    sums: dict[Tally, int] = {}
    for size in [*sizes, len(told)]:
        batch, told = told[:size], told[size:]
        stands, moves = settle({key: stood[key] for key in keys(batch) if key in stood}, batch)
        stood |= stands
        for tally, move in moves.items():
            sums[tally] = sums.get(tally, 0) + move.by
    return sums


def figure(moves: dict[Tally, int], name: str, per: date, known: date) -> int:
    return sum(by for t, by in moves.items() if t.figure == name and t.valid <= per and t.known <= known)


def recount(told: list[Word], per: date, known: date) -> set[UUID]:
    """Which matches count, from their words alone: the last one, a final one above it; and it was said to, once."""
    stood = set()
    seen = [
        w.observation
        for w in told
        if w.observation.valid_at.date() <= per and w.observation.recorded_at.date() <= known
    ]
    for subject in {one.subject_id for one in seen}:
        mine = [one for one in seen if one.subject_id == subject]
        last = max(mine, key=lambda one: (one.final, one.offset))
        if last.amount and any(one.amount and not one.final for one in mine):
            stood.add(subject)
    return stood


@given(words_said, st.integers(0, 40), st.integers(0, 40))
def test_as_of_any_day_as_known_on_any_other_it_is_the_recount(said: list[Said], per: int, known: int) -> None:
    told = words(said)
    day, then = (BEGAN.date() + timedelta(days=days) for days in (per, known))
    moves, counted = moved(told, []), recount(told, day, then)
    assert figure(moves, "proposed", day, then) == len(counted)
    assert figure(moves, "households_proposed", day, then) == int(bool(counted))


@given(words_said, st.lists(st.integers(1, 4), max_size=6))
def test_batches_make_no_difference_to_what_moved(said: list[Said], sizes: list[int]) -> None:
    assert moved(words(said), sizes) == moved(words(said), [])


def test_what_is_told_late_stands_on_its_day_and_is_known_from_the_day_it_was_told() -> None:
    late = [Said(0, 1, False, 10, 0), Said(0, 1, False, 5, 12)]
    moves = moved(words(late, "moved_in"), [])
    before, told_first, told_again = (date(2026, 1, day) for day in (9, 15, 20))
    assert [figure(moves, "moved_in", before, known) for known in (told_first, told_again)] == [0, 1]
    assert [figure(moves, "moved_in", told_first, known) for known in (told_first, told_again)] == [1, 1]


def test_a_figure_that_is_told_by_why_moves_when_the_reason_does() -> None:
    [first], [again] = (
        words([Said(0, 1, False, 0, 0)], "declined", "rent"),
        words([Said(0, 1, False, 3, 0)], "declined", "wage"),
    )
    _, moves = settle({}, [first, again])
    assert {(t.code, t.valid.day): move.by for t, move in moves.items()} == {
        ("rent", 5): 1,
        ("rent", 8): -1,
        ("wage", 8): 1,
    }


def test_a_tally_knows_when_its_last_word_was_told() -> None:
    one, other = words([Said(0, 1, False, 0, 0)])[0], words([Said(1, 1, False, 0, 0)])[0]
    later = other._replace(observation=other.observation._replace(recorded_at=BEGAN + timedelta(hours=2)))
    _, moves = settle({}, [later, one])
    assert [move for tally, move in moves.items() if tally.figure == "proposed"] == [
        Moved(2, BEGAN + timedelta(hours=2))
    ]
