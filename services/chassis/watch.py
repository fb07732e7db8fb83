"""The watch over parking: it is for the odd event, and stops a consumer for which it is not."""

import time
from collections import Counter, deque

from chassis.records import Tally


class TooManyParked(RuntimeError):
    """So many keys fail that it is not they who are wrong: the consumer stops and says so."""


class Watch:
    """Remembers a minute: parking is for the odd event, not for a release that breaks on every other one."""

    KEYS, SHARE, SECONDS = 20, 0.01, 60.0

    def __init__(self) -> None:
        self.minute: deque[tuple[float, int, set[object]]] = deque()  # when, records, troubled keys
        self.records = 0
        self.troubled: Counter[object] = Counter()  # in how many of the minute's batches each key was

    def judge(self, tally: Tally) -> None:
        """Raises TooManyParked above 20 keys and 1 % of a minute's records; the batch is then not committed."""
        while self.minute and time.monotonic() - self.minute[0][0] > self.SECONDS:
            _, records, troubled = self.minute.popleft()
            self.records -= records
            self.troubled -= Counter(troubled)
        if not tally.troubled:
            return
        records = self.records + tally.records
        keys = len(self.troubled.keys() | tally.troubled)
        if keys > self.KEYS and keys > records * self.SHARE:
            raise TooManyParked(f"{keys} keys fail in the last minute's {records} records")

    def remember(self, tally: Tally) -> None:
        """Only what was committed: a batch that comes again is one batch."""
        self.minute.append((time.monotonic(), tally.records, tally.troubled))
        self.records += tally.records
        self.troubled.update(tally.troubled)
