"""The kinds of record in `vocabulary.json`. All are frozen; ids never change and are never used for something else."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.fields import Code, Municipality, OccupationGroup

Text = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
Weight = Annotated[int, Field(gt=0, lt=1000)]  # per mille
ReasonKind = Literal[
    "approval",  # a coordinator's
    "rejection",  # a coordinator's
    "owner_refusal",
    "person_decline",
    "withdrawal",  # of an interest
    "fell_through",  # an offer
    "retraction",  # of a proposal
    "closing",  # of an opportunity
    "score",
]


class Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Code


class Named(Record):
    """Something with a name in both languages."""

    sv: Text
    en: Text

    def name(self, language: str) -> str:
        """Its name in `sv` or `en`; ValueError for any other language."""
        if language not in ("sv", "en"):
            raise ValueError(f"the vocabulary speaks sv and en, not {language!r}")
        return self.sv if language == "sv" else self.en


class Aliases(BaseModel):
    """What people write when they mean an occupation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sv: tuple[Text, ...]
    en: tuple[Text, ...]


class Occupation(Named):
    """An occupation under its four-digit SSYK 2012 code. `licence` is what the law asks of who works in it."""

    ssyk: Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
    licence: Code | None = None
    aliases: Aliases
    skills: tuple[Code, ...]

    @property
    def group(self) -> OccupationGroup:
        """The two-digit SSYK group: all that stands open in an event."""
        return self.ssyk[:2]


class Place(Record):
    """A municipality. A place's name is the same in every language."""

    text: Text = Field(alias="name")

    def name(self, language: str) -> str:
        return self.text


class Area(Place):
    """A part of a town that a household can wish for."""

    municipality: Municipality


class Contents(BaseModel):
    """The whole of `vocabulary.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    municipalities: tuple[Place, ...]
    areas: tuple[Area, ...]
    languages: tuple[Named, ...]
    licences: tuple[Named, ...]
    groups: tuple[Named, ...]
    reasons: Mapping[ReasonKind, tuple[Named, ...]]
    occupations: tuple[Occupation, ...]
    related: tuple[tuple[Code, Code, Weight], ...]
    skills: tuple[Named, ...]
