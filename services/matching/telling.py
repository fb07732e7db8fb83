"""A score, its questions and gains, and why a pair is no match, as sentences in one language."""

from collections.abc import Callable, Iterable
from typing import Protocol

from contracts.fields import Code
from matching import texts
from matching.domain.outcomes import Outcome
from matching.domain.reasons import Gain, WhyNot
from matching.texts import Text, Tongue


class Line(Protocol):
    """A line of a score, as it was worked out or as it was published."""

    @property
    def code(self) -> Code: ...
    @property
    def points(self) -> int: ...
    @property
    def possible(self) -> int: ...
    @property
    def about(self) -> tuple[Code, ...]: ...
    @property
    def missing(self) -> tuple[Code, ...]: ...
    @property
    def ask(self) -> str | None: ...


class Telling:
    """`name` tells a word of the vocabulary by its id. KeyError for a code that has no text."""

    def __init__(self, tongue: Tongue, name: Callable[[Code], str]) -> None:
        self._tongue, self._name = tongue, name

    def addends(self, lines: Iterable[Line]) -> list[tuple[str, int]]:
        """Every line with its points, which sum to the score."""
        return [(self.line(one), one.points) for one in lines]

    def questions(self, lines: Iterable[Line]) -> list[str]:
        """What nobody has said, and whom to ask."""
        asking = [(one, one.ask) for one in lines if one.ask]
        return [self._say(texts.ASK[ask], line=self.line(one, one.missing)) for one, ask in asking]

    def gains(self, gains: Iterable[Gain]) -> list[str]:
        return [self._say(texts.GAIN, words=self._names(gain.words), points=gain.points) for gain in gains]

    def why_not(self, why: WhyNot) -> list[str]:
        """At least one sentence."""
        if why.by == "gate":
            return [self._say(texts.GATES[gate]) for gate in why.gates]
        if why.by == "order":
            return [self._say(texts.ORDER)]
        price = [self._say(texts.PRICE, price=why.price)] if why.by == "price" else []
        return price + [self._lost(addend) for addend in why.lines]

    def outcome(self, outcome: Outcome) -> str:
        unsaid = self._say(texts.NOT_SAID)
        wait = unsaid if outcome.wait_months is None else self._say(texts.MONTHS, months=outcome.wait_months)
        return self._say(texts.WAYS[outcome.way], how=outcome.how_to_join or unsaid, wait=wait)

    def line(self, one: Line, words: tuple[Code, ...] | None = None) -> str:
        """What a line is about: the words that speak for it, or others."""
        spoken = self._names(one.about if words is None else words)
        line = self._say(texts.LINES[one.code])
        return f"{line} ({spoken})" if spoken else line

    def _lost(self, one: Line) -> str:
        line = self.line(one, one.missing)
        return self._say(texts.LOST, line=line, points=one.points, possible=one.possible)

    def _names(self, words: Iterable[Code]) -> str:
        return ", ".join(self._name(word) for word in words)

    def _say(self, text: Text, **values: object) -> str:
        said: str = getattr(text, self._tongue)
        return said.format(**values)
