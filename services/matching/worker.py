"""The process that solves a round: it reads the round in pieces, says how far it has come, then the result in pieces."""

import os
import pickle
import resource
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, BinaryIO, TypeVar

from matching.domain.rounds.needs import needs_of
from matching.domain.rounds.package import NotARound, Round
from matching.domain.rounds.solve import solve

SLICE = 25  # households, places, allocations in a piece: a loop that reads or writes one is away for some milliseconds
LENGTH = struct.Struct(">I")
BEHIND = 10  # niceness: who asks goes before who solves
T = TypeVar("T")
Piece = tuple[str, Any]  # a field's name and what it holds, or a slice of that; or what has happened
WHOLE: Piece = ("whole", None)  # after the last piece


def pieces(thing: Any) -> Iterator[Piece]:
    """The fields of a dataclass, long tuples in slices, and WHOLE."""
    for field in fields(thing):
        value = getattr(thing, field.name)
        if isinstance(value, tuple):
            yield from ((field.name, value[n : n + SLICE]) for n in range(0, len(value), SLICE))
        else:
            yield field.name, value
    yield WHOLE


class Pieces:
    """What has come of a dataclass so far."""

    def __init__(self) -> None:
        self._found: dict[str, Any] = {}

    def add(self, piece: Piece) -> None:
        name, value = piece
        if isinstance(value, tuple):
            self._found.setdefault(name, []).extend(value)
        else:
            self._found[name] = value

    def whole(self, of: type[T]) -> T:
        """The dataclass; fields of which no piece came are empty tuples."""
        found = {n: tuple(value) if isinstance(value, list) else value for n, value in self._found.items()}
        return of(**{field.name: found.get(field.name, ()) for field in fields(of)})  # type: ignore[arg-type]


def framed(piece: Piece) -> bytes:
    """Its length in four bytes, and the piece."""
    body = pickle.dumps(piece, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def unframed(body: bytes) -> Piece:
    piece: Piece = pickle.loads(body)  # noqa: S301 - from the child or the parent only
    return piece


def main() -> None:
    """`python -m matching.worker BYTES`: one round from standard input, no more memory than so many bytes."""
    os.nice(BEHIND)
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer

    def say(what: str, value: Any) -> None:
        out.write(framed((what, value)))
        out.flush()

    try:
        _answered(_read(sys.stdin.buffer), say)
    except NotARound as refusal:
        say("refused", str(refusal))
    except MemoryError:
        say("failed", f"the round needs more than the {memory // 2**20} MiB that a solve may take")
    except Exception as error:  # whatever it is, who asked is told
        say("failed", f"{type(error).__name__}: {error}")
    _leave_with_the_asker()


def _answered(asked: Round, say: Callable[[str, Any], None]) -> None:
    threading.Thread(target=_leave_with_the_asker, daemon=True).start()

    def tell(what: str, done: int, of: int) -> None:
        say("progress", [what, done, of])

    result = solve(asked, tell)
    for name, value in (*list(pieces(result))[:-1], *pieces(needs_of(asked, result, tell))):
        say(name, value)


def _read(stream: BinaryIO) -> Round:
    found = Pieces()
    while (piece := unframed(stream.read(LENGTH.unpack(stream.read(LENGTH.size))[0]))) != WHOLE:
        found.add(piece)
    return found.whole(Round)


def _leave_with_the_asker() -> None:
    """Standard input stays open until who asked is gone."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
