"""A job for an adult: an occupation they wish or one that lies near, skills, languages, hours and months."""

from collections.abc import Callable, Mapping

from contracts.fields import Allocation, Code, Facts, Month
from contracts.interests import LanguageSkill
from contracts.opportunities import LanguageDemand
from matching.domain.kinds.common import (
    in_time,
    languages,
    of_anyone,
    start,
    understood,
    within_reach,
)
from matching.domain.kinds.shape import FULL, Anchor, Gate, Kind, Line, Met, Near, Overlap, Seeker, Yardstick

WEIGHTS = {
    "occupation": 250,
    "occupation_wished": 200,
    "skills": 200,
    "skills_merited": 80,
    "languages": 70,
    "working_hours": 100,
    "start": 100,
}
RELATED_BAR = 250  # per mille: a less related occupation is another occupation
NEXT_WISH, LAST_WISH = 100, 700  # per mille: so much less wanted each wish is than the one before; at least so wanted


class Work(Facts):
    """What an adult can and wants to work with."""

    occupations: tuple[Code, ...] = ()  # the most wanted first
    skills: tuple[Code, ...] = ()
    languages: tuple[LanguageSkill, ...] = ()
    licences: tuple[Code, ...] = ()
    extent_percent: int = 100
    start: Month | None = None
    commute_max: int | None = None  # minutes, one way
    hours_refused: tuple[Code, ...] = ()  # night, weekend, on-call …


class Job(Facts):
    """What a job asks."""

    allocation: Allocation = "owner_decides"
    occupation: Code
    skills_required: tuple[Code, ...] = ()
    skills_merited: tuple[Code, ...] = ()
    languages: tuple[LanguageDemand, ...] = ()
    licences: tuple[Code, ...] = ()
    extent_percent: int = 100
    start: Month | None = None
    area: Code | None = None
    hours: tuple[Code, ...] = ()


def kind(yardstick: Yardstick) -> Kind:
    points = yardstick.weigh("job", WEIGHTS)
    return Kind(
        name="job",
        who="adult",
        needs=Work,
        facts=Job,
        version=yardstick.version,
        anchor=occupation(yardstick, points),
        gates=(*of_anyone(), *gates(yardstick)),
        overlaps=skills(points),
        lines=lines(points),
    )


def occupation(yardstick: Yardstick, points: Mapping[str, int]) -> Anchor:
    """A wished occupation, or one that lies near: how far it qualifies (fit), and how wanted it is (wish)."""
    return Anchor(
        "other_occupation",
        _reaches(yardstick),
        lambda p: p.facts.occupation,
        (
            ("occupation", "fit", points["occupation"]),
            ("occupation_wished", "wish", points["occupation_wished"]),
        ),
    )


def gates(yardstick: Yardstick) -> tuple[Gate, ...]:
    legal = yardstick.licences
    return (
        Gate(
            "regulated", _held, lambda p: legal.get(p.facts.occupation), lambda held, asked: not asked or asked in held
        ),
        Gate("licence", _held, lambda p: frozenset(p.facts.licences), lambda held, asked: asked <= held),
        understood(),
        in_time(lambda s: s.needs.start, lambda p: p.facts.start),
        Gate(
            "working_time",
            lambda s: frozenset(s.needs.hours_refused),
            lambda p: frozenset(p.facts.hours),
            lambda refused, hours: not refused & hours,
        ),
        within_reach(yardstick, lambda s: s.needs.commute_max),
    )


def skills(points: Mapping[str, int]) -> tuple[Overlap, ...]:
    return (
        Overlap("skills", "fit", points["skills"], "skills", "skills_required"),
        Overlap("skills_merited", "fit", points["skills_merited"], "skills", "skills_merited"),
    )


def lines(points: Mapping[str, int]) -> tuple[Line, ...]:
    return (
        languages(points["languages"]),
        Line(
            "working_hours",
            "wish",
            points["working_hours"],
            lambda s: s.needs.extent_percent,
            lambda p: p.facts.extent_percent,
            alike,
        ),
        start(points["start"]),
    )


def alike(one: int, other: int) -> Met:
    """Two extents in per cent: the less as a part of the more."""
    return FULL * min(one, other) // max(one, other, 1)


def _held(seeker: Seeker) -> frozenset[Code]:
    return frozenset(seeker.needs.licences)


def _reaches(yardstick: Yardstick) -> Callable[[Seeker], Mapping[Code, Near]]:
    near = {
        one: [(other, weight) for other, weight in others if weight >= RELATED_BAR and other != one]
        for one, others in yardstick.related.items()
    }

    def reaches(seeker: Seeker) -> Mapping[Code, Near]:
        found: dict[Code, Near] = {}
        for nth, wish in enumerate(seeker.needs.occupations):
            wanted = max(LAST_WISH, FULL - NEXT_WISH * nth)
            for other, weight in ((wish, FULL), *near.get(wish, ())):
                this = Near((weight, weight * wanted // FULL), wish)
                if other not in found or (sum(this.met), this.met) > (sum(found[other].met), found[other].met):
                    found[other] = this
        return found

    return reaches
