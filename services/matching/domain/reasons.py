"""What would change a score, and why a pair is no match: a gate, a price or a line, never nothing."""

from dataclasses import dataclass, replace
from typing import Literal

from contracts.fields import Code
from contracts.matches import Reason, Reasons
from matching.domain.kinds.shape import Kind, Overlap, Place, Seeker, Unsaid
from matching.domain.score import Addend, Score, closed_gates, score


@dataclass(frozen=True)
class Gain:
    """With these words more the score is so many points higher: one skill, or all when none have been said."""

    words: tuple[Code, ...]
    points: int


@dataclass(frozen=True)
class WhyNot:
    """Why two are no match. `gates`: those that are closed, all of them. `price`: what others would lose, in points.

    `lines`: what is lost, the most first. None of them: equal ones went before by id.
    """

    by: Literal["gate", "price", "line", "order"]
    gates: tuple[str, ...] = ()
    price: int = 0
    lines: tuple[Addend, ...] = ()


def gains(kind: Kind, seeker: Seeker, place: Place) -> list[Gain]:
    """What each skill that the place asks and the seeker lacks would add, the most first, then by id.

    Empty when a gate is closed: then no skill helps. Points are what `score` gives to who has the words too.
    """
    if closed_gates(kind, seeker, place):
        return []
    found: dict[tuple[Code, ...], int] = {}
    for overlaps in _read_together(kind):
        for words, points in _gains(overlaps, seeker, place).items():
            found[words] = found.get(words, 0) + points
    return sorted((Gain(words, points) for words, points in found.items()), key=lambda gain: (-gain.points, gain.words))


def with_words(kind: Kind, seeker: Seeker, words: tuple[Code, ...]) -> Seeker:
    """The seeker who has these words too, wherever the kind reads what places ask."""
    fields = {overlap.of_seeker for overlap in kind.overlaps if overlap.asks is Unsaid.OWNER}
    more = {field: tuple(dict.fromkeys((*getattr(seeker.needs, field), *words))) for field in fields}
    return replace(seeker, needs=seeker.needs.model_copy(update=more))


def why_not(kind: Kind, seeker: Seeker, place: Place, price: int | None = None) -> WhyNot:
    """Why this pair is not proposed or not chosen. `price` is the round's, where one has shared the place out."""
    found = score(kind, seeker, place)
    if found is None:
        return WhyNot("gate", gates=closed_gates(kind, seeker, place))
    lost = sorted(
        (one for one in found.addends if one.points < one.possible), key=lambda one: one.points - one.possible
    )
    if price:
        return WhyNot("price", price=price, lines=tuple(lost))
    return WhyNot("line" if lost else "order", lines=tuple(lost))


def told(found: Score) -> Reasons:
    """The score as it is published: every line of the kind, which sum to it."""
    reasons = tuple(
        Reason(
            code=one.code,
            points=one.points,
            about=one.about,
            side=one.side,
            possible=one.possible,
            missing=one.missing,
            ask=one.ask.value if one.ask else None,
        )
        for one in found.addends
    )
    return Reasons(score=found.points, reasons=reasons, vocabulary=found.version)


def _read_together(kind: Kind) -> list[list[Overlap]]:
    """What places ask, by the field of the needs that answers."""
    fields: dict[str, list[Overlap]] = {}
    for overlap in kind.overlaps:
        if overlap.asks is Unsaid.OWNER:
            fields.setdefault(overlap.of_seeker, []).append(overlap)
    return list(fields.values())


def _gains(overlaps: list[Overlap], seeker: Seeker, place: Place) -> dict[tuple[Code, ...], int]:
    known, found = set(overlaps[0].said(seeker)), dict[Code, int]()
    asked = [overlap.shares(overlap.said(place)) for overlap in overlaps]
    for shares in asked:
        for word, share in shares.items():
            found[word] = found.get(word, 0) + share
    if known or not found:
        return {(word,): points for word, points in found.items() if word not in known and points}
    halves = sum(overlap.points // 2 for overlap, shares in zip(overlaps, asked, strict=True) if shares)
    return {tuple(sorted(found)): sum(found.values()) - halves}
