"""What may be shown to everybody: a number of people from one to four is never shown, nor what would give it away."""

from collections.abc import Mapping
from typing import TypeVar

LEAST = 5
K = TypeVar("K")


def shown(count: int) -> int | None:
    """The count, or None (written `..`) when it is of one to four."""
    return None if 0 < count < LEAST else count


def parts_shown(parts: Mapping[K, int]) -> dict[K, int | None]:
    """Parts whose sum is shown beside them. One hidden part could be reckoned from the rest: the next smallest is hidden too."""
    result = {name: shown(count) for name, count in parts.items()}
    hidden = [name for name, count in result.items() if count is None]
    left = sorted((count, str(name), name) for name, count in parts.items() if count >= LEAST)
    if len(hidden) == 1 and left:
        result[left[0][2]] = None
    return result
