"""People to know: a contact, an association, a language café, for an adult who shares an interest or a language."""

from contracts.fields import Allocation, Code, Facts, Language
from matching.domain.kinds.common import of_anyone, own_municipality
from matching.domain.kinds.shape import FULL, Anchor, Gate, Kind, Line, Met, Overlap, Unsaid, Yardstick

WEIGHTS = {"interests": 400, "languages": 250, "area": 150, "times": 200}


class Belonging(Facts):
    """What somebody would like to do with others."""

    interests: tuple[Code, ...] = ()
    languages: tuple[Language, ...] = ()
    areas: tuple[Code, ...] = ()
    times: tuple[Code, ...] = ()  # weekday-evening, weekend …


class Network(Facts):
    """What a host, an association or a café offers."""

    allocation: Allocation = "owner_decides"
    interests: tuple[Code, ...] = ()
    languages: tuple[Language, ...] = ()
    area: Code | None = None
    times: tuple[Code, ...] = ()


def kind(yardstick: Yardstick) -> Kind:
    points = yardstick.weigh("network", WEIGHTS)
    return Kind(
        name="network",
        who="adult",
        needs=Belonging,
        facts=Network,
        version=yardstick.version,
        anchor=Anchor("other_municipality", own_municipality, lambda p: p.municipality),
        gates=(
            *of_anyone(),
            Gate(
                "language",
                lambda s: frozenset(s.needs.languages),
                lambda p: frozenset(p.facts.languages),
                lambda spoken, asked: not spoken or not asked or bool(spoken & asked),
            ),
        ),
        overlaps=(Overlap("interests", "wish", points["interests"], "interests", "interests", asks=Unsaid.SEEKER),),
        lines=(
            Line(
                "languages",
                "fit",
                points["languages"],
                lambda s: frozenset(s.needs.languages),
                lambda p: frozenset(p.facts.languages),
                common,
            ),
            Line(
                "area",
                "wish",
                points["area"],
                lambda s: frozenset(s.needs.areas),
                lambda p: frozenset({p.facts.area} - {None}),
                lambda wanted, area: common(wanted, area) if wanted else FULL,
            ),
            Line(
                "times",
                "wish",
                points["times"],
                lambda s: frozenset(s.needs.times),
                lambda p: frozenset(p.facts.times),
                common,
            ),
        ),
    )


def common(own: frozenset[Code], offered: frozenset[Code]) -> Met:
    """All when they have anything in common."""
    if not own:
        return Unsaid.SEEKER
    if not offered:
        return Unsaid.OWNER
    return FULL if own & offered else 0
