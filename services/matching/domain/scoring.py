"""What speaks for a match, in points that sum to its score. Integers only; a hard demand that fails gives no score.

Only what the two sides said they look for and offer is read: no name, sex, age or origin exists here, and children count
only through the rooms their household asks for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from contracts.fields import Kind
from contracts.interests import AdultNeeds, HomeNeeds
from contracts.matches import Reason, Reasons
from contracts.opportunities import Dwelling, Vacancy

PROPOSED = ("owner_decides", "pool")  # a queue is joined and an authority decides: nobody is proposed there
RELATED_BAR = 500  # per mille: a less related occupation is another occupation
LATE, WAIT = 2, 6  # months: how much later than asked somebody can begin, and how long they can be asked to wait
OCCUPATION, REQUIRED, MERITED, LANGUAGES, EXTENT, START = 450, 200, 80, 90, 90, 90
ROOMS, RENT, MARGIN, AREA, MOVING_IN = 300, 200, 100, 200, 200
ROOM_TOO_MANY = 75  # points fewer for each room beyond the first that nobody asked for
MONTH_LATE, MONTH_WAIT = 30, 10  # points fewer a month
LEVELS = {"basic": 1, "good": 2, "fluent": 3}


class Vocabulary(Protocol):
    """What scoring asks of `contracts.vocabulary`."""

    @property
    def version(self) -> int: ...

    def related(self, a: str, b: str) -> int: ...


@dataclass(frozen=True)
class Seeker:
    """Who looks for something: an adult for a job (id = person id), a household for a home (id = interest id)."""

    id: UUID
    kind: Kind
    interest_id: UUID
    person_id: UUID | None
    municipality: str
    needs: AdultNeeds | HomeNeeds


@dataclass(frozen=True)
class Place:
    """What somebody offers, as last published."""

    id: UUID
    kind: Kind
    municipality: str
    facts: Vacancy | Dwelling


def score(seeker: Seeker, place: Place, vocabulary: Vocabulary) -> Reasons | None:
    """Why these two fit, or None: they can't, or one is not what the other looks for."""
    if (seeker.kind, seeker.municipality) != (place.kind, place.municipality) or place.facts.allocation not in PROPOSED:
        return None
    if isinstance(seeker.needs, AdultNeeds) and isinstance(place.facts, Vacancy):
        return score_job(seeker.needs, place.facts, vocabulary)
    if isinstance(seeker.needs, HomeNeeds) and isinstance(place.facts, Dwelling):
        return score_home(seeker.needs, place.facts, vocabulary)
    return None


def score_job(needs: AdultNeeds, vacancy: Vacancy, vocabulary: Vocabulary) -> Reasons | None:
    """An adult and a job. None without a wished or related occupation, a licence, a language level, or in time."""
    occupation = _occupation(needs.occupations, vacancy.occupation, vocabulary)
    start = _timing(needs.start, vacancy.start, START)
    if occupation is None or start is None or not _meets_demands(needs, vacancy):
        return None
    return _sum(
        occupation,
        _overlap("skills", REQUIRED, vacancy.skills_required, needs.skills),
        _overlap("skills_merited", MERITED, vacancy.skills_merited, needs.skills),
        Reason(code="languages", points=LANGUAGES, about=tuple(d.language for d in vacancy.languages))
        if vacancy.languages
        else None,
        Reason(code="working_hours", points=_share(EXTENT, needs.extent_percent, vacancy.extent_percent)),
        Reason(code="start", points=start),
        vocabulary=vocabulary,
    )


def score_home(needs: HomeNeeds, dwelling: Dwelling, vocabulary: Vocabulary) -> Reasons | None:
    """A household and a home, whoever allocates it. None with too few rooms, above the rent, or out of time."""
    moving_in = _timing(needs.from_month, dwelling.available, MOVING_IN)
    too_dear = needs.rent_max is not None and dwelling.rent > needs.rent_max
    if moving_in is None or too_dear or dwelling.rooms < needs.rooms_min:
        return None
    too_many = max(0, dwelling.rooms - needs.rooms_min - 1)
    wanted = not needs.areas or dwelling.area in needs.areas
    return _sum(
        Reason(code="rooms", points=max(0, ROOMS - ROOM_TOO_MANY * too_many)),
        Reason(code="rent", points=RENT),
        Reason(code="rent_margin", points=_margin(needs.rent_max, dwelling.rent)),
        Reason(code="area", points=AREA if wanted else 0, about=(dwelling.area,)),
        Reason(code="availability", points=moving_in),
        vocabulary=vocabulary,
    )


def _occupation(wished: Iterable[str], offered: str, vocabulary: Vocabulary) -> Reason | None:
    """The wish that lies nearest; of equally near ones the most wanted."""
    best: Reason | None = None
    for wish in wished:
        near = 1000 if wish == offered else _related(wish, offered, vocabulary)
        if near >= RELATED_BAR and (best is None or OCCUPATION * near // 1000 > best.points):
            code = "occupation_same" if wish == offered else "occupation_related"
            best = Reason(code=code, points=OCCUPATION * near // 1000, about=(wish, offered))
    return best


def _related(one: str, other: str, vocabulary: Vocabulary) -> int:
    try:
        return vocabulary.related(one, other)
    except KeyError:  # a newer publisher's word, which this version does not know
        return 0


def _meets_demands(needs: AdultNeeds, vacancy: Vacancy) -> bool:
    speaks = {skill.language: LEVELS[skill.level] for skill in needs.languages}
    return set(vacancy.licences) <= set(needs.licences) and all(
        speaks.get(demand.language, 0) >= LEVELS[demand.level] for demand in vacancy.languages
    )


def _overlap(code: str, points: int, asked: tuple[str, ...], known: tuple[str, ...]) -> Reason | None:
    both = tuple(skill for skill in dict.fromkeys(asked) if skill in known)
    return Reason(code=code, points=points * len(both) // len(set(asked)), about=both) if both else None


def _share(points: int, wished: int, offered: int) -> int:
    return points * min(wished, offered) // max(wished, offered, 1)


def _margin(ceiling: int | None, rent: int) -> int:
    """All of it when the rent is half the ceiling or less. No ceiling, nothing said."""
    return min(MARGIN, 2 * MARGIN * (ceiling - rent) // ceiling) if ceiling else 0


def _timing(ready: str | None, offered: str | None, points: int) -> int | None:
    """Points for how well two months meet; unsaid fits any; None when too late or too long a wait."""
    if ready is None or offered is None:
        return points
    late = _months(ready) - _months(offered)
    if late > LATE or -late > WAIT:
        return None
    return points - (MONTH_LATE * late if late > 0 else MONTH_WAIT * -late)


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def _sum(*reasons: Reason | None, vocabulary: Vocabulary) -> Reasons:
    speaking = tuple(reason for reason in reasons if reason is not None and reason.points > 0)
    return Reasons(score=sum(r.points for r in speaking), reasons=speaking, vocabulary=vocabulary.version)
