"""Seekers and places to tell the engine about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

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
