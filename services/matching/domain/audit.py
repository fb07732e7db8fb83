"""What was proposed and decided for a household, in a chain of hashes: nothing in it can be changed, dropped or moved unseen.

One chain per household, so that an erasure takes a whole chain and breaks no other.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

Plain = Any  # None, bool, int, str, and lists and mappings by str of those; a float is not the same on every machine


class NotPlain(ValueError):
    """What was given has not one way to be written down, and where it is."""


@dataclass(frozen=True)
class Entry:
    """What was done, from what, with which outcome. `previous`: the hash of the entry before, in hex. `at`: as given."""

    previous: str
    kind: str
    inputs: bytes
    outputs: bytes
    by: str
    at: str

    @property
    def hash(self) -> str:
        """Over every field, each with its length before it, so that nothing can slip from one into the next."""
        told = [
            self.previous.encode(),
            self.kind.encode(),
            self.inputs,
            self.outputs,
            self.by.encode(),
            self.at.encode(),
        ]
        return sha256(b"".join(len(field).to_bytes(8) + field for field in told)).hexdigest()


@dataclass(frozen=True)
class Broken:
    """The first entry, counted from 0, that does not follow from what is before it; past the last one, the end is not the
    one that is remembered: the last entry was changed, or entries after it are gone."""

    entry: int
    why: str


@dataclass(frozen=True)
class Differs:
    """What was recorded, what comes out now, and the first byte that is not the same."""

    recorded: bytes
    now: bytes
    byte: int


def beginning(household: str) -> str:
    """What the first entry of the household's chain follows, and the head of an empty chain."""
    return sha256(b"household " + household.encode()).hexdigest()


def append(head: str, kind: str, inputs: Plain, outputs: Plain, by: str, at: str) -> Entry:
    """The entry that follows the head; its hash is the new head, to be kept apart from the entries. NotPlain as `canonical`."""
    return Entry(head, kind, canonical(inputs), canonical(outputs), by, at)


def verify(household: str, entries: Iterable[Entry], head: str) -> Broken | None:
    """None when these entries, all of them and in this order, lead from the household's beginning to the head."""
    expected, count = beginning(household), 0
    for count, entry in enumerate(entries, start=1):
        if entry.previous != expected:
            return Broken(count - 1, "it does not follow the entry before it")
        expected = entry.hash
    return None if expected == head else Broken(count, "the chain does not end where it is remembered to")


def replay(entry: Entry, recompute: Callable[[Plain], Plain]) -> bytes | Differs:
    """The recorded outputs when they come out of the recorded inputs again, byte for byte."""
    now = canonical(recompute(json.loads(entry.inputs)))
    if now == entry.outputs:
        return now
    same = zip(entry.outputs, now, strict=False)
    first = next((n for n, (a, b) in enumerate(same) if a != b), min(len(entry.outputs), len(now)))
    return Differs(entry.outputs, now, first)


def canonical(value: Plain) -> bytes:
    """The one way to write it: JSON, keys in order, no spaces, UTF-8. Raises NotPlain for what has several or none."""
    _plain(value, "it")
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise NotPlain(f"half a character can't be written: {error.reason}") from error


def _plain(value: Plain, where: str) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if type(key) is not str:
                raise NotPlain(f"{where} has the key {key!r}, which is no text")
            _plain(inner, f"{where}.{key}")
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        for n, inner in enumerate(value):
            _plain(inner, f"{where}[{n}]")
    elif value is not None and type(value) not in (bool, int, str):
        raise NotPlain(f"{where} is a {type(value).__name__}")
