"""The words services share: occupations, skills, places and reasons, in Swedish and English. Events carry only the ids."""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import TypeVar

from contracts.vocabulary.records import Area, Contents, Named, Occupation, Place, ReasonKind, Record
from contracts.vocabulary.search import MEANT, Phrases

__all__ = [
    "MEANT",
    "VOCABULARY",
    "Area",
    "Named",
    "Occupation",
    "Place",
    "ReasonKind",
    "Vocabulary",
    "find_occupations",
]

R = TypeVar("R", bound=Record)


def _by_id(records: Iterable[R]) -> Mapping[str, R]:
    return MappingProxyType({record.id: record for record in records})


def _neighbours(contents: Contents) -> Mapping[str, Mapping[str, int]]:
    near: dict[str, dict[str, int]] = {occupation.id: {} for occupation in contents.occupations}
    for one, other, weight in contents.related:
        near[one][other] = near[other][one] = weight
    return MappingProxyType({occupation: MappingProxyType(others) for occupation, others in near.items()})


def _phrases(occupations: Iterable[Occupation], skills: Iterable[Named]) -> Phrases:
    phrases = Phrases(skill.sv for skill in skills)
    for occupation in occupations:
        for language, aliases in (("sv", occupation.aliases.sv), ("en", occupation.aliases.en)):
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
        self.reasons: Mapping[ReasonKind, Mapping[str, Named]] = MappingProxyType(
            {kind: _by_id(reasons) for kind, reasons in contents.reasons.items()}
        )
        self._near = _neighbours(contents)
        self._names: dict[str, Named | Place] = {
            **self.occupations, **self.skills, **self.groups, **self.licences,
            **self.languages, **self.municipalities, **self.areas,
        }  # fmt: skip
        self._phrases = _phrases(contents.occupations, contents.skills)

    def neighbours(self, occupation: str) -> Mapping[str, int]:
        """Related occupations and how near they are, per mille; KeyError for an unknown occupation."""
        return self._near[occupation]

    def related(self, one: str, other: str) -> int:
        """How far work in one occupation qualifies for another, per mille, the same in both directions.

        1000 for the same, 0 for unrelated; KeyError when either is unknown.
        """
        if self.occupations[one] is self.occupations[other]:
            return 1000
        return self._near[one].get(other, 0)

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


VOCABULARY = Vocabulary(Contents.model_validate_json(files(__package__).joinpath("vocabulary.json").read_bytes()))
find_occupations = VOCABULARY.find_occupations
