"""Who plays: adults and households with work, wishes and plans of their own, and what they write of themselves where."""

from dataclasses import dataclass
from typing import Any, Literal

from contracts.vocabulary import MEANT, VOCABULARY, find_occupations

# An occupation that no vacancy names, and the related one (750 per mille) that some do.
RELATED = {
    "stalmontor": "svetsare",
    "processoperator-vatgas": "kontrollrumsoperator-metall",
    "boendestodjare": "personlig-assistent",
    "inbyggd-utvecklare": "mjukvaruutvecklare",
    "truckforare": "lagerarbetare",
    "hotellreceptionist": "kontorsreceptionist",
    "konstruktor": "maskiningenjor",
    "kemist": "laboratorieingenjor",
    "ekonomiassistent": "redovisningsekonom",
    "valsverksoperator": "processoperator-stal",
    "elektriker": "industrielektriker",
    "vaktmastare": "fastighetsskotare",
    "natverkstekniker": "systemadministrator",
}
NAMED = (
    *RELATED.values(),
    *("sjukskoterska", "underskoterska", "grundskollarare", "lastbilsforare", "biomedicinsk-analytiker"),
    *("kock", "anlaggningsmaskinforare", "byggingenjor", "socialsekreterare"),
)
AREAS = tuple(area.id for area in VOCABULARY.areas.values() if area.municipality == "2580")
Leaves = Literal["early", "late", "erased"]


@dataclass(frozen=True)
class Size:
    """How big the scenario is: how many do what."""

    households: int = 60
    couples: int = 15
    silent_partners: int = 3  # second adults who never confirm
    silent: int = 6  # households of which nobody confirms
    leaving: int = 3
    twice: int = 5
    rubbish: int = 5
    vacancies: int = 40
    dwellings: int = 15
    queues: int = 3  # of the dwellings


@dataclass(frozen=True)
class Adult:
    """One who plays; `words` is what they write instead of picking an occupation."""

    name: str
    email: str
    phone: str
    language: Literal["sv", "en"]
    occupation: str
    words: str | None
    skills: tuple[str, ...]
    speaks: dict[str, str]
    licences: tuple[str, ...]
    extent_percent: int
    start: str | None
    wants_work: bool = True
    confirms: bool = True

    @property
    def unnamed(self) -> bool:
        """Whether no vacancy names what they write."""
        return self.wants_work and self.occupation in RELATED

    def body(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "language": self.language,
            "wants_work": self.wants_work,
            "occupations": [{"words": self.words} if self.words else {"id": self.occupation}]
            if self.wants_work
            else [],
            "skills": list(self.skills),
            "languages": [{"language": code, "level": level} for code, level in self.speaks.items()],
            "licences": list(self.licences),
            "extent_percent": self.extent_percent,
            "start": self.start,
        }

    def form(self, n: int) -> dict[str, str | list[str]]:
        answers: dict[str, str | list[str]] = {
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "language": self.language,
            "wants_work": ["yes"] if self.wants_work else [],
            "words": (self.words or said(self.occupation, self.language)) if self.wants_work else "",
            "skills": [VOCABULARY.name(skill, "sv") for skill in self.skills],
            "licences": list(self.licences),
            "extent_percent": str(self.extent_percent),
            "start": self.start or "",
            **self.speaks,
        }
        return {f"adults-{n}-{field}": answer for field, answer in answers.items()}


@dataclass(frozen=True)
class Household:
    """Who moves together, what they wish for, and what they are going to do."""

    number: int
    by: Literal["form", "json"]
    adults: tuple[Adult, ...]
    children: tuple[str, ...]
    home: dict[str, Any] | None
    leaves: Leaves | None = None
    twice: bool = False

    @property
    def confirms(self) -> bool:
        return self.adults[0].confirms

    def body(self) -> dict[str, Any]:
        """The registration as JSON."""
        return {
            "municipality": "2580",
            "adults": [adult.body() for adult in self.adults],
            "children": list(self.children),
            "home": self.home,
            "consent": True,
        }

    def form(self) -> dict[str, str | list[str]]:
        """The registration as a browser's form holds it."""
        answers: dict[str, str | list[str]] = {"children": list(self.children), "consent": ["yes"]}
        for n, adult in enumerate(self.adults):
            answers |= adult.form(n)
        if self.home:
            answers |= {"wants_home": ["yes"]}
            answers |= {f"home-{name}": v if isinstance(v, list) else str(v) for name, v in self.home.items() if v}
        return answers


def meanings(words: str) -> tuple[str, ...]:
    """What somebody's own words are taken to mean: at most three occupations, each sure enough."""
    return tuple(id for id, sure in find_occupations(words)[:3] if sure >= MEANT)


def said(occupation: str, language: str) -> str:
    """An occupation's name, as one line of a form where a comma parts two occupations."""
    name = VOCABULARY.name(occupation, language)
    return own_way(occupation) if "," in name else name


def own_way(occupation: str) -> str:
    """How somebody may write their occupation so that it means that one and no other."""
    known = VOCABULARY.occupations[occupation]
    for words in (*known.aliases.sv, *known.aliases.en, known.sv, known.en):
        if meanings(words) == (occupation,) and not set(",;") & set(words):
            return words
    raise ValueError(f"no words mean {occupation} alone")
