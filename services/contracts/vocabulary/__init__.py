"""The words services share: occupations, skills, places and reasons, in Swedish and English. Events carry only the ids.

`VOCABULARY` is read when it is first asked for: the file that the environment names as VOCABULARY, else the starter.
"""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contracts.vocabulary.records import Area, Named, Occupation, Place, ReasonKind
from contracts.vocabulary.search import MEANT
from contracts.vocabulary.words import STARTER, Unreadable, Vocabulary, load

__all__ = [
    "MEANT",
    "STARTER",
    "VOCABULARY",
    "Area",
    "Named",
    "Occupation",
    "Place",
    "ReasonKind",
    "Unreadable",
    "Vocabulary",
    "find_occupations",
    "load",
]

if TYPE_CHECKING:
    VOCABULARY: Vocabulary


@cache
def _vocabulary() -> Vocabulary:
    named = os.environ.get("VOCABULARY")
    return load(Path(named) if named else STARTER)


def find_occupations(text: str, language: str | None = None) -> list[tuple[str, int]]:
    """The occupations that somebody's own words may mean: see `Vocabulary.find_occupations`."""
    return _vocabulary().find_occupations(text, language)


def __getattr__(name: str) -> Any:
    if name == "VOCABULARY":
        return _vocabulary()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
