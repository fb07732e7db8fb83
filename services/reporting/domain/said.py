"""What an event says of a figure or of a life, before it is placed among the observations."""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID


class Said(NamedTuple):
    """What an event says, before it is placed."""

    figure: str
    subject_id: UUID
    amount: int = 1
    kind: str = ""
    part: str = ""
    code: str = ""
    final: bool = False


Says = Callable[[Any], list[Said]]
