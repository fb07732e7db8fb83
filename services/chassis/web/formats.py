"""Numbers and times as a person reads them, with no-break spaces, in the platform's time zone."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

PLACE = ZoneInfo("Europe/Stockholm")
NB = "\u00a0"
_MOMENT = {"sv": "EEEE d MMMM 'kl.'\u00a0HH.mm", "en": "EEEE d MMMM 'at'\u00a0HH:mm"}
_CLOCK = {"sv": "HH.mm", "en": "HH:mm"}


class Formats:
    """A language's way of writing: `number kronor share day moment clock`, all filters in templates."""

    def __init__(self, language: str) -> None:
        self.language = language

    def number(self, value: float) -> str:
        """79244 → 79 244."""
        return _number(value, self.language)

    def kronor(self, value: float) -> str:
        """11200 → 11 200 kr."""
        return f"SEK{NB}{self.number(value)}" if self.language == "en" else f"{self.number(value)}{NB}kr"

    def share(self, value: float) -> str:
        """A share between 0 and 1 in whole percent: 0.12 → 12 %."""
        return f"{round(value * 100)}{'' if self.language == 'en' else NB}%"

    def day(self, value: date) -> str:
        """26 november 2026; a moment is told by its day in Stockholm."""
        there = _there(value).date() if isinstance(value, datetime) else value
        return format_date(there, "d MMMM y", locale=self.language)

    def moment(self, value: datetime) -> str:
        """torsdag 26 november kl. 16.00."""
        return format_datetime(_there(value), _MOMENT.get(self.language, _MOMENT["sv"]), locale=self.language)

    def clock(self, value: datetime) -> str:
        """16.00."""
        return format_datetime(_there(value), _CLOCK.get(self.language, _CLOCK["sv"]), locale=self.language)

    def filters(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ("number", "kronor", "share", "day", "moment", "clock")}


@lru_cache(maxsize=10_000)  # a page of figures has thousands, most of them the same few
def _number(value: float, language: str) -> str:
    return format_decimal(value, locale=language).replace("\u202f", NB)


def _there(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone cannot be told")
    return value.astimezone(PLACE)
