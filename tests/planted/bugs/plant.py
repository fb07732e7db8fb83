"""What a planted bug is: a few words of code that others take the place of, and the test that must catch it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """In the source of `module`, the words `was`, which stand there once, become others; lines after it are indented alike."""

    module: str
    was: str
    becomes: str


@dataclass(frozen=True)
class Plant:
    name: str
    harm: str
    edits: tuple[Edit, ...]
    caught_by: str  # pytest's id, from the clone's root
