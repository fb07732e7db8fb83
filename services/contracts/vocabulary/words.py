"""One version of the vocabulary, as services ask it; and how its file is read."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import ValidationError

from contracts.vocabulary.lists import lists
from contracts.vocabulary.records import Contents, Named, Occupation, Place, ReasonKind, Record
from contracts.vocabulary.search import Phrases

STARTER = Path(__file__).with_name("vocabulary.json")
SAME_GROUP = 500  # per mille: two occupations of one SSYK group that nobody has judged

R = TypeVar("R", bound=Record)


class Unreadable(Exception):
    """Which vocabulary file can't be used, what is wrong with it and where, and what to do: one sentence."""


def load(path: Path) -> "Vocabulary":
    """The vocabulary in a file. Raises Unreadable for one that is missing, damaged or not a vocabulary."""
    try:
        return Vocabulary(Contents.model_validate_json(path.read_bytes()))
    except OSError as error:
        wrong = error.strerror or str(error)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        wrong = ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))
    raise Unreadable(
        f"the vocabulary {path} can't be used: {wrong}; "
        "import it again with `inflytt vocabulary import`, or unset VOCABULARY for the starter vocabulary"
    )


def _by_id(records: Iterable[R]) -> Mapping[str, R]:
    return MappingProxyType({record.id: record for record in records})


def _both_ways(pairs: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    ways: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for one, other, weight in pairs:
        ways[one][other] = ways[other][one] = weight
    return ways


def _phrases(occupations: Iterable[Occupation], skills: Iterable[Named]) -> Phrases:
    phrases = Phrases(skill.sv for skill in skills)
    for occupation in occupations:
        for language, aliases in (("sv", occupation.aliases.sv), ("en", occupation.aliases.en)):
            if occupation.only in (None, language):
                phrases.add(occupation.id, language, occupation.name(language), 1000)
            for alias in aliases:
                phrases.add(occupation.id, language, alias, 990)
    return phrases


class Vocabulary:
    """One version of the vocabulary, read once and never changed. Its mappings are read-only and keep the file's order."""

    def __init__(self, contents: Contents) -> None:
        self.version = contents.version
        self.occupations = _by_id(contents.occupations)
        self.skills = _by_id(contents.skills)
        self.groups = _by_id(contents.groups)
        self.licences = _by_id(contents.licences)
        self.languages = _by_id(contents.languages)
        self.municipalities = _by_id(contents.municipalities)
        self.areas = _by_id(contents.areas)
        self.travel: Mapping[tuple[str, str], int] = MappingProxyType({(a, b): time for a, b, time in contents.travel})
        self.ssyk = _by_id(contents.ssyk)
        self.education_fields = _by_id(contents.education_fields)
        self.education_levels = _by_id(contents.education_levels)
        self.esco = contents.esco
        self.reasons: Mapping[ReasonKind, Mapping[str, Named]] = MappingProxyType(
            {kind: _by_id(reasons) for kind, reasons in contents.reasons.items()}
        )
        self.lists = lists()
        self.concepts: Mapping[str, str] = MappingProxyType(
            {record.concept: record.id for kind in (contents.occupations, contents.skills, contents.languages)
             for record in kind if record.concept}
        )  # fmt: skip
        self._judged = _both_ways(contents.related)
        self._near = _both_ways(contents.near)
        self._neighbours: dict[str, Mapping[str, int]] = {}
        self._of_group: defaultdict[str, list[str]] = defaultdict(list)
        for occupation in contents.occupations:
            self._of_group[occupation.ssyk].append(occupation.id)
        self._names: dict[str, Named | Place] = {
            **{id: word for words in self.lists.values() for id, word in words.items()},
            **self.occupations, **self.skills, **self.groups, **self.licences,
            **self.languages, **self.municipalities, **self.areas,
        }  # fmt: skip
        self._phrases = _phrases(contents.occupations, contents.skills)

    def neighbours(self, occupation: str) -> Mapping[str, int]:
        """Related occupations and how near they are, per mille; KeyError for an unknown occupation."""
        if occupation not in self._neighbours:
            group = self.occupations[occupation].ssyk
            others = {id for code in (group, *self._near.get(group, ())) for id in self._of_group[code]} - {occupation}
            judged = self._judged.get(occupation, {})
            derived = {id: weight for id in sorted(others - judged.keys()) if (weight := self.related(occupation, id))}
            self._neighbours[occupation] = MappingProxyType(judged | derived)
        return self._neighbours[occupation]

    def related(self, one: str, other: str) -> int:
        """How far work in one occupation qualifies for another, per mille, the same in both directions.

        1000 for the same; what somebody has judged; else, unless both are written by hand, `SAME_GROUP`, or how near
        their SSYK groups are; 0 for unrelated. KeyError when either is unknown.
        """
        a, b = self.occupations[one], self.occupations[other]
        if a is b:
            return 1000
        judged = self._judged.get(one, {}).get(other)
        if judged is not None:
            return judged
        if a.by_hand and b.by_hand:
            return 0
        return SAME_GROUP if a.ssyk == b.ssyk else self._near.get(a.ssyk, {}).get(b.ssyk, 0)

    def name(self, id: str, language: str) -> str:
        """The name of anything but a reason, in `sv` or `en`; KeyError for an unknown id."""
        return self._names[id].name(language)

    def reason(self, kind: ReasonKind, code: str, language: str) -> str:
        """The text of a reason in `sv` or `en`; KeyError for one that is not in the closed list of its kind."""
        return self.reasons[kind][code].name(language)

    def find_occupations(self, text: str, language: str | None = None) -> list[tuple[str, int]]:
        """The occupations that somebody's own words may mean, with confidence per mille, the surest first.

        From `MEANT` on the words may be taken as meant (several may be: "lärare"); below, they are suggestions for
        who types. Words in both languages are known unless `language` names one. Nothing known gives []; more than 300
        characters, or a language the vocabulary does not speak, ValueError.
        """
        if language not in (None, "sv", "en"):
            raise ValueError(f"the vocabulary speaks sv and en, not {language!r}")
        return self._phrases.find(text, language)
