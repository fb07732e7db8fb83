"""Labour-market employment and adapted work: what somebody needs to be able to work, against what the place offers.

What is needed never takes anything away, and nothing of why it is needed is here.
"""

from contracts.fields import Code
from matching.domain.kinds import job
from matching.domain.kinds.common import assessed, of_anyone
from matching.domain.kinds.school import supported
from matching.domain.kinds.shape import Kind, Line, Yardstick

WEIGHTS = {
    "occupation": 200,
    "occupation_wished": 200,
    "skills": 100,
    "skills_merited": 50,
    "languages": 50,
    "adaptation": 200,
    "working_hours": 100,
    "start": 100,
}


class AdaptedWork(job.Work):
    """What an adult wants to work with, and what has to be there for it."""

    adaptation: tuple[Code, ...] = ()  # rest breaks, a quiet place, an interpreter, a mentor …


class Employment(job.Job):
    """A subsidised or adapted job, and what its workplace offers."""

    adaptation: tuple[Code, ...] = ()
    assessment_first: bool = True


def kind(yardstick: Yardstick) -> Kind:
    points = yardstick.weigh("employment", WEIGHTS)
    return Kind(
        name="employment",
        who="adult",
        needs=AdaptedWork,
        facts=Employment,
        version=yardstick.version,
        anchor=job.occupation(yardstick, points),
        gates=(*of_anyone(), assessed(lambda p: p.facts.assessment_first), *job.gates(yardstick)),
        overlaps=job.skills(points),
        lines=(
            *job.lines(points),
            Line(
                "adaptation",
                "fit",
                points["adaptation"],
                lambda s: frozenset(s.needs.adaptation),
                lambda p: frozenset(p.facts.adaptation),
                supported,
            ),
        ),
    )
