"""What several kinds ask: consent, a place that is open, time, language, distance."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.fields import Code, Month
from matching.domain.kinds.shape import FULL, Gate, Line, Met, Near, Place, Seeker, Unsaid, Yardstick

LATE, WAIT = 2, 6  # months: how much later than asked somebody can begin, and how long they can be asked to wait
MONTH_LATE, MONTH_WAIT = 333, 111  # per mille less a month
LEVELS = {"basic": 1, "good": 2, "fluent": 3}
Speech = tuple[tuple[str, int], ...]  # languages and levels, sorted


def nothing(_: Any) -> None:
    """The key of a side that a gate does not look at."""


def of_anyone() -> tuple[Gate, ...]:
    """What every kind asks."""
    return (
        Gate("no_consent", lambda s: s.consents, nothing, lambda consents, _: consents),
        Gate("not_shared", lambda s: s.shares, nothing, lambda shares, _: shares),
        Gate("nothing_left", nothing, lambda p: p.left > 0, lambda _, left: left),
    )


def of_household() -> tuple[Gate, ...]:
    """A household is matched as a whole, once all its adults have confirmed."""
    return (*of_anyone(), Gate("adult_awaited", lambda s: s.awaits_adult, nothing, lambda awaited, _: not awaited))


def assessed(asked: Callable[[Place], bool]) -> Gate:
    """A named person has to have assessed, in writing, that a place of this sort suits."""
    return Gate("not_assessed", lambda s: s.assessment is not None, asked, lambda made, wanted: made or not wanted)


def in_time(ready: Callable[[Seeker], Month | None], offered: Callable[[Place], Month | None]) -> Gate:
    """Two months that can meet; unsaid ones can."""
    return Gate("dates", lambda s: month_number(ready(s)), lambda p: month_number(offered(p)), _can_meet)


def within_reach(yardstick: Yardstick, limit: Callable[[Seeker], int | None]) -> Gate:
    """Minutes of travel at most `limit`. Within the municipality everything is near unless somebody measured it."""
    minutes = yardstick.minutes

    def passes(start: tuple[Code, int | None], end: tuple[Code, Code | None]) -> bool:
        (home, most), (municipality, area) = start, end
        known = [minutes[home, to] for to in (area, municipality) if to and (home, to) in minutes]
        if not known:
            return home == municipality
        return most is None or known[0] <= most

    return Gate("commute", lambda s: (s.municipality, limit(s)), lambda p: (p.municipality, p.facts.area), passes)


def own_municipality(seeker: Seeker) -> Mapping[Code, Near]:
    """Where the household wishes to live, for kinds that are brought together by place."""
    return {seeker.municipality: Near((), seeker.municipality)}


def reachable(yardstick: Yardstick) -> Callable[[Seeker], Mapping[Code, Near]]:
    """That municipality, and those that one can travel to from there."""
    towns: dict[Code, dict[Code, Near]] = {}
    for start, end in yardstick.minutes:
        towns.setdefault(start, {})[end] = Near((), end)
    return lambda s: {**towns.get(s.municipality, {}), s.municipality: Near((), s.municipality)}


def speech(said: Iterable[Any]) -> Speech:
    """Languages with their levels, as a key."""
    return tuple(sorted((one.language, LEVELS[one.level]) for one in said))


def can_talk(spoken: Speech, asked: Speech) -> bool:
    """Whether the languages suffice. Who has said nothing of languages may well speak them."""
    known = dict(spoken)
    return not spoken or all(known.get(language, 0) >= level for language, level in asked)


def understood() -> Gate:
    """The languages that are asked for."""
    return Gate("language", lambda s: speech(s.needs.languages), lambda p: speech(p.facts.languages), can_talk)


def languages(points: int) -> Line:
    """That they suffice is a gate; here it counts that they were told."""
    return Line(
        "languages", "fit", points, lambda s: speech(s.needs.languages), lambda p: speech(p.facts.languages), talk
    )


def start(points: int) -> Line:
    """When an adult can begin, and when it begins."""
    return Line(
        "start", "wish", points, lambda s: month_number(s.needs.start), lambda p: month_number(p.facts.start), timing
    )


def availability(points: int) -> Line:
    """When a household moves, and when it is free."""
    return Line(
        "availability",
        "fit",
        points,
        lambda s: month_number(s.needs.from_month),
        lambda p: month_number(p.facts.available),
        timing,
    )


def talk(spoken: Speech, asked: Speech) -> Met:
    return Unsaid.SEEKER if asked and not spoken else FULL


def timing(ready: int | None, offered: int | None) -> Met:
    """How well two months meet, where they can."""
    if ready is None:
        return Unsaid.SEEKER
    if offered is None:
        return Unsaid.OWNER
    late = ready - offered
    return max(0, FULL - (MONTH_LATE * late if late > 0 else MONTH_WAIT * -late))


def month_number(month: Month | None) -> int | None:
    return int(month[:4]) * 12 + int(month[5:]) if month else None


def _can_meet(ready: int | None, offered: int | None) -> bool:
    return ready is None or offered is None or -WAIT <= ready - offered <= LATE
