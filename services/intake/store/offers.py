"""Questions about offers, their answers, and whom a partner has been shown."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from chassis.database import Transaction
from contracts.matches import OfferMade
from intake.domain.offers import Answer, Offer
from intake.store.tables import ANEW, Disclosure, OfferRow, Opportunity, Partner, PersonAnswer


async def keep(tx: Transaction, event: OfferMade) -> None:
    """Stores an introduction that was heard."""
    tx.session.add(
        OfferRow(
            offer_id=event.offer_id,
            interest_id=event.interest_id,
            opportunity_id=event.opportunity_id,
            partner_id=event.partner_id,
            kind=event.kind,
            people=list(event.people),
            answer_by=event.answer_by,
            state="open",
            made_at=tx.now,
        )
    )
    await tx.session.flush()


async def lock(tx: Transaction, offer_id: UUID, partner_id: str | None = None) -> OfferRow | None:
    """The offer's row, locked and read anew; with `partner_id` only that partner's own."""
    asked = select(OfferRow).where(OfferRow.offer_id == offer_id).with_for_update()
    if partner_id is not None:
        asked = asked.where(OfferRow.partner_id == partner_id)
    return (await tx.session.exec(asked, execution_options=ANEW)).one_or_none()


async def end(tx: Transaction, offer_id: UUID, state: str, reason: str | None) -> bool:
    """Notes how an offer ended. False when it was never heard of."""
    row = await lock(tx, offer_id)
    if row is None:
        return False
    row.state, row.reason, row.ended_at = state, reason, tx.now
    return True


async def offer(tx: Transaction, row: OfferRow) -> Offer:
    return (await _with_answers(tx, [row]))[0]


async def _with_answers(tx: Transaction, rows: Sequence[OfferRow]) -> list[Offer]:
    found = await tx.session.exec(
        select(PersonAnswer).where(col(PersonAnswer.offer_id).in_([row.offer_id for row in rows]))
    )
    answers: dict[UUID, dict[UUID, Answer]] = {row.offer_id: {} for row in rows}
    for one in found.all():
        answers[one.offer_id][one.person_id] = one.answer  # type: ignore[assignment]
    return [
        Offer(row.offer_id, tuple(row.people), row.answer_by, row.state, answers[row.offer_id], row.owner)  # type: ignore[arg-type]
        for row in rows
    ]


Told = tuple[OfferRow, Offer, Opportunity | None]


async def of_person(tx: Transaction, person_id: UUID) -> list[Told]:
    """An adult's offers with their answers and what they are about, the newest first."""
    return await _told(tx, col(OfferRow.people).any(person_id))  # type: ignore[arg-type]


async def of_partner(tx: Transaction, partner_id: str, state: str | None, offer_id: UUID | None = None) -> list[Told]:
    """A partner's offers, the newest first; at most 500."""
    wanted = [col(OfferRow.partner_id) == partner_id]
    wanted += [col(OfferRow.state) == state] if state else []
    wanted += [col(OfferRow.offer_id) == offer_id] if offer_id else []
    return await _told(tx, *wanted)


async def _told(tx: Transaction, *wanted: Any) -> list[Told]:
    rows = (
        await tx.session.exec(
            select(OfferRow, Opportunity)
            .outerjoin(Opportunity, col(Opportunity.opportunity_id) == col(OfferRow.opportunity_id))
            .where(*wanted)
            .order_by(col(OfferRow.made_at).desc(), col(OfferRow.offer_id))
            .limit(500)
        )
    ).all()
    told = await _with_answers(tx, [row for row, _ in rows])
    return [(row, offer, about) for (row, about), offer in zip(rows, told, strict=True)]


async def states(tx: Transaction, ids: Iterable[UUID]) -> dict[UUID, str]:
    """How those of the offers stand that have been heard of."""
    rows = await tx.session.exec(select(OfferRow.offer_id, OfferRow.state).where(col(OfferRow.offer_id).in_(list(ids))))
    return dict(rows.all())


async def keep_answer(tx: Transaction, offer_id: UUID, person_id: UUID, answer: Answer) -> None:
    tx.session.add(PersonAnswer(offer_id=offer_id, person_id=person_id, answer=answer, at=tx.now))


async def disclose(
    tx: Transaction, partner_id: str, shown: Sequence[tuple[UUID, UUID]], fields: Sequence[str], at: datetime
) -> None:
    """Notes that the partner was shown these (offer, adult), first and last time."""
    if not shown:
        return
    rows = [
        {
            "offer_id": offer_id,
            "person_id": person_id,
            "partner_id": partner_id,
            "fields": list(fields),
            "first_at": at,
            "last_at": at,
        }
        for offer_id, person_id in shown
    ]
    statement = insert(Disclosure).values(rows)
    await tx.session.exec(
        statement.on_conflict_do_update(index_elements=["offer_id", "person_id"], set_={"last_at": at})
    )


async def disclosures(tx: Transaction, person_id: UUID) -> Sequence[tuple[Disclosure, str]]:
    """Who has been shown the adult's name and contact, with the partner's name, the newest first."""
    asked = (
        select(Disclosure, Partner.name)
        .join(Partner, col(Partner.partner_id) == col(Disclosure.partner_id))
        .where(Disclosure.person_id == person_id)
        .order_by(col(Disclosure.first_at).desc())
    )
    return [(one, name) for one, name in (await tx.session.exec(asked)).all()]
