"""The kinds of record in a vocabulary file. All are frozen; ids never change and are never used for something else.

The starter `vocabulary.json` is written by hand; `inflytt vocabulary import` adds what others keep, under their ids too.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contracts.fields import Code, Municipality, OccupationGroup

Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Concept = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{4}_[A-Za-z0-9]{3}_[A-Za-z0-9]{3}$")]  # JobTech's
Ssyk = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
Isco = Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
Weight = Annotated[int, Field(gt=0, lt=1000)]  # per mille
Minutes = Annotated[int, Field(gt=0, le=300)]
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
    """Something with a name in both languages. `only` says which one it truly has; both then hold that name."""

    sv: Text
    en: Text
    only: Literal["sv", "en"] | None = None
    concept: Concept | None = None

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
    """An occupation under its four-digit SSYK 2012 code. `licence` is what the law asks of who works in it.

    `by_hand`: its relations to others by hand are all it has to them. `entry`: no education is asked for.
    """

    ssyk: Ssyk
    licence: Code | None = None
    aliases: Aliases
    skills: tuple[Code, ...]
    by_hand: bool = True
    entry: bool = False

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
    social_homes_max: int | None = None  # homes with a social purpose that may be let in it; None: no cap


class Education(Named):
    """A field or a level of education under its SUN 2020 code. `aliases` are words for it, in Swedish."""

    aliases: tuple[Text, ...] = ()


class Group(Named):
    """A four-digit SSYK 2012 group: how it is said in ISCO-08, and what education its work builds on.

    `fields`: two-digit SUN fields, the most telling first; `level`: one SUN digit, None where SSYK asks for none.
    """

    isco: tuple[Isco, ...]
    fields: tuple[Code, ...] = ()
    level: Code | None = None


class Esco(BaseModel):
    """An ESCO occupation and the SSYK groups that it is part of, through ISCO-08."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    en: Text
    isco: Isco
    ssyk: tuple[Ssyk, ...]


class Contents(BaseModel):
    """The whole of a vocabulary file. What begins as empty is imported; `near` relates SSYK groups.

    `travel`: minutes, one way, from a municipality's centre to a place that is not near it: an area, another municipality.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    municipalities: tuple[Place, ...]
    areas: tuple[Area, ...]
    travel: tuple[tuple[Code, Code, Minutes], ...] = ()
    languages: tuple[Named, ...]
    licences: tuple[Named, ...]
    groups: tuple[Named, ...]
    reasons: Mapping[ReasonKind, tuple[Named, ...]]
    occupations: tuple[Occupation, ...]
    related: tuple[tuple[Code, Code, Weight], ...]
    skills: tuple[Named, ...]
    ssyk: tuple[Group, ...] = ()
    near: tuple[tuple[Ssyk, Ssyk, Weight], ...] = ()
    education_fields: tuple[Education, ...] = ()
    education_levels: tuple[Education, ...] = ()
    esco: tuple[Esco, ...] = ()

    @model_validator(mode="after")
    def _all_that_is_named_exists(self) -> "Contents":
        occupations = _ids("occupations", self.occupations)
        skills, licences, groups = (_ids(k, getattr(self, k)) for k in ("skills", "licences", "groups"))
        towns, codes = _ids("municipalities", self.municipalities), _ids("ssyk", self.ssyk)
        for occupation in self.occupations:
            _known(occupation.id, "skill", set(occupation.skills) - skills)
            _known(occupation.id, "licence", {occupation.licence} - {None, *licences})
            _known(occupation.id, "group", {occupation.group} - groups)
        _known("areas", "municipality", {area.municipality for area in self.areas} - towns)
        _known("travel", "municipality", {start for start, *_ in self.travel} - towns)
        _known("travel", "place", {end for _, end, _ in self.travel} - towns - _ids("areas", self.areas))
        _known("related", "occupation", {id for pair in self.related for id in pair[:2]} - occupations)
        _known("near", "SSYK group", {code for pair in self.near for code in pair[:2]} - codes)
        return self


def _ids(kind: str, records: tuple[Record, ...]) -> set[str]:
    ids = {record.id for record in records}
    if len(ids) < len(records):
        twice = next(id for id, times in Counter(record.id for record in records).items() if times > 1)
        raise ValueError(f"{kind} has {twice!r} twice")
    return ids


def _known(where: str, what: str, unknown: Collection[str | None]) -> None:
    if unknown:
        raise ValueError(f"{where} names an unknown {what}: {min(map(str, unknown))!r}")
