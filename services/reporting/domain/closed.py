"""Closed periods: months and years that are over, by their last day. Only of them does everybody see figures."""

import re
from datetime import date, timedelta

A_DAY = timedelta(days=1)


class NotClosed(ValueError):
    """A month or a year that isn't over."""


def last_closed(today: date) -> date:
    """The last day of the last month that is over on `today`."""
    return today.replace(day=1) - A_DAY


def month_before(day: date) -> date:
    """The last day of the month before that of `day`."""
    return last_closed(day)


def closed(written: str, today: date) -> date:
    """The last day of `2026-10` or `2026`. Raises ValueError for what is no period of this century, NotClosed before it is over."""
    found = re.fullmatch(r"(20\d\d)(?:-(0[1-9]|1[0-2]))?", written, re.ASCII)
    if found is None:
        raise ValueError(written)
    year, month = int(found[1]), int(found[2] or 12)
    end = date(year + month // 12, month % 12 + 1, 1) - A_DAY
    if end > last_closed(today):
        raise NotClosed(written)
    return end


def closed_by(day: date, today: date) -> date:
    """The last day of the last month that was over when `day` ended, and is over today."""
    return min(last_closed(day + A_DAY), last_closed(today))


def choices(first: date, today: date) -> list[date]:
    """The last days of the closed months from that of `first` on, the latest first."""
    found, end = [], last_closed(today)
    while end >= first:
        found.append(end)
        end = month_before(end)
    return found
