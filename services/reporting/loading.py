"""The door that a programme of goals and assignments comes in by, from the operator's command: all of it, or nothing."""

import hashlib
from collections import Counter
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import field_validator

from chassis.service import Tx
from chassis.web import Fault, Problem, StrictRoute, general, service_token
from chassis.web.catalogues import sv
from contracts.followup import (
    ActivityGiven,
    AssessmentReported,
    AssignmentGiven,
    FollowupEvent,
    GoalSet,
    IndicatorLinked,
    ResponsibilityChanged,
)
from contracts.municipalities import CONTROLLER
from reporting.domain.faults import Fault as Wrong
from reporting.domain.faults import faults, taken_back, unanswered, unmeasured
from reporting.domain.parts import Activity, Link
from reporting.domain.programme import (
    Assessment,
    Assignment,
    Goal,
    OwnAssessment,
    Part,
    Programme,
    Responsibility,
    Scale,
    Summary,
    Unit,
    known_at,
)
from reporting.measured import CATALOGUE
from reporting.store import programme as store

router = APIRouter(route_class=StrictRoute)


class Sent(Programme):
    """A programme as a file brings it."""

    @field_validator("kept", mode="before")
    @classmethod
    def _never_brought(cls, kept: Any) -> Any:
        if kept:
            raise ValueError("figures are kept when a period is published, never loaded: leave kept out")
        return kept


NAMES: dict[type[Part], str] = {
    Sent: "programme",
    Scale: "scales",
    Unit: "units",
    Goal: "goals",
    Assignment: "assignments",
    Responsibility: "responsibilities",
    Assessment: "assessments",
    OwnAssessment: "own_assessments",
    Summary: "summaries",
    Activity: "activities",
    Link: "links",
}


@router.post("/api/programmes", dependencies=[Depends(service_token)])
async def load(programme: Sent, tx: Tx) -> dict[str, Any]:
    """Records what is new or changed, and says so on `followup`. What the programme leaves out stands as it was.

    422 with a pointer to each part that points at nothing, or that takes back what earlier parts stand on; 409 where
    another programme has a goal or an assignment.
    """
    _refuse(faults(programme) or [*unmeasured(programme, CATALOGUE), *unanswered(programme)])
    await store.alone(tx)
    await _refuse_others(tx, programme)
    before = known_at(await store.versions(tx, programme.id, tx.now))
    _refuse(list(taken_back(before, programme)) if before else [])
    changed = await store.record(tx, programme)
    stands = known_at(await store.versions(tx, programme.id, tx.now))
    _refuse([wrong._replace(at=wrong.at[:1]) for wrong in faults(stands)] if stands else [])
    tx.acting("operator", programme.municipality, CONTROLLER[programme.municipality])
    tx.publish(*(event for part in changed if (event := said_of(part, programme.id))))
    return {"programme": programme.id, "recorded": dict(Counter(NAMES[type(part)] for part in changed))}


def _refuse(wrong: list[Wrong]) -> None:
    if wrong:
        told = [Fault(code=f.code, detail=f.says, pointer="/" + "/".join(map(str, f.at))) for f in wrong]
        raise general(422, errors=told)


async def _refuse_others(tx: Tx, programme: Programme) -> None:
    for kind in ("goals", "assignments"):
        for index, part in enumerate(getattr(programme, kind)):
            if await store.owner(tx, kind, part.id) not in (None, programme.id):
                taken = Fault(code="taken", detail=f"another programme has {part.id}", pointer=f"/{kind}/{index}/id")
                raise Problem(409, "taken", sv("Ett annat program har redan det målet eller uppdraget"), errors=[taken])


def said_of(part: Part, programme: str) -> FollowupEvent | None:
    """What is said to all of a part that was recorded; None of what only gives words to the rest."""
    match part:
        case Goal():
            return GoalSet(subject_id=part.id, programme=programme, number=part.number, text_sha256=_sha256(part.text))
        case Assignment():
            told = {"goal_id": part.goal, "number": part.number, "added": part.added}
            return AssignmentGiven.model_validate(
                {"subject_id": part.id, "programme": programme, "text_sha256": _sha256(part.text), **told}
            )
        case Responsibility():
            return ResponsibilityChanged(
                subject_id=part.assignment, programme=programme, unit=part.unit, since=part.since, until=part.until
            )
        case Activity():
            told = {"assignment_id": part.assignment, "number": part.number, "start": part.start, "end": part.end}
            return ActivityGiven.model_validate(
                {"subject_id": part.id, "programme": programme, "text_sha256": _sha256(part.text), **told}
            )
        case Link():
            return IndicatorLinked(
                subject_id=part.subject, programme=programme, indicator_id=part.indicator, targets=part.targets
            )
        case Assessment():
            told = {"status": part.status, "as_of": part.as_of, "expected": part.expected}
            told |= {"unit": part.unit if isinstance(part, OwnAssessment) else None}
            return AssessmentReported.model_validate(
                {"subject_id": part.subject, "programme": programme, "text_sha256": _sha256(part.text), **told}
            )
    return None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
