"""Deadlines of a period: a week before each, what is missing is said; nothing is said when nothing is."""

from datetime import date, datetime, time, timedelta

from chassis.database import Transaction
from chassis.due import Due
from chassis.web.formats import PLACE
from contracts import Event
from contracts.followup import FollowUpDue
from reporting.domain import cycle
from reporting.domain.cycle import Period
from reporting.domain.programme import known_at
from reporting.store import cycle as store
from reporting.store import programme as programmes

DEADLINE = "followup_deadline"
BEFORE = timedelta(days=7)
HOUR = time(9)
WAITING: dict[str, tuple[cycle.State, ...]] = {  # a step's deadline concerns what has not come past these
    "report": ("open", "reported"),
    "review": ("open", "reported", "ready"),
    "publish": cycle.STATES,
}


async def remind(tx: Transaction, period: Period) -> None:
    """Sets the reminders of a period that was opened; those whose time has passed come at once."""
    for step in WAITING:
        by: date = getattr(period, f"{step}_by")
        at = datetime.combine(by - BEFORE, HOUR, PLACE)
        await tx.due(DEADLINE, f"{period.programme}|{period.per}|{step}", at)


async def said_when_due(due: Due, tx: Transaction) -> list[Event]:
    """What a deadline that is near says."""
    programme, per, step = due.key.split("|")
    period = await store.period(tx, programme, date.fromisoformat(per))
    found = known_at(await programmes.versions(tx, programme, tx.now))
    if period is None or found is None or period.published:
        return []
    far = cycle.progress(found.subjects(period.per), await store.drafts(tx, programme, period.per))
    own = await store.own_drafts(tx, programme, period.per)
    begun = cycle.progress(own, own)  # boards' parts are voluntary: only what is begun can be missing
    missing = sum(far[state] + begun[state] for state in WAITING[step])
    if not missing:
        return []
    tx.acting("system", found.municipality)
    told = {"step": step, "by": getattr(period, f"{step}_by"), "missing": missing}
    return [FollowUpDue.model_validate({"subject_id": programme, "programme": programme, "as_of": period.per, **told})]
