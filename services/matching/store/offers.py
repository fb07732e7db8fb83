"""Offers and every answer to them."""

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from contracts.fields import Kind
from matching.domain.offers import Offer

INSERT = """
insert into offers (offer_id, match_id, interest_id, opportunity_id, partner_id, kind, people, answer_by, state,
                    people_yes, owner_yes, made_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def insert(tx: Transaction, offer: Offer) -> None:
    listed = (getattr(offer, field.name) for field in fields(Offer))
    await tx.execute(INSERT, *(list(v) if isinstance(v, tuple | frozenset) else v for v in listed), tx.now)


async def save(tx: Transaction, offer: Offer, seat: int | None, ended_by: str | None) -> None:
    """Who has said yes, and how it ended if it did."""
    await tx.execute(
        """update offers set people_yes = $2, owner_yes = $3, state = $4, seat = $5, ended_by = $6, ended_at = $7
           where offer_id = $1""",
        offer.offer_id,
        list(offer.people_yes),
        offer.owner_yes,
        offer.state,
        seat,
        ended_by,
        None if offer.state == "open" else tx.now,
    )


async def find(tx: Transaction, offer_id: UUID) -> Offer | None:
    rows = await tx.fetch("select * from offers where offer_id = $1", offer_id)
    return _offer(rows[0]) if rows else None


async def open_offers_of(tx: Transaction, subject: UUID) -> list[Offer]:
    """The open offers that concern a place, a household or an adult."""
    rows = await tx.fetch(
        """select * from offers where state = 'open' and (opportunity_id = $1 or interest_id = $1 or $1 = any(people))
           order by offer_id""",
        subject,
    )
    return [_offer(row) for row in rows]


async def open_offers_to(tx: Transaction, seeker_id: UUID, of: Sequence[Kind]) -> list[Offer]:
    """The open offers to this seeker (an adult, a household, a child) of these kinds."""
    rows = await tx.fetch(
        """select offers.* from offers join matches using (match_id)
           where offers.state = 'open' and seeker_id = $1 and offers.kind = any($2::text[]) order by offer_id""",
        seeker_id,
        list(of),
    )
    return [_offer(row) for row in rows]


async def log_answer(tx: Transaction, offer_id: UUID, who: str, yes: bool, reason: str | None, counted: bool) -> None:
    """Also an answer that counts for nothing is kept."""
    envelope = tx.envelope
    assert envelope is not None
    await tx.execute(
        "insert into answers (event_id, offer_id, who, yes, reason, at, counted) values ($1, $2, $3, $4, $5, $6, $7)",
        envelope.id,
        offer_id,
        who,
        yes,
        reason,
        envelope.time,
        counted,
    )


def _offer(row: asyncpg.Record) -> Offer:
    kept = {field.name: row[field.name] for field in fields(Offer)}
    return Offer(**{**kept, "people": tuple(row["people"]), "people_yes": frozenset(row["people_yes"])})
