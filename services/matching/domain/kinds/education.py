"""A course for an adult: the occupation and skills it leads to, what it asks to begin, when and how it is given."""

from collections.abc import Callable, Mapping

from contracts.fields import Allocation, Code, Facts, Month
from contracts.interests import LanguageSkill
from contracts.opportunities import LanguageDemand
from matching.domain.kinds.common import (
    in_time,
    languages,
    of_anyone,
    reachable,
    start,
    understood,
)
from matching.domain.kinds.job import alike
from matching.domain.kinds.shape import FULL, Anchor, Gate, Kind, Line, Met, Near, Overlap, Seeker, Unsaid, Yardstick

WEIGHTS = {"skills": 300, "leads_to": 250, "prior": 150, "languages": 100, "pace": 100, "start": 100}
DISTANCE = "distance"  # the word of a course that is given everywhere


class Learning(Facts):
    """What an adult wants to learn, and has learnt."""

    occupations: tuple[Code, ...] = ()  # that they want to reach
    skills_wanted: tuple[Code, ...] = ()  # those they lack
    level: int | None = None  # SUN 2020, first digit, of what they have finished
    prior: tuple[Code, ...] = ()  # courses and skills they have
    languages: tuple[LanguageSkill, ...] = ()
    pace_percent: int = 100
    start: Month | None = None
    distance_suits: bool = True


class Course(Facts):
    """What an education gives and asks."""

    allocation: Allocation = "authority_decides"
    leads_to: tuple[Code, ...] = ()
    teaches: tuple[Code, ...] = ()
    level: int | None = None  # SUN 2020, first digit, that it asks
    prior: tuple[Code, ...] = ()
    languages: tuple[LanguageDemand, ...] = ()
    pace_percent: int = 100
    start: Month | None = None
    distance: bool = False
    how_to_join: str | None = None
    wait_months: int | None = None


def kind(yardstick: Yardstick) -> Kind:
    points = yardstick.weigh("education", WEIGHTS)
    return Kind(
        name="education",
        who="adult",
        needs=Learning,
        facts=Course,
        version=yardstick.version,
        anchor=Anchor("out_of_reach", _reaches(yardstick), lambda p: DISTANCE if p.facts.distance else p.municipality),
        gates=(
            *of_anyone(),
            Gate("level", lambda s: s.needs.level, lambda p: p.facts.level, high_enough),
            understood(),
            in_time(lambda s: s.needs.start, lambda p: p.facts.start),
        ),
        overlaps=_overlaps(points),
        lines=_lines(points),
    )


def _overlaps(points: Mapping[str, int]) -> tuple[Overlap, ...]:
    return (
        Overlap("skills", "wish", points["skills"], "skills_wanted", "teaches", asks=Unsaid.SEEKER),
        Overlap("prior", "fit", points["prior"], "prior", "prior"),
    )


def _lines(points: Mapping[str, int]) -> tuple[Line, ...]:
    return (
        Line(
            "leads_to",
            "wish",
            points["leads_to"],
            lambda s: frozenset(s.needs.occupations),
            lambda p: frozenset(p.facts.leads_to),
            leads,
        ),
        languages(points["languages"]),
        Line("pace", "wish", points["pace"], lambda s: s.needs.pace_percent, lambda p: p.facts.pace_percent, alike),
        start(points["start"]),
    )


def high_enough(held: int | None, asked: int | None) -> bool:
    return held is None or asked is None or held >= asked


def leads(wanted: frozenset[Code], offered: frozenset[Code]) -> Met:
    if not wanted:
        return Unsaid.SEEKER
    if not offered:
        return Unsaid.OWNER
    return FULL if wanted & offered else 0


def _reaches(yardstick: Yardstick) -> Callable[[Seeker], Mapping[Code, Near]]:
    towns = reachable(yardstick)

    def reaches(seeker: Seeker) -> Mapping[Code, Near]:
        anywhere = {DISTANCE: Near((), DISTANCE)} if seeker.needs.distance_suits else {}
        return {**towns(seeker), **anywhere}

    return reaches
