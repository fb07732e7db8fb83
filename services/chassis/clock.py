"""Two times: wall time, and platform time (deadlines, periods), which a file may move; never in production."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

CLOCK = "INFLYTT_CLOCK"


def offset() -> timedelta:
    """What the file that INFLYTT_CLOCK names says, in seconds; zero where the variable is unset."""
    path = os.environ.get(CLOCK)
    return timedelta(seconds=float(Path(path).read_text())) if path else timedelta()


def now() -> datetime:
    """Platform time, in UTC. Read at each use, so that a moved clock is seen at once."""
    return wall() + offset()


def wall() -> datetime:
    """The time that leases, time-outs and sign-in use, in UTC."""
    return datetime.now(UTC)


def moved() -> bool:
    """Whether a file may move platform time here."""
    return CLOCK in os.environ
