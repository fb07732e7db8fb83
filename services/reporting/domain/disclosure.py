"""What may be shown to everybody: a number of people from one to four is never shown, nor what would give it away."""

from collections.abc import Iterable, Mapping
from itertools import accumulate, pairwise
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


def in_fives(count: int) -> int | None:
    """At least so many: rounded down to five; None for one to four. Two of them never differ by one to four."""
    return shown(count) and count - count % LEAST


def to_five(count: int) -> int:
    """To the nearest five, for a share. Two of them never differ by one to four."""
    return LEAST * ((count + LEAST // 2) // LEAST)


def together(parts: Iterable[int | None]) -> int | None:
    """The sum of what is shown, so that it tells no more than they do; None when nothing but small ones is."""
    told = list(parts)
    known = sum(part or 0 for part in told)
    return None if not known and None in told else known


def month_by_month(counts: Iterable[int]) -> list[int | None]:
    """How the sum so far grew in each month, in fives: what is too small for its own month is told with a later one.

    Nothing is 0 as long as nothing has been counted at all; then a month without five more is None.
    """
    result, sums = [], list(accumulate(counts, initial=0))
    for before, after in pairwise(sums):
        grown = (in_fives(after) or 0) - (in_fives(before) or 0)
        result.append(grown or (None if after else 0))
    return result
