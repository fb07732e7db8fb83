"""Two times. Platform time (deadlines, token life, periods) is wall time plus an offset that a file names; never in production."""

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
