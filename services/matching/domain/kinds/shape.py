"""The one shape all kinds of match have: who seeks, what brings two together, gates, and the lines of a score."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal, NamedTuple
from uuid import UUID

from contracts.fields import Code, Facts, Municipality

FULL = 1000  # points of a score, and per mille of a line
MOST_GATES = 30
Who = Literal["adult", "household", "child"]
Side = Literal["fit", "wish"]  # what the place asks, and what the seeker wishes


class Unsaid(StrEnum):
    """What nobody has said is not a no: half the points, and a question to whoever knows."""

    SEEKER = "seeker"
    OWNER = "owner"


Met = int | Unsaid  # per mille


class Assessment(NamedTuple):
    """All the engine sees of a documented suitability assessment: where it lies, who made it in which role, when."""

    reference: Code
    role: Code
    made: date


@dataclass(frozen=True)
class Seeker:
    """An adult, a household or a child that seeks a place of one kind. `needs` is the kind's own shape."""

    id: UUID
    kind: str
    household: UUID
    municipality: Municipality
    needs: Any
    consents: bool = True
    shares: bool = True
    awaits_adult: bool = False
    assessment: Assessment | None = None
    version: int | None = field(default=None, compare=False)  # of the household's words that this is taken from
    assessed: int | None = field(default=None, compare=False)  # of matching's words that tell of the assessment


class Spread(NamedTuple):
    """Of homes with a social purpose in one area: how many are taken, and at most how many may be."""

    taken: int
    cap: int


@dataclass(frozen=True)
class Place:
    """What an owner offers, as last published. `facts` is the kind's own shape."""

    id: UUID
    kind: str
    municipality: Municipality
    facts: Any
    left: int = 1
    spread: Spread | None = None
    version: int | None = field(default=None, compare=False)  # of the owner's words that this is taken from


@dataclass(frozen=True)
class Yardstick:
    """What one version of the vocabulary measures with. It knows nothing of who or how many seek."""

    version: int
    related: Mapping[Code, Sequence[tuple[Code, int]]] = field(default_factory=dict)  # per mille
    licences: Mapping[Code, Code] = field(default_factory=dict)  # what the law asks of an occupation
    minutes: Mapping[tuple[Code, Code], int] = field(
        default_factory=dict
    )  # travel, municipality to municipality or area
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # of a kind's lines; those not named stay

    def weigh(self, kind: str, weights: Mapping[str, int]) -> dict[str, int]:
        """The points of each line of a kind, `weights` where this version says nothing else."""
        return {**weights, **self.weights.get(kind, {})}


class Gate(NamedTuple):
    """Without this no pair. It sees one small key of each side; `code` is the reason that is kept."""

    code: str
    seeker: Callable[[Seeker], Hashable]
    place: Callable[[Place], Hashable]
    passes: Callable[[Any, Any], bool]


class Line(NamedTuple):
    """An addend of the score that depends on one small key of each side. `met` is per mille of `points`."""

    code: str
    side: Side
    points: int
    seeker: Callable[[Seeker], Hashable]
    place: Callable[[Place], Hashable]
    met: Callable[[Any, Any], Met]

    def worth(self, one: Any, other: Any) -> tuple[int, Unsaid | None]:
        """Points, and whom to ask."""
        met = self.met(one, other)
        return (self.points // 2, met) if isinstance(met, Unsaid) else (self.points * met // FULL, None)


class Overlap(NamedTuple):
    """An addend shared out over the words that one side asks: each that the other side has adds its share."""

    code: str
    side: Side
    points: int
    of_seeker: str  # the field of the needs
    of_place: str  # the field of the facts
    asks: Unsaid = Unsaid.OWNER  # whose words the points are shared over

    def said(self, one: Seeker | Place) -> tuple[Code, ...]:
        """The words of either side."""
        words: tuple[Code, ...] = (
            getattr(one.needs, self.of_seeker) if isinstance(one, Seeker) else getattr(one.facts, self.of_place)
        )
        return words

    @property
    def known_in(self) -> tuple[Unsaid, str]:
        """Whose words, and which, answer: lines that read the same ones share them."""
        return (Unsaid.SEEKER, self.of_seeker) if self.asks is Unsaid.OWNER else (Unsaid.OWNER, self.of_place)

    def shares(self, asked: tuple[Code, ...]) -> dict[Code, int]:
        """Points of each asked word: integers that sum exactly, the remainder to the first by id."""
        each, rest = divmod(self.points, max(1, len(set(asked))))
        return {word: each + (nth < rest) for nth, word in enumerate(sorted(set(asked)))}


class Near(NamedTuple):
    """How a seeker reaches places of one word: per mille for each of the anchor's lines, and through which own word."""

    met: tuple[int, ...]
    through: Code


class Anchor(NamedTuple):
    """What brings two together: a place has one word, a seeker reaches some. Who has no word in common never meets."""

    code: str  # the gate's
    reaches: Callable[[Seeker], Mapping[Code, Near]]
    word: Callable[[Place], Code]
    lines: tuple[tuple[str, Side, int], ...] = ()

    def points(self, near: Near) -> list[int]:
        """Of each of its lines."""
        return [points * met // FULL for (_, _, points), met in zip(self.lines, near.met, strict=True)]


@dataclass(frozen=True)
class Kind:
    """One kind of match, measured with one yardstick. All lines together are worth 1000 points."""

    name: str
    who: Who
    needs: type[Facts]
    facts: type[Facts]
    version: int
    anchor: Anchor
    gates: tuple[Gate, ...]
    lines: tuple[Line, ...] = ()
    overlaps: tuple[Overlap, ...] = ()

    def __post_init__(self) -> None:
        possible = sum(points for _, _, points in self.table())
        if possible != FULL:
            raise ValueError(f"the lines of {self.name} are worth {possible} points together, not {FULL}")
        if len(self.gates) > MOST_GATES:
            raise ValueError(f"{self.name} has {len(self.gates)} gates, and at most {MOST_GATES} are counted with")
        codes = [code for code, _, _ in self.table()]
        if len(set(codes)) < len(codes) or any(points < 0 for _, _, points in self.table()):
            raise ValueError(f"{self.name} has two lines of one name, or a line that takes points away")

    def table(self) -> list[tuple[str, Side, int]]:
        """Code, side and points of every line, in the order they are told."""
        shared = [(overlap.code, overlap.side, overlap.points) for overlap in self.overlaps]
        return [*self.anchor.lines, *shared, *((line.code, line.side, line.points) for line in self.lines)]
