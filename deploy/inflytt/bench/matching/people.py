"""People who seek work and the jobs there are, invented from a seed: in one labour market, so that distance excuses nobody."""

from collections.abc import Iterator, Sequence
from functools import cache
from uuid import UUID

import numpy as np

from contracts.interests import LanguageSkill
from contracts.opportunities import LanguageDemand
from inflytt.bench.matching.words import Words
from matching.domain.kinds.job import Job, Work
from matching.domain.kinds.shape import Place, Seeker, Yardstick

TOWNS = ("2580", "2581", "2582", "2583")
EXTENTS = ((100, 75, 50, 80, 25), (0.7, 0.1, 0.1, 0.05, 0.05))
MONTHS = tuple(f"2027-{month:02}" for month in range(1, 13))
MUST, NICE, KNOWN = 5.0, 4.3, 9.3  # skills on average
REGULATED = 0.08  # of the occupations ask a licence by law


class People:
    """One generator: the same seed and words invent the same people, jobs and changes in the same order."""

    def __init__(self, words: Words, seed: int) -> None:
        self.words, self.chance = words, np.random.default_rng(seed)
        self._weights = words.common / words.common.sum()
        names = words.occupations
        lawful = np.random.default_rng(1).random(len(names)) < REGULATED
        self.licences = {name: f"licence-{name}" for name, asked in zip(names, lawful, strict=True) if asked}
        minutes = {(a, b): 20 * abs(i - j) for i, a in enumerate(TOWNS) for j, b in enumerate(TOWNS) if a != b}
        self.yardstick = Yardstick(1, dict(words.related), self.licences, minutes)

    def seekers(self, number: int) -> Iterator[Seeker]:
        for nth, occupation in self._occupations(number):
            yield self._seeker(UUID(int=(nth << 64) | 1), occupation)

    def places(self, number: int) -> Iterator[Place]:
        for nth, occupation in self._occupations(number):
            yield self._place(UUID(int=(nth << 64) | 2), occupation)

    def _occupations(self, number: int) -> Iterator[tuple[int, str]]:
        """Occupations as common as they are, with numbers in no order of theirs."""
        drawn = self.chance.choice(len(self._weights), number, p=self._weights)
        for nth, occupation in zip(self.chance.permutation(number).tolist(), drawn.tolist(), strict=True):
            yield nth, self.words.occupations[occupation]

    def _seeker(self, id: UUID, occupation: str) -> Seeker:
        roll = self.chance.random(8).tolist()
        near = [other for other, _ in self.words.related.get(occupation, ())]
        wishes = [occupation, *near[: int(roll[0] * 3) if roll[0] > 0.5 else 0]]
        held = {self.licences[wish] for wish in wishes if wish in self.licences and roll[1] < 0.9}
        needs = Work(
            occupations=tuple(wishes),
            skills=self._skills(occupation, KNOWN) if roll[2] > 0.05 else (),
            languages=_speech(int(roll[3] * 6)),
            licences=tuple(sorted(held)) + (("b",) if roll[4] < 0.7 else ()),
            extent_percent=self._extent(),
            start=MONTHS[int(roll[5] * 12)] if roll[5] < 0.9 else None,
            commute_max=(None, 30, 45, 60, 90)[int(roll[6] * 5)],
            hours_refused=("night",) if roll[7] < 0.2 else ("night", "weekend") if roll[7] < 0.3 else (),
        )
        return Seeker(id, "job", id, TOWNS[int(roll[7] * 97) % 4], needs, consents=roll[4] < 0.99)

    def _place(self, id: UUID, occupation: str) -> Place:
        roll = self.chance.random(6).tolist()
        facts = Job(
            occupation=occupation,
            skills_required=self._skills(occupation, MUST) if roll[0] > 0.1 else (),
            skills_merited=self._skills(occupation, NICE) if roll[0] > 0.2 else (),
            languages=_demands(int(roll[1] * 4)),
            licences=("b",) if roll[2] < 0.15 else (),
            extent_percent=self._extent(),
            start=MONTHS[int(roll[3] * 12)] if roll[3] < 0.9 else None,
            hours=("day", "night") if roll[4] < 0.15 else ("day", "weekend") if roll[4] < 0.3 else ("day",),
        )
        return Place(id, "job", TOWNS[int(roll[5] * 4)], facts)

    def _skills(self, occupation: str, mean: float) -> tuple[str, ...]:
        """Some of the occupation's skills, the surest ones rather than the others."""
        known: Sequence[str] = self.words.skills[occupation]
        count = min(len(known), int(self.chance.poisson(mean)))
        drawn = (len(known) * self.chance.random(count) ** 1.5).astype(int).tolist()
        return tuple(dict.fromkeys(known[nth] for nth in drawn))

    def _extent(self) -> int:
        extents, weights = EXTENTS
        return extents[int(np.searchsorted(np.cumsum(weights), self.chance.random() * 0.999))]


@cache
def _speech(nth: int) -> tuple[LanguageSkill, ...]:
    said = ({}, {"sv": "fluent"}, {"sv": "good", "en": "good"}, {"sv": "basic", "ar": "fluent"}, {"en": "fluent"},
            {"sv": "fluent", "en": "good", "fi": "fluent"})[nth]  # fmt: skip
    return tuple(LanguageSkill(language=language, level=level) for language, level in said.items())


@cache
def _demands(nth: int) -> tuple[LanguageDemand, ...]:
    asked = ({}, {"sv": "good"}, {"sv": "fluent"}, {"en": "good"})[nth]
    return tuple(LanguageDemand(language=language, level=level) for language, level in asked.items())
