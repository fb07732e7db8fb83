"""Links in letters: how long they hold, and what may be said about one that does not."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Purpose = Literal["confirm", "page"]
LIFE: dict[Purpose, timedelta] = {"confirm": timedelta(days=7), "page": timedelta(days=30)}  # platform time


@dataclass(frozen=True)
class Link:
    """What is stored of a link: never the token itself."""

    purpose: Purpose
    expires_at: datetime
    used_at: datetime | None = None


def purpose_of(template: str) -> Purpose:
    """Where the link of a letter leads: the first letter asks for a confirmation, all others open the own page."""
    return "confirm" if template == "confirm" else "page"


def verdict(link: Link | None, purpose: Purpose, now: datetime) -> Literal["holds", "unknown", "used", "expired"]:
    """Whether a link may be acted on at `now`. A link of the other purpose is as good as none."""
    if link is None or link.purpose != purpose:
        return "unknown"
    if link.used_at is not None:
        return "used"
    return "holds" if now < link.expires_at else "expired"
