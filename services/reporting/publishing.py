"""A period is published: its drafts become assessments, and every goal's report is made, hashed, and can be made again."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chassis.database import Transaction
from chassis.web.catalogues import translators
from chassis.web.formats import PLACE
from contracts.followup import ReportPublished
from reporting.domain import verdict
from reporting.domain.cycle import Draft, Period, published_with
from reporting.domain.document import Document
from reporting.domain.parts import Kept
from reporting.domain.programme import Assessment, OwnAssessment, Programme, known_at
from reporting.exports.pdf import pdf
from reporting.exports.word import word
from reporting.loading import said_of
from reporting.measured import measured
from reporting.reports import goal_report
from reporting.store import cycle
from reporting.store import programme as programmes

SWEDISH = translators("reporting")["sv"]  # a board reads it in its own language, and the bytes are the same for all
MAKERS = {"pdf": pdf, "docx": word}


@dataclass(frozen=True)
class File:
    """One goal's report. `sha256` is of its bytes."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


async def publish(tx: Transaction, period: Period, programme: Programme, by: str) -> None:
    """Everything in it is reviewed: see `cycle.publishable`. What is said stands in the programme from now on."""
    drafts = (await cycle.drafts(tx, programme.id, period.per)).values()
    said = [Assessment.model_validate(_said(programme, period.per, one)) for one in drafts]
    kept = [
        one for one in programme.assessments if (one.subject, one.as_of) not in {(s.subject, s.as_of) for s in said}
    ]
    figures = await _figures(tx, programme, period.per)
    after = {"assessments": (*kept, *said), "kept": (*programme.kept, *figures)}
    after["own_assessments"] = await _own(tx, programme, period.per)
    changed = await programmes.record(tx, programme.model_copy(update=after))
    hashes = {file.name: file.sha256 for file in await files(tx, programme.id, period.per, tx.now)}
    await cycle.publish(tx, period, by, tx.now, hashes)
    tx.acting(by, programme.municipality)
    tx.publish(*(event for part in changed if (event := said_of(part, programme.id))))
    tx.publish(
        *(
            ReportPublished(
                subject_id=goal.id,
                programme=programme.id,
                as_of=period.per,
                pdf_sha256=hashes[f"{goal.id}.pdf"],
                docx_sha256=hashes[f"{goal.id}.docx"],
            )
            for goal in programme.goals
        )
    )


async def files(tx: Transaction, programme: str, per: date, known: datetime) -> list[File]:
    """Each goal's report as of `per`, made of what was known at `known`: the same bytes whenever they are made."""
    return [
        File(f"{goal}.{kind}", make(document))
        for goal, document in (await documents(tx, programme, per, known)).items()
        for kind, make in MAKERS.items()
    ]


async def documents(tx: Transaction, programme: str, per: date, known: datetime) -> dict[str, Document]:
    """Each goal's report, by goal."""
    versions = await programmes.versions(tx, programme, known)
    found, told, own = known_at(versions), verdict.reports(versions), verdict.own_reports(versions)
    return {goal.id: goal_report(SWEDISH, found, goal, told, own, per, known) for goal in found.goals} if found else {}


async def _figures(tx: Transaction, programme: Programme, per: date) -> list[Kept]:
    known = tx.now.astimezone(PLACE).date()
    return [
        Kept(
            subject=subject,
            indicator=one.indicator.id,
            as_of=per,
            standing=one.standing,
            described=one.indicator.without_values,
        )
        for subject in programme.subjects(per)
        for one in await measured(tx, programme, subject, per, known)
    ]


async def _own(tx: Transaction, programme: Programme, per: date) -> tuple[OwnAssessment, ...]:
    """What boards and companies have said themselves, now with what they say of this period."""
    drafts = published_with(verdict.answering(programme, per), await cycle.own_drafts(tx, programme.id, per))
    said = {
        (one.subject, per, one.unit): OwnAssessment.model_validate(_said(programme, per, one) | {"unit": one.unit})
        for one in drafts
    }
    return tuple(({(one.subject, one.as_of, one.unit): one for one in programme.own_assessments} | said).values())


def _said(programme: Programme, per: date, draft: Draft) -> dict[str, Any]:
    """A draft as the assessment that it becomes."""
    return {
        "subject": draft.subject,
        "as_of": per,
        "status": draft.status,
        "word": programme.scale_of(draft.subject).level(draft.status).word,
        "text": draft.text,
        "by": draft.written_by,
        "expected": draft.expected,
    }
