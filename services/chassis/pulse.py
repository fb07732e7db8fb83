"""How a consumer is: what /readyz and /livez say of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

QUIET = 30.0  # seconds without an answer to a fetch before it is not ready
SLOW = 60.0  # seconds in one batch before it is not ready
ENDLESS = 300.0  # seconds in one batch before only a new process helps
FAILURES = 3  # batches in a row that may fail before it is not ready


@dataclass
class Pulse:
    """What a consumer notes of itself while it works."""

    state: str = "starting"  # then "waits for Kafka", "stands by", "listens"
    halted: str = ""  # why it stopped by itself, if it did
    failures: int = 0  # batches in a row
    batch_since: float | None = None
    progress: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        self.progress, self.failures = time.monotonic(), 0

    def ready(self, last_fetches: Sequence[int | None]) -> tuple[bool, str]:
        """Whether it does its work, or stands by as it should; and why. A fetch of each partition held, in Unix ms."""
        if self.halted:
            return False, self.halted
        if self.state != "listens":
            return self.state == "stands by", self.state
        if self.failures > FAILURES:
            return False, f"{self.failures} batches in a row failed"
        if self.batch_since is not None and (stuck := time.monotonic() - self.batch_since) > 1:
            return stuck < SLOW, f"a batch for {stuck:.0f} s"
        if not last_fetches:
            return False, "no partitions"
        quiet = max(self._quiet(last) for last in last_fetches)
        return quiet < QUIET, f"{len(last_fetches)} partitions, last fetch {quiet:.0f} s ago"

    def alive(self, loop_runs: bool) -> tuple[bool, str]:
        """False when only a new process helps."""
        if self.batch_since is not None and time.monotonic() - self.batch_since > ENDLESS:
            return False, "a batch that never ends"
        if self.state == "listens" and not loop_runs:
            return False, "the consume loop ended"
        return True, self.halted or self.state

    def _quiet(self, last: int | None) -> float:
        since_progress = time.monotonic() - self.progress
        return min(since_progress, time.time() - last / 1000) if last else since_progress
