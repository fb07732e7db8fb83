"""Seekers and places to tell the engine about."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from contracts.interests import LanguageSkill
from contracts.opportunities import LanguageDemand
from matching.domain.kinds.job import Job, Work
from matching.domain.kinds.shape import Place, Seeker, Yardstick

YARDSTICK = Yardstick(
    version=7,
    related={
        "nurse": [("midwife", 750), ("assistant", 250)],
        "midwife": [("nurse", 750)],
        "welder": [("fitter", 500), ("smith", 200)],
        "fitter": [("welder", 500)],
    },
    licences={"nurse": "nurse-licence", "midwife": "midwife-licence"},
    minutes={("2580", "2581"): 50, ("2580", "far"): 70},
)


def worker(number: int = 1, *occupations: str, municipality: str = "2580", **more: Any) -> Seeker:
    """An adult who seeks work; the names of the seeker's own fields go to the seeker, the rest to the needs."""
    own = {name: more.pop(name) for name in ("consents", "shares", "awaits_adult", "assessment") if name in more}
    needs = Work(occupations=occupations or ("welder",), **more)
    return Seeker(UUID(int=number), "job", UUID(int=10_000 + number), municipality, needs, **own)


def job(number: int = 1, occupation: str = "welder", municipality: str = "2580", left: int = 1, **more: Any) -> Place:
    return Place(UUID(int=20_000 + number), "job", municipality, Job(occupation=occupation, **more), left)


def levels(model: type, **said: str) -> Sequence[Any]:
    """Languages with their levels: `levels(LanguageSkill, sv="good")`."""
    return tuple(model(language=language, level=level) for language, level in said.items())


MONTHS = st.none() | st.builds("{}-{:02}".format, st.just(2027), st.integers(1, 12))
SKILLS = st.lists(st.sampled_from("abcdefgh"), max_size=5).map(tuple)
OCCUPATIONS = st.sampled_from(["nurse", "midwife", "assistant", "welder", "fitter", "smith"])
LEVELS = st.dictionaries(st.sampled_from(["sv", "en"]), st.sampled_from(["basic", "good", "fluent"]))
LICENCES = st.lists(st.sampled_from(["nurse-licence", "midwife-licence", "truck"]), max_size=3).map(tuple)
HOURS = st.lists(st.sampled_from(["night", "weekend"]), max_size=1).map(tuple)
TOWNS = st.sampled_from(["2580", "2581"])
WORKERS = st.builds(
    lambda number, wishes, said, **more: worker(number, *wishes, languages=levels(LanguageSkill, **said), **more),
    number=st.integers(1, 12),
    wishes=st.lists(OCCUPATIONS, min_size=1, max_size=3),
    said=LEVELS,
    consents=st.sampled_from([True, True, True, False]),
    skills=SKILLS,
    licences=LICENCES,
    extent_percent=st.sampled_from([50, 75, 100]),
    start=MONTHS,
    commute_max=st.sampled_from([None, 30, 60]),
    hours_refused=HOURS,
    municipality=TOWNS,
)
JOBS = st.builds(
    lambda number, said, **more: job(number, languages=levels(LanguageDemand, **said), **more),
    number=st.integers(1, 12),
    occupation=OCCUPATIONS,
    said=LEVELS,
    skills_required=SKILLS,
    skills_merited=SKILLS,
    licences=st.just(()) | LICENCES,
    extent_percent=st.sampled_from([50, 75, 100]),
    start=MONTHS,
    area=st.sampled_from([None, "far"]),
    hours=HOURS,
    municipality=TOWNS,
    left=st.sampled_from([0, 1, 2]),
)


def opened(seeker: Seeker, place: Place) -> tuple[Seeker, Place]:
    """The same two with every gate between them open."""
    wish = seeker.needs.occupations[0]
    needs = seeker.needs.model_copy(update={"licences": ("nurse-licence", "midwife-licence", "truck"), "languages": ()})
    facts = place.facts.model_copy(update={"occupation": wish, "start": seeker.needs.start, "hours": (), "area": None})
    return (
        replace(seeker, needs=needs, consents=True),
        replace(place, facts=facts, left=1, municipality=seeker.municipality),
    )


PAIRS = st.tuples(WORKERS, JOBS) | st.builds(opened, WORKERS, JOBS)
