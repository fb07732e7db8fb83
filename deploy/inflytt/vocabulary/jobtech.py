"""JobTech's files: concepts with labels and relations, as its GraphQL answers; which file it is, its concepts tell."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from contracts.vocabulary.records import Concept as ConceptId
from contracts.vocabulary.records import Text
from inflytt.errors import Stop
from inflytt.vocabulary.documents import FETCH, Document

CODES = ("ssyk_code_2012", "isco_code_08", "sun_education_field_code_2020", "sun_education_level_code_2020")
KINDS = {
    ("ssyk-level-1", "narrower"): "hierarchy",
    ("ssyk-level-4", "narrower"): "groups",
    ("ssyk-level-4", "related"): "isco_links",
    ("occupation-name", "substitutes"): "substitutes",
    ("occupation-collection", "related"): "collections",
    ("skill", ""): "skills",
    ("language", ""): "languages",
    ("keyword", "related"): "keywords",
    ("sun-education-field-1", "narrower"): "sun_fields",
    ("sun-education-level-1", "narrower"): "sun_levels",
    ("isco-level-4", ""): "not needed",
}


class Concept(BaseModel):
    """A concept and those it is related to. `code` is what its own classification calls it, as "2221" in SSYK."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: ConceptId
    label: Annotated[Text, Field(validation_alias="preferred_label")]
    type: str = ""
    definition: str = ""
    code: Annotated[str | None, Field(validation_alias=AliasChoices(*CODES))] = None
    iso: Annotated[str | None, Field(validation_alias="iso_639_1_2002")] = None
    percent: Annotated[int | None, Field(validation_alias="substitutability_percentage", gt=0, lt=100)] = None
    narrower: tuple["Concept", ...] = ()
    related: tuple["Concept", ...] = ()
    substitutes: tuple["Concept", ...] = ()
    substituted_by: tuple["Concept", ...] = ()

    def walk(self) -> Iterator["Concept"]:
        """It and all that is narrower, the wider first."""
        yield self
        for concept in self.narrower:
            yield from concept.walk()


Concepts = tuple[Concept, ...]
ALL = TypeAdapter(Concepts)


def read(document: Document) -> tuple[str, Concepts]:
    """Which of `KINDS` a JSON document is, and its concepts. Raises Stop with the place of what is wrong."""
    concepts = _concepts(document.name, _parsed(document))
    kind = _kind(document.name, concepts)
    try:
        return kind, ALL.validate_python(concepts)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Stop(f"{document.name}, data.concepts.{where}: {first['msg']}: {FETCH}, or correct it") from None


def _parsed(document: Document) -> Any:
    try:
        return json.loads(document.text())
    except json.JSONDecodeError as error:
        raise Stop(
            f"{document.name}, line {error.lineno}, column {error.colno}: not JSON to its end ({error.msg}): {FETCH}"
        ) from None
    except RecursionError:
        raise Stop(f"{document.name} is nested too deep to be a classification: {FETCH}") from None


def _concepts(name: str, parsed: Any) -> list[dict[str, Any]]:
    match parsed:
        case {"errors": [{"message": str(message)}, *_]}:
            raise Stop(f"{name} holds an error from JobTech, no concepts ({message}): {FETCH}")
        case {"data": {"concepts": [*concepts]}} if concepts and all(isinstance(c, dict) for c in concepts):
            return concepts
        case {"data": {"concepts": []}}:
            raise Stop(f"{name} has no concepts: {FETCH}")
    raise Stop(f"{name} is JSON, but not a file of JobTech's (data.concepts is missing): take it out, or {FETCH}")


def _kind(name: str, concepts: list[dict[str, Any]]) -> str:
    types = sorted({str(concept.get("type")) for concept in concepts})
    for (type, relation), kind in KINDS.items():
        if types == [type] and (not relation or relation in concepts[0]):
            return kind
    raise Stop(f"{name} has concepts that are not known here ({', '.join(types)}): take it out of what is imported")
