"""Goals and assignments as pages: what is written and what is counted, as of a day, as it was known at a day."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from chassis.database import Transaction
from chassis.service import Tx
from chassis.web import StrictRoute, general, page, translator
from chassis.web.catalogues import Translator
from chassis.web.formats import PLACE
from contracts.vocabulary import VOCABULARY
from reporting.domain import verdict
from reporting.domain.programme import WILDCARDS, Assignment, Goal, Programme, known_at
from reporting.domain.verdict import Difference, Reported, RollUp
from reporting.indicator_words import Say
from reporting.measured import measured
from reporting.sketch import sketch
from reporting.store import programme as store
from reporting.told import sentence

router = APIRouter(route_class=StrictRoute, default_response_class=HTMLResponse)

Day = Annotated[date | None, Query()]


@dataclass(frozen=True)
class View:
    """One goal as of a day: all that its pages show."""

    programme: Programme
    goal: Goal
    per: date
    known: date | None  # None: all that is known now
    told: list[Reported]
    now: dict[str, Reported]
    own_told: list[Reported]
    own: dict[tuple[str, str], Reported]  # boards' and companies' own, by assignment and unit

    @property
    def assignments(self) -> list[Assignment]:
        return self.programme.assignments_of(self.goal.id, self.per)

    @property
    def counted(self) -> RollUp:
        scale = self.programme.scale(self.goal.assignment_scale)
        return verdict.roll_up(self.assignments, scale, self.now)

    @property
    def differences(self) -> list[Difference]:
        written = verdict.summary(self.programme, self.goal.id, self.per)
        return verdict.disagrees(written, self.counted) if written else []

    def shown(self) -> dict[str, Any]:
        """What every template needs of it."""
        programme, per = self.programme, self.per
        return {
            "programme": programme,
            "goal": self.goal,
            "per": per,
            "known": self.known,
            "now": self.now,
            "own": self.own,
            "assignments": self.assignments,
            "counted": self.counted,
            "written": verdict.summary(programme, self.goal.id, per),
            "differences": self.differences,
            "scale": programme.scale(self.goal.assignment_scale),
            "goal_scale": programme.scale(self.goal.scale),
            "bearers": {a.id: verdict.responsible(programme, a.id, per) for a in self.assignments},
            "wild": {a.id: verdict.wildcards(programme, a.id, per) for a in self.assignments},
            "days": sorted({r.assessment.as_of for r in self.told}, reverse=True),
            "asked": "".join(f"&{k}={v}" for k, v in (("per", per), ("known", self.known)) if v).replace("&", "?", 1),
        }


@router.get("/mal")
async def every_goal(request: Request, tx: Tx, per: Day = None, known: Day = None) -> HTMLResponse:
    """Every municipality's goals: the verdict as written, and the assignments as counted."""
    views = [
        await _view(tx, identity, goal.id, per, known)
        for identity in await store.programmes(tx)
        for goal in await _goals(tx, identity, known)
    ]
    language = translator(request).language
    places = {v.programme.id: VOCABULARY.name(v.programme.municipality, language) for v in views}
    words = {v.goal.id: sentence(v.counted, v.now, translator(request)) for v in views}
    return page(request, "goals.html", views=views, places=places, words=words)


@router.get("/mal/{goal}")
async def one_goal(request: Request, tx: Tx, goal: str, per: Day = None, known: Day = None) -> HTMLResponse:
    """A goal, its written and its computed verdict, and its assignments."""
    view, t = await view_of(tx, goal, per, known), translator(request)
    figures = await _figures(tx, view, goal, t)
    return page(request, "goal.html", words=sentence(view.counted, view.now, t), **figures, **view.shown())


@router.get("/mal/{goal}/uppdrag/{number}")
async def one_assignment(
    request: Request, tx: Tx, goal: str, number: int, per: Day = None, known: Day = None
) -> HTMLResponse:
    """An assignment: who answers for it that day, every assessment there has been, and how its completion has moved."""
    view = await view_of(tx, goal, per, known)
    assignment = next((a for a in view.assignments if a.number == number), None)
    if assignment is None:
        raise general(404)
    history = [r for r in reversed(view.told) if r.assessment.subject == assignment.id]
    slips = verdict.slips(view.told, assignment.id)
    activities = view.programme.activities_of(assignment.id)
    reported = {a.id: [r for r in reversed(view.told) if r.assessment.subject == a.id] for a in activities}
    figures = await _figures(tx, view, assignment.id, translator(request))
    return page(
        request,
        "assignment.html",
        assignment=assignment,
        history=history,
        own_history=[r for r in reversed(view.own_told) if r.assessment.subject == assignment.id],
        units={unit.id: unit.name for unit in view.programme.units},
        slips=slips,
        activities=activities,
        reported=reported,
        **figures,
        **view.shown(),
    )


@router.get("/mal/{goal}/matris")
async def matrix(request: Request, tx: Tx, goal: str, per: Day = None, known: Day = None) -> HTMLResponse:
    """Which boards and companies answer for which of a goal's assignments."""
    view = await view_of(tx, goal, per, known)
    shown = view.shown()
    cells = {a: {b.unit.id: b for b in bearers} for a, bearers in shown["bearers"].items()}
    totals = Counter(name for a, row in cells.items() for name in (*row, *shown["wild"][a]))
    units = [unit for unit in view.programme.units_on(view.per) if totals[unit.id]]
    others = [name for name in WILDCARDS if totals[name] and not view.programme.all_units]
    return page(request, "matrix.html", units=units, others=others, cells=cells, totals=totals, **shown)


async def view_of(tx: Transaction, goal: str, per: date | None, known: date | None) -> View:
    """Raises 404 for a goal that no programme has, or had by then."""
    identity = await store.owner(tx, "goals", goal)
    if identity is None:
        raise general(404)
    return await _view(tx, identity, goal, per, known)


async def _view(tx: Transaction, identity: str, goal: str, per: date | None, known: date | None) -> View:
    by = _end(known) if known else tx.now
    versions = await store.versions(tx, identity, by)
    programme = known_at(versions)
    found = programme.goal(goal) if programme else None
    if programme is None or found is None:
        raise general(404)
    told = verdict.reports(versions)
    day = per or tx.now.astimezone(PLACE).date()
    own_told = verdict.own_reports(versions)
    now, own = verdict.standing(told, day, by), verdict.own_standing(own_told, day, by)
    return View(programme, found, day, known, told, now, own_told, own)


async def _figures(tx: Transaction, view: View, subject: str, t: Translator) -> dict[str, Any]:
    """The indicators that a goal or an assignment is followed by, as of the same day and known at the same."""
    known = view.known or tx.now.astimezone(PLACE).date()
    found = await measured(tx, view.programme, subject, view.per, known)
    drawn = {
        m.link.subject + m.indicator.id: sketch(m.standing.rows, m.held, m.indicator.name.spoken(t.language))
        for m in found
    }
    return {"found": found, "pictures": drawn, "say": Say(t)}


async def _goals(tx: Transaction, identity: str, known: date | None) -> list[Goal]:
    programme = known_at(await store.versions(tx, identity, _end(known) if known else tx.now))
    return sorted(programme.goals, key=lambda goal: goal.number) if programme else []


def _end(day: date) -> datetime:
    """The end of a day in Sweden."""
    return datetime.combine(day + timedelta(days=1), time(), PLACE)
