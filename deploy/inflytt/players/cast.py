"""Makes people up, seeded: the same for the same seed. Every name and address carries the run's canary."""

import random
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from contracts.vocabulary import VOCABULARY
from inflytt.players.people import AREAS, NAMED, RELATED, Adult, Household, Leaves, Size, own_way


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_SV = _names("""
    Ask Linnea Viola Vide Alma Rönn Hassel Björk Lilja Ros Iris Jasmin Salvia Malva Syren Mynta Ljung Oxel Olvon Klöver
    Blåklint Timjan Kamomill Lönn Fläder Vallmo Akleja Gullviva Kaprifol Tistel
""")
FIRST_EN = _names("Willow Hazel Ivy Rowan Heather Daisy Poppy Sage Clover Juniper Laurel Fern Aster Bryony Myrtle")
LAST = _names("Sten Berg Fors Myr Hed Strand Vik Näs Holm Lund Dal Äng Sjö Brook Field Moor Heath Marsh Glen Ridge")
ASCII = str.maketrans("åäöÅÄÖ", "aaoAAO")


def canary(seed: int) -> str:
    """A word that occurs nowhere but in this run's names and addresses."""
    letters = random.Random(f"canary {seed}")
    return "Kvitter" + "".join(letters.choice("bdfgkmpqvxz") for _ in range(7))


def month(now: datetime, later: int) -> str:
    number = now.year * 12 + now.month - 1 + later
    return f"{number // 12}-{number % 12 + 1:02}"


def households(seed: int, size: Size, now: datetime) -> list[Household]:
    """All who register, in the order they come; the same for the same seed, size and month."""
    cast = Cast(random.Random(f"people {seed}"), canary(seed), now)
    last = size.households - 1
    silent_partners = range(size.couples - size.silent_partners, size.couples)
    told = []
    for number in range(size.households):
        household = cast.household(number, couple=number < size.couples)
        first, *rest = household.adults
        if number in silent_partners:
            rest = [replace(rest[0], confirms=False)]
        if last - size.silent < number:
            first = replace(first, confirms=False)
        leaves: dict[int, Leaves] = {last - size.silent - n: what for n, what in _leavers(size)}
        twice = household.by == "json" and size.couples <= number < size.couples + 2 * size.twice
        told.append(replace(household, adults=(first, *rest), leaves=leaves.get(number), twice=twice))
    return told


def _leavers(size: Size) -> list[tuple[int, Leaves]]:
    plans: tuple[Leaves, ...] = ("erased", "late", "early")
    return list(enumerate(plans[: size.leaving]))


class Cast:
    """Makes people up, one after the other."""

    def __init__(self, rng: random.Random, word: str, now: datetime) -> None:
        self.rng, self.word, self.now = rng, word, now
        self.made = 0

    def household(self, number: int, couple: bool) -> Household:
        by: Literal["form", "json"] = "form" if number % 2 else "json"
        adults = [self.adult(wants_work=True)]
        if couple:
            adults.append(self.adult(wants_work=number % 5 != 4 or (self.made + 1) % 3 == 0))
        children = tuple(month(self.now, -self.rng.randrange(6, 180)) for _ in range(self.rng.choice((0, 0, 1, 2, 3))))
        wishes = self.rng.random() < 0.8 or couple
        return Household(number, by, tuple(adults), children, self.home(len(adults), len(children)) if wishes else None)

    def adult(self, wants_work: bool) -> Adult:
        self.made += 1
        number = self.made
        language: Literal["sv", "en"] = "en" if number % 4 == 0 else "sv"
        name = f"{self.rng.choice(FIRST_EN if language == 'en' else FIRST_SV)} {self.rng.choice(LAST)}"
        occupation = self._occupation(number)
        known = VOCABULARY.occupations[occupation]
        own_words = own_way(occupation) if number % 3 == 0 or number % 7 == 0 else None
        return Adult(
            name=f"{name} {self.word}",
            email=f"{name.replace(' ', '.').lower().translate(ASCII)}.{number}.{self.word.lower()}@inflytt.example",
            phone=f"+46701740{605 + number % 95}",  # of the series that the Swedish regulator keeps for fiction
            language=language,
            occupation=occupation,
            words=own_words,
            skills=tuple(self.rng.sample(known.skills, k=min(len(known.skills), self.rng.randrange(2, 6)))),
            speaks={"sv": self.rng.choice(("basic", "good")), "en": "fluent"}
            if language == "en"
            else {"sv": "fluent", "en": self.rng.choice(("basic", "good"))},
            licences=(known.licence,) if known.licence else (),
            extent_percent=self.rng.choice((100, 100, 100, 75, 50)),
            start=self.rng.choice((None, month(self.now, 1), month(self.now, 2), month(self.now, 3))),
            wants_work=wants_work,
        )

    def _occupation(self, number: int) -> str:
        """Every third works with something that no vacancy names."""
        if number % 3 == 0:
            return tuple(RELATED)[number // 3 % len(RELATED)]
        return NAMED[(number - number // 3) % len(NAMED)]

    def home(self, adults: int, children: int) -> dict[str, Any]:
        rooms = min(4, (adults + 1) // 2 + (children + 1) // 2)
        return {
            "rooms_min": rooms,
            "rent_max": self.rng.choice((None, 3000 + 3000 * rooms, 4500 + 3000 * rooms)),
            "areas": self.rng.sample(AREAS, k=self.rng.choice((0, 0, 3, 6))),
            "from_month": self.rng.choice((None, month(self.now, 1), month(self.now, 2))),
        }
