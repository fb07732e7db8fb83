"""Which proposals should stand, by brute force: the published rules once more, written apart from matching's own.

Every seeker is scored against every place. A pair stands when it has 400 points or more and is among the five best of its
seeker's and of its place's pairs; equal scores go by ids.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.vocabulary import VOCABULARY

LEVELS = ("basic", "good", "fluent")


@dataclass(frozen=True)
class Side:
    """A seeker or a place: its id, the kind of thing it is about, and what it says, as it was sent."""

    id: UUID
    kind: str
    says: dict[str, Any]


def standing(
    seekers: Iterable[Side], places: Iterable[Side], decided: set[tuple[UUID, UUID]]
) -> set[tuple[UUID, UUID]]:
    """The pairs (seeker, place) that should stand. `decided`: pairs that are over."""
    offered = list(places)
    pairs = [
        (-points, seeker.id, place.id)
        for seeker in seekers
        for place in offered
        if seeker.kind == place.kind
        and (seeker.id, place.id) not in decided
        and (points := (job if seeker.kind == "job" else home)(seeker.says, place.says)) >= 400
    ]
    return _five_best(pairs, 1) & _five_best(pairs, 2)


def _five_best(pairs: list[tuple[int, UUID, UUID]], side: int) -> set[tuple[UUID, UUID]]:
    ranked: dict[Any, list[tuple[UUID, UUID]]] = defaultdict(list)
    for pair in sorted(pairs):
        ranked[pair[side]].append(pair[1:])
    return {pair for best in ranked.values() for pair in best[:5]}


def job(adult: dict[str, Any], vacancy: dict[str, Any]) -> int:
    """Points for an adult and a job, 0 where they can't be brought together. What nobody has said is worth half."""
    speaks = {code: LEVELS.index(level) for code, level in adult["speaks"].items()}
    demands = [(one["language"], LEVELS.index(one["level"])) for one in vacancy["languages"]]
    start = _timing(adult["start"], vacancy["start"], 100)
    reached = [
        (near + near * max(700, 1000 - 100 * nth) // 1000, near, near * max(700, 1000 - 100 * nth) // 1000)
        for nth, wish in enumerate(adult["occupations"])
        if (near := VOCABULARY.related(wish, vacancy["occupation"])) >= 250
    ]
    law = VOCABULARY.occupations[vacancy["occupation"]].licence
    if not reached or start < 0 or not {*vacancy["licences"], *([law] if law else [])} <= set(adult["licences"]):
        return 0
    if speaks and any(speaks.get(code, -1) < level for code, level in demands):
        return 0
    _, near, wanted = max(reached)
    shorter, longer = sorted((adult["extent_percent"], vacancy["extent_percent"]))
    return (
        250 * near // 1000
        + 200 * wanted // 1000
        + _skills(200, vacancy["skills_required"], adult["skills"])
        + _skills(80, vacancy["skills_merited"], adult["skills"])
        + (35 if demands and not speaks else 70)
        + 100 * (1000 * shorter // longer) // 1000
        + start
    )


def home(wish: dict[str, Any], dwelling: dict[str, Any]) -> int:
    """Points for a household and a home, 0 where they can't be brought together. What nobody has said is worth half."""
    spare, ceiling = dwelling["rooms"] - wish["rooms_min"], wish["rent_max"]
    moving = _timing(wish["from_month"], dwelling["available"], 150)
    if spare < 0 or moving < 0 or (ceiling and dwelling["rent"] > ceiling) or dwelling["allocation"] == "queue_bound":
        return 0
    cheap = min(1000, 600 + 800 * (ceiling - dwelling["rent"]) // ceiling) if ceiling else 500
    return (
        250 * max(0, 1000 - 250 * max(0, spare - 1)) // 1000
        + 300 * cheap // 1000
        + (300 if not wish["areas"] or dwelling["area"] in wish["areas"] else 0)
        + moving
    )


def _skills(points: int, asked: Iterable[str], known: Iterable[str]) -> int:
    """Each asked skill has its share; what is left over goes, a point each, to the first by name."""
    asked, known = sorted(set(asked)), set(known)
    if not asked or not known:
        return points // 2
    share, over = divmod(points, len(asked))
    return sum(share + (nth < over) for nth, skill in enumerate(asked) if skill in known)


def _timing(ready: str | None, offered: str | None, best: int) -> int:
    """A third fewer for each month too late (at most two), a ninth for each to wait (at most six); else -1."""
    if not ready or not offered:
        return best // 2
    late = _number(ready) - _number(offered)
    if not -6 <= late <= 2:
        return -1
    return best * (1000 - (333 * late if late > 0 else -111 * late)) // 1000


def _number(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:])
