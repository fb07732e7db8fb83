"""Questions about partners and what they have published."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from chassis.database import Transaction
from intake.store.tables import Opportunity, Partner, PartnerInput


async def partner_by_key(tx: Transaction, key_hash: str) -> Partner | None:
    return (await tx.session.exec(select(Partner).where(Partner.key_hash == key_hash))).one_or_none()


async def partners(tx: Transaction, ids: Iterable[str]) -> dict[str, Partner]:
    """Those of the partners that there are."""
    rows = await tx.session.exec(select(Partner).where(col(Partner.partner_id).in_(list(ids))))
    return {partner.partner_id: partner for partner in rows.all()}


async def all_partners(tx: Transaction) -> Sequence[Partner]:
    return (await tx.session.exec(select(Partner).order_by(col(Partner.partner_id)))).all()


async def lock_partner(tx: Transaction, partner_id: str) -> None:
    """One thing at a time for one partner: two of its publications never race for a reference."""
    await tx.session.exec(select(Partner.partner_id).where(Partner.partner_id == partner_id).with_for_update())


async def by_reference(tx: Transaction, partner_id: str, reference: str, kind: str | None = None) -> Opportunity | None:
    """What the partner calls `reference`; among all kinds where none is named, the newest."""
    asked = select(Opportunity).where(Opportunity.partner_id == partner_id, Opportunity.reference == reference)
    if kind is not None:
        asked = asked.where(Opportunity.kind == kind)
    return (await tx.session.exec(asked.order_by(col(Opportunity.changed_at).desc()).limit(1))).one_or_none()


async def by_id(tx: Transaction, partner_id: str, opportunity_id: UUID) -> Opportunity | None:
    """One of the partner's own."""
    asked = select(Opportunity).where(
        Opportunity.partner_id == partner_id, Opportunity.opportunity_id == opportunity_id
    )
    return (await tx.session.exec(asked)).one_or_none()


async def of_partner(tx: Transaction, partner_id: str) -> Sequence[Opportunity]:
    """All that the partner has published, the last changed first; at most 1 000."""
    asked = select(Opportunity).where(Opportunity.partner_id == partner_id)
    return (await tx.session.exec(asked.order_by(col(Opportunity.changed_at).desc()).limit(1000))).all()


async def is_new_input(tx: Transaction, partner_id: str, topic: str, partition: int, offset: int) -> bool:
    """Takes responsibility for a record of a partner's topic; False when it was taken before."""
    row = await tx.fetch(
        """insert into partner_inputs (topic, partition, "offset", partner_id, at) values ($1, $2, $3, $4, $5)
           on conflict do nothing returning topic""",
        topic,
        partition,
        offset,
        partner_id,
        tx.now,
    )
    return bool(row)


async def note_refusal(tx: Transaction, topic: str, partition: int, offset: int, code: str) -> None:
    row = await tx.session.get_one(PartnerInput, (topic, partition, offset))
    row.refused = code


async def upsert_partner(tx: Transaction, given: dict[str, Any]) -> bool:
    """Stores a partner as the settings tell of it. True when what others are told of it is new."""
    before = await tx.session.get(Partner, given["partner_id"], with_for_update=True)
    if before is None:
        tx.session.add(Partner(**given))
        return True
    told = (before.kind, before.name, before.agreement) != (given["kind"], given["name"], given.get("agreement"))
    before.sqlmodel_update(given)
    return told


async def sweep_inputs(tx: Transaction, before: datetime) -> None:
    """Deletes what was noted of inputs before `before`: their topics keep them no longer either."""
    await tx.session.exec(delete(PartnerInput).where(col(PartnerInput.at) < before))
