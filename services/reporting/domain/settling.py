"""From observations to figures: whether each subject counts, since when, and what each day moved.

A fold with a state per figure, subject and part, so that a figure is a sum of moves and never a count of everything. A
move stands on the day that it happened and on the day that it was known; the sum of those until D and K is the figure
"per D, as known at K".
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from reporting.domain.observations import SWEDEN, Observation

Key = tuple[str, UUID, str]  # figure, subject, part
# Figures that are told by why, too: an obstacle, a reason, a code.
CODED = frozenset({"withdrawn", "declined", "owner_refused", "fell_through", "lapsed", "refused"})
# Of a household: how many of its matches and offers count now; it has come so far while any does.
STATIONS = {figure: f"households_{figure}" for figure in ("proposed", "introduced", "placed")}


class Settled(NamedTuple):
    """What stands of one subject of one figure."""

    municipality: str = ""
    kind: str = ""
    code: str = ""  # under which it counts; while it doesn't, of the last word
    amount: int = 0  # of the last word; of a station: how many count
    said: bool = False  # that it counts was said, once at least
    final: int | None = None  # the amount of the last final word
    since: datetime | None = None  # when it began to count; None while it doesn't
    known: date | None = None  # Swedish day of the last word

    @property
    def counts(self) -> bool:
        return self.since is not None


class Tally(NamedTuple):
    """What is moved together: `began` is the first of the month since which what is moved counts."""

    municipality: str
    figure: str
    kind: str
    code: str  # '' but for figures that are told by why
    began: date
    valid: date  # the day of the move
    known: date


class Moved(NamedTuple):
    by: int
    told_at: datetime  # the latest word in it


class Word(NamedTuple):
    """An observation, and the household whose station it moves, if any."""

    observation: Observation
    household: UUID | None


def keys(words: Sequence[Word]) -> set[Key]:
    """Whatever they may change."""
    found = {(o.figure, o.subject_id, o.part) for o, _ in words}
    found |= {(STATIONS[o.figure], home, "") for o, home in words if home and o.figure in STATIONS}
    return found


def settle(before: Mapping[Key, Settled], words: Iterable[Word]) -> tuple[dict[Key, Settled], dict[Tally, Moved]]:
    """What stands after these, in the order of their keys, and what they moved. The same in any batches.

    A move of nought is a row too: what comes and goes in one batch leaves what it leaves in two.
    """
    stands: dict[Key, Settled] = {}
    moved: Counter[Tally] = Counter()
    told: dict[Tally, datetime] = {}

    def stood(key: Key) -> Settled:
        return stands.get(key) or before.get(key) or Settled()

    def step(one: Observation) -> int:
        key = (one.figure, one.subject_id, one.part)
        old = stood(key)
        new = stands[key] = _after(old, one)
        for tally, count in _moves(one.figure, old, new, _day(one.valid_at)):
            moved[tally] += count
            told[tally] = max(told.get(tally, one.recorded_at), one.recorded_at)
        return int(new.counts) - int(old.counts)

    for one, home in words:
        change = step(one)
        if change and home and one.figure in STATIONS:
            station = STATIONS[one.figure]
            among = stood((station, home, "")).amount + change
            step(one._replace(figure=station, subject_id=home, part="", kind="", code="", amount=among, final=False))
    return stands, {tally: Moved(count, told[tally]) for tally, count in moved.items()}


def _after(old: Settled, one: Observation) -> Settled:
    amount = old.amount if one.final else one.amount
    said = old.said or (one.amount > 0 and not one.final)
    final = one.amount if one.final else old.final
    counts = said and (amount if final is None else final) > 0
    known = _day(one.recorded_at)
    return Settled(
        old.municipality or one.municipality,
        max(old.kind, one.kind),  # one that is told, rather than none
        one.code,
        amount,
        said,
        final,
        (min(one.valid_at, old.since) if old.since else one.valid_at) if counts else None,
        max(known, old.known) if old.known else known,
    )


def _moves(figure: str, old: Settled, new: Settled, valid: date) -> list[tuple[Tally, int]]:
    """What leaves and what comes. What is counted as before moves nothing."""
    was, now = _place(figure, old), _place(figure, new)
    if was == now or new.known is None:
        return []
    earlier = was is not None and now is not None and now.began < was.began  # as if it had never been later
    moves = []
    if was:
        day = was.began if earlier else max(valid, was.began)  # it can't stop before it began
        moves.append((_tally(figure, was, day, new.known), -1))
    if now:
        day = now.began if earlier else max(valid, now.began)
        moves.append((_tally(figure, now, day, new.known), 1))
    return moves


class _Place(NamedTuple):
    """Under what it is counted, and since which day."""

    municipality: str
    kind: str
    code: str
    began: date


def _tally(figure: str, place: _Place, day: date, known: date) -> Tally:
    return Tally(place.municipality, figure, place.kind, place.code, place.began.replace(day=1), day, known)


def _place(figure: str, state: Settled) -> _Place | None:
    if state.since is None:
        return None
    return _Place(state.municipality, state.kind, state.code if figure in CODED else "", _day(state.since))


@lru_cache(maxsize=10_000)  # the words of a batch are told at a few moments, and each is asked of its day four times
def _day(at: datetime) -> date:
    """The day in Sweden."""
    return at.astimezone(SWEDEN).date()
