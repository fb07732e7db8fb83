"""What is to be imported, each kind once, recognised by its content."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path

from inflytt.errors import Stop
from inflytt.vocabulary import esco, jobtech
from inflytt.vocabulary.documents import Document, documents

SAYS = {
    "hierarchy": "JobTech's SSYK hierarchy with occupations",
    "groups": "JobTech's SSYK groups with occupations",
    "isco_links": "JobTech's SSYK groups with ISCO groups",
    "substitutes": "JobTech's substitutability between occupations",
    "collections": "JobTech's occupations without demands on education",
    "skills": "JobTech's skills",
    "languages": "JobTech's languages",
    "keywords": "JobTech's keywords",
    "sun_fields": "JobTech's SUN fields of education",
    "sun_levels": "JobTech's SUN levels of education",
    "occupations": "ESCO's occupations",
    "requirements": "ESCO's skills of occupations",
    "broader": "ESCO's skill hierarchy",
}


@dataclass
class Sources:
    """The content of each kind of file; empty when it was not given. `origins`: what each document was taken as."""

    hierarchy: jobtech.Concepts = ()
    groups: jobtech.Concepts = ()
    isco_links: jobtech.Concepts = ()
    substitutes: jobtech.Concepts = ()
    collections: jobtech.Concepts = ()
    skills: jobtech.Concepts = ()
    languages: jobtech.Concepts = ()
    keywords: jobtech.Concepts = ()
    sun_fields: jobtech.Concepts = ()
    sun_levels: jobtech.Concepts = ()
    occupations: esco.Rows = ()
    requirements: esco.Rows = ()
    broader: esco.Rows = ()
    origins: dict[str, str] = field(default_factory=dict)

    def missing(self) -> list[str]:
        """What was not given, in words."""
        needed = SAYS.keys() - ({"groups"} if self.hierarchy else set())  # the hierarchy has the groups too
        return [SAYS[one.name] for one in fields(self) if one.name in needed and not getattr(self, one.name)]


def read(paths: Iterable[Path], say: Callable[[str], object]) -> Sources:
    """All that the paths hold. Raises Stop for a document that is damaged, unknown, or of a kind already given."""
    sources = Sources()
    given: dict[str, Document] = {}
    for document in documents(paths):
        kind, content = _recognised(document)
        before = given.setdefault(kind, document) if kind in SAYS else document
        if before.data != document.data:
            raise Stop(f"{before.name} and {document.name} are both {SAYS[kind]}, but differ: give one of them")
        sources.origins[document.name] = SAYS.get(kind, "known, not needed")
        say(f"{document.name}: {sources.origins[document.name]}")
        if kind in SAYS:
            setattr(sources, kind, content)
    return sources


def _recognised(document: Document) -> tuple[str, jobtech.Concepts | esco.Rows]:
    if document.text().lstrip()[:1] in ("{", "["):
        return jobtech.read(document)
    return esco.read(document)
