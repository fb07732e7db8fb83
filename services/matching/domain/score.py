"""One pair: which gates it fails, and what its score is made of."""

from dataclasses import dataclass

from contracts.fields import Code
from matching.domain.kinds.shape import Kind, Overlap, Place, Seeker, Side, Unsaid


@dataclass(frozen=True)
class Addend:
    """One line of a score: its points of so many possible, what it speaks of, and whom to ask what is unsaid."""

    code: str
    side: Side
    points: int
    possible: int
    about: tuple[Code, ...] = ()  # words of the vocabulary
    missing: tuple[Code, ...] = ()  # what is asked and not there
    ask: Unsaid | None = None


@dataclass(frozen=True)
class Score:
    """A pair that passes all gates. `addends` holds every line of the kind, and sums to the score."""

    kind: str
    version: int
    addends: tuple[Addend, ...]

    @property
    def points(self) -> int:
        """0 to 1000."""
        return self.fit + self.wish

    @property
    def fit(self) -> int:
        """How much of what the place asks is met."""
        return self._sum("fit")

    @property
    def wish(self) -> int:
        """How much of what the seeker wishes is met."""
        return self._sum("wish")

    def _sum(self, side: Side) -> int:
        return sum(addend.points for addend in self.addends if addend.side == side)


def closed_gates(kind: Kind, seeker: Seeker, place: Place) -> tuple[str, ...]:
    """The codes of all gates that this pair does not pass, in the kind's order. Empty: it is a pair."""
    meets = kind.anchor.word(place) in kind.anchor.reaches(seeker)
    found = [] if meets else [kind.anchor.code]
    found += [gate.code for gate in kind.gates if not gate.passes(gate.seeker(seeker), gate.place(place))]
    return tuple(found)


def score(kind: Kind, seeker: Seeker, place: Place) -> Score | None:
    """What speaks for this pair, or None when a gate is closed. ValueError when they are not of this kind."""
    if not kind.name == seeker.kind == place.kind:
        raise ValueError(f"{seeker.kind} and {place.kind} are not scored as {kind.name}")
    if closed_gates(kind, seeker, place):
        return None
    addends = [*_anchored(kind, seeker, place), *(_shared(one, seeker, place) for one in kind.overlaps)]
    for line in kind.lines:
        points, ask = line.worth(line.seeker(seeker), line.place(place))
        addends.append(Addend(line.code, line.side, points, line.points, ask=ask))
    return Score(kind.name, kind.version, tuple(addends))


def _anchored(kind: Kind, seeker: Seeker, place: Place) -> list[Addend]:
    word = kind.anchor.word(place)
    near = kind.anchor.reaches(seeker)[word]
    about = (word,) if near.through == word else (near.through, word)
    lines = zip(kind.anchor.lines, kind.anchor.points(near), strict=True)
    return [Addend(code, side, points, possible, about) for (code, side, possible), points in lines]


def _shared(overlap: Overlap, seeker: Seeker, place: Place) -> Addend:
    asking, knowing = (place, seeker) if overlap.asks is Unsaid.OWNER else (seeker, place)
    shares, known = overlap.shares(overlap.said(asking)), set(overlap.said(knowing))
    if not shares or not known:
        ask = overlap.known_in[0] if shares else overlap.asks
        return Addend(overlap.code, overlap.side, overlap.points // 2, overlap.points, missing=tuple(shares), ask=ask)
    both = tuple(word for word in shares if word in known)
    lacking = tuple(word for word in shares if word not in known)
    points = sum(shares[word] for word in both)
    return Addend(overlap.code, overlap.side, points, overlap.points, both, lacking)
