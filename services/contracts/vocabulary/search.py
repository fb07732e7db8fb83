"""From people's own words to known phrases: inflected, misspelled, compound or half-typed words, in Swedish and English.

Everything is per mille and deterministic. Nothing that is asked is kept.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

MEANT = 700  # from here on the words may be taken as meant; below, they are a suggestion
LONGEST = 300  # characters

INFLECTED, WITHOUT_DOTS, ONE_SLIP, TWO_SLIPS, COMPOUND, LAST_PART = 960, 940, 900, 680, 650, 550
PART_OF_MORE = 690  # "driver" in "truck driver"
DOTLESS = str.maketrans("åäöéü", "aaoeu")
VOWELS = frozenset("aeiouy")
ENDINGS = (
    *("arnas", "ernas", "ornas", "arna", "erna", "orna", "aren", "ares"),
    *("are", "ens", "ern", "ers", "orn", "ing", "an", "en", "et", "ar", "er", "or", "na", "es", "a", "e", "n", "s"),
)


def words_of(text: str) -> list[str]:
    """Its words in small letters, composed (NFC), å, ä and ö kept."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())


FILLERS = frozenset(
    words_of("""
    jag är en ett och eller som i på inom med av till för har hade kan vill inte söker jobbar jobba jobbat jobb arbetar
    arbeta arbetat arbete utbildad erfaren år mycket lite helst också gärna varit var nu tidigare
    i m im am a an the and or as in at on of for to with have has had can not want work works worked working job been
    was experienced years some currently would like trained
    """)
)


class Word(NamedTuple):
    """A word and the forms it is compared in."""

    text: str
    stem: str
    plain: str

    @property
    def signs(self) -> tuple[str, str]:
        """What it shares at least one of with every word that it can be taken for: its beginning, or its end."""
        return self.plain[:1], f"-{self.text[-5:]}"

    @classmethod
    def of(cls, text: str) -> "Word":
        return cls(text, stem(text), text.translate(DOTLESS))


class Phrase(NamedTuple):
    occupation: str
    language: str
    words: tuple[str, ...]
    text: str
    worth: int


class Heard(NamedTuple):
    """How likely something known was said, and at which places of what was asked."""

    sure: int
    places: frozenset[int]


def stem(word: str) -> str:
    """The word without its last inflection; at least four letters are left."""
    return next((word[: -len(end)] for end in ENDINGS if word.endswith(end) and len(word) - len(end) >= 4), word)


def slips(one: str, other: str) -> int:
    """Edits from one word to the other: a letter left out, added, swapped with the next or exchanged.

    A vowel for a consonant counts as two: waiters are not writers.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            exchange = 0 if a == b else 1 if (a in VOWELS) == (b in VOWELS) else 2
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + exchange)
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def misspelled(asked: str, known: str) -> int:
    """Likeness of a misspelled word that begins as it should: one slip from six letters on, two from nine."""
    shorter = min(len(asked), len(known))
    if shorter < 6 or asked[0] != known[0] or abs(len(asked) - len(known)) > 2:
        return 0
    made = slips(asked, known)
    return ONE_SLIP if made <= 1 else TWO_SLIPS if made == 2 and shorter >= 9 else 0


def begun(phrase: Phrase, typed: str) -> int:
    """How far the phrase, or its end from some word on, has been typed; always less than `MEANT`."""
    if typed not in phrase.text or len(typed) < 2:
        return 0
    typed_share = 290 * len(typed) // len(phrase.text)
    if phrase.text.startswith(typed):
        return 400 + typed_share
    return 300 + typed_share if f" {typed}" in phrase.text and len(typed) > 2 else 0


class Phrases:
    """All that is known, to look up what is asked."""

    def __init__(self, first_parts: Iterable[str]) -> None:
        """`first_parts`: texts whose words may begin a compound."""
        self._phrases: list[Phrase] = []
        self._words: dict[str, Word] = {}
        self._alike: defaultdict[str, set[str]] = defaultdict(set)  # words by first letter, and by last five
        self._beginnings = {word for text in first_parts for word in words_of(text)}

    def add(self, occupation: str, language: str, text: str, worth: int) -> None:
        """Adds a phrase for an occupation. `worth` is the confidence, per mille, when exactly this is said."""
        words = tuple(word for word in words_of(text) if word not in FILLERS)
        for spelled in {words, ("".join(words),)} if len(words) == 2 else {words}:
            self._phrases.append(Phrase(occupation, language, spelled, " ".join(spelled), worth))
            for word in spelled:
                self._words[word] = known = Word.of(word)
                for sign in known.signs:
                    self._alike[sign].add(word)
        self._beginnings.update(words)

    def find(self, text: str, language: str | None) -> list[tuple[str, int]]:
        """Occupations with their confidence, the surest first, then by id; ValueError beyond `LONGEST` characters."""
        if len(text) > LONGEST:
            raise ValueError(f"at most {LONGEST} characters say what somebody works with, not {len(text)}")
        asked = [Word.of(word) for word in words_of(text) if word not in FILLERS]
        if not asked:
            return []
        phrases = [phrase for phrase in self._phrases if language in (None, phrase.language)]
        typed = " ".join(word.text for word in asked)
        typing = [(phrase.occupation, sure) for phrase in phrases if (sure := begun(phrase, typed))]
        best: dict[str, int] = {}
        for occupation, sure in typing + self._spoken(phrases, asked):
            best[occupation] = max(best.get(occupation, 0), sure)
        return sorted(best.items(), key=lambda found: (-found[1], found[0]))

    def _spoken(self, phrases: list[Phrase], asked: list[Word]) -> list[tuple[str, int]]:
        """The occupations whose phrases were said as a whole; one that is part of a fuller phrase is only suggested."""
        like = set[str]().union(*(self._alike.get(sign, ()) for word in asked for sign in word.signs))
        near = {known: heard for known in like if (heard := self._hear(self._words[known], asked))}
        whole = [phrase for phrase in phrases if all(word in near for word in phrase.words)]
        spoken = [(phrase.occupation, heard) for phrase in whole if (heard := said(phrase, near, asked))]
        fullest = {heard.places for _, heard in spoken if heard.sure >= MEANT}
        return [
            (occupation, min(sure, PART_OF_MORE) if any(places < more for more in fullest) else sure)
            for occupation, (sure, places) in spoken
        ]

    def _hear(self, known: Word, asked: list[Word]) -> Heard | None:
        """The asked word most like a known one; neighbours are also read as one word, as in "sjuk sköterska"."""
        likeness, place = max((self._likeness(word, known), -i) for i, word in enumerate(asked))
        for i, (one, two) in enumerate(pairwise(asked)):
            if likeness < 1000 and one.text + two.text == known.text:
                return Heard(1000, frozenset((i, i + 1)))
        return Heard(likeness, frozenset((-place,))) if likeness else None

    def _likeness(self, asked: Word, known: Word) -> int:
        if asked.text == known.text:
            return 1000
        if asked.stem == known.stem:
            return INFLECTED
        if len(known.text) >= 5 and asked.plain == known.plain:
            return WITHOUT_DOTS
        if asked.text not in self._words and (likeness := misspelled(asked.plain, known.plain)):
            return likeness
        return self._compound(asked.text, known.text)

    def _compound(self, asked: str, known: str) -> int:
        """A compound is understood by its last part when its first part is known too: a "djursjuksköterska" is not."""
        if len(known) >= 5 and asked.endswith(known):
            first = asked.removesuffix(known)
            begins = [part for part in (first, first.removesuffix("s")) if len(part) >= 3]
            return COMPOUND if any(word.startswith(part) for part in begins for word in self._beginnings) else 0
        return LAST_PART if len(asked) >= 6 and known.endswith(asked) else 0


def said(phrase: Phrase, near: dict[str, Heard], asked: list[Word]) -> Heard | None:
    """How sure it is that the whole phrase was said; what else was said takes away at most three tenths."""
    parts = [near[word] for word in phrase.words]
    likeness = min(part.sure for part in parts)
    if likeness < MEANT and len(parts) > 1:
        return None
    places = frozenset[int]().union(*(part.places for part in parts))
    share = sum(len(asked[place].text) for place in places) * 300 // sum(len(word.text) for word in asked)
    return Heard(likeness * phrase.worth * (700 + share) // 1_000_000, places)
