"""Platform time on this machine: wall time plus the seconds in a file that every service reads at each use."""

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Clock:
    """Moves all services' time at once. Never backwards: what is due stays due."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            self._write(0.0)

    @property
    def offset(self) -> timedelta:
        return timedelta(seconds=float(self.path.read_text()))

    def now(self) -> datetime:
        """Platform time, in UTC."""
        return datetime.now(UTC) + self.offset

    def move(self, **by: float) -> None:
        """Forward by so much: `move(days=7, hours=1)`."""
        self._write((self.offset + timedelta(**by)).total_seconds())

    def to_next_morning(self) -> None:
        """To the coming weekday at 09:00 in Stockholm."""
        local = self.now().astimezone(STOCKHOLM)
        day = local.date()
        while day.weekday() > 4 or datetime.combine(day, time(9), STOCKHOLM) < local:
            day += timedelta(days=1)
        self._write((self.offset + (datetime.combine(day, time(9), STOCKHOLM) - local)).total_seconds())

    def _write(self, seconds: float) -> None:
        part = self.path.with_suffix(".part")
        part.write_text(str(seconds))
        os.replace(part, self.path)  # a reader never sees half a number
