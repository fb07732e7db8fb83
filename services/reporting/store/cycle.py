"""Periods and drafts: written and read. A period's row is locked by whoever changes anything in it."""

import json
from dataclasses import fields
from datetime import date, datetime

import asyncpg

from chassis.database import Transaction
from reporting.domain.cycle import Draft, Period

PERIODS = """
select programme, per, report_by, review_by, publish_by, opened_by, opened_at, published_by, known, hashes, archived_at
from periods
"""
DRAFTS = """
select distinct on (subject, unit)
  subject, version, status, text, expected, written_by, ready_by, reviewed_by, returned, unit
from drafts where programme = $1 and per = $2 order by subject, unit, version desc
"""
OPEN = """
insert into periods (programme, per, report_by, review_by, publish_by, opened_by, opened_at, hashes)
values ($1, $2, $3, $4, $5, $6, $7, '{}') on conflict do nothing returning per
"""
SAVE = """
insert into drafts (
  programme, per, subject, version, status, text, expected, written_by, ready_by, reviewed_by, returned, unit, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
PUBLISH = """
update periods set published_by = $3, known = $4, hashes = $5::varchar::jsonb,
  offsets = (select coalesce(jsonb_object_agg(topic || '/' || partition, "offset"), '{}') from offsets)
where programme = $1 and per = $2
"""


async def periods(tx: Transaction, programme: str) -> list[Period]:
    """The newest first."""
    return [_period(row) for row in await tx.fetch(PERIODS + "where programme = $1 order by per desc", programme)]


async def period(tx: Transaction, programme: str, per: date, lock: bool = False) -> Period | None:
    rows = await tx.fetch(
        PERIODS + "where programme = $1 and per = $2" + (" for update" if lock else ""), programme, per
    )
    return _period(rows[0]) if rows else None


async def open_period(tx: Transaction, new: Period) -> bool:
    """False when the programme has a period as of that day already."""
    days = (new.per, new.report_by, new.review_by, new.publish_by)
    return bool(await tx.fetch(OPEN, new.programme, *days, new.opened_by, new.opened_at))


async def drafts(tx: Transaction, programme: str, per: date) -> dict[str, Draft]:
    """What stands of the municipality's own, by goal and assignment."""
    return {subject: draft for (subject, unit), draft in (await _drafts(tx, programme, per)).items() if not unit}


async def own_drafts(tx: Transaction, programme: str, per: date) -> dict[tuple[str, str], Draft]:
    """What stands of boards' and companies' own, by assignment and unit."""
    return {key: draft for key, draft in (await _drafts(tx, programme, per)).items() if key[1]}


async def draft(tx: Transaction, programme: str, per: date, subject: str, unit: str) -> Draft | None:
    """What stands of one text."""
    return (await _drafts(tx, programme, per)).get((subject, unit))


async def save(tx: Transaction, period: Period, draft: Draft) -> None:
    values = [getattr(draft, one.name) for one in fields(Draft)]
    await tx.execute(SAVE, period.programme, period.per, *values, tx.now)


async def publish(tx: Transaction, period: Period, by: str, known: datetime, hashes: dict[str, str]) -> None:
    """With the offsets that the figures have come to."""
    await tx.execute(PUBLISH, period.programme, period.per, by, known, json.dumps(hashes))


async def archive(tx: Transaction, period: Period) -> None:
    await tx.execute(
        "update periods set archived_at = $3 where programme = $1 and per = $2", period.programme, period.per, tx.now
    )


async def _drafts(tx: Transaction, programme: str, per: date) -> dict[tuple[str, str], Draft]:
    return {(row["subject"], row["unit"]): Draft(**row) for row in await tx.fetch(DRAFTS, programme, per)}


def _period(row: asyncpg.Record) -> Period:
    return Period(**dict(row))
