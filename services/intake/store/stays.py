"""Questions about what households were asked after they moved in, and answered."""

from uuid import UUID

from sqlmodel import col, select

from chassis.database import Transaction
from intake.domain.staying import Mark
from intake.store.tables import Stay


async def asked(tx: Transaction, interest_id: UUID, mark: Mark) -> None:
    """Notes that the household was asked now."""
    tx.session.add(Stay(interest_id=interest_id, months=mark, asked_at=tx.now))
    await tx.session.flush()


async def latest(tx: Transaction, interest_id: UUID) -> Stay | None:
    """What was asked last of the household, and its answer."""
    asked = select(Stay).where(Stay.interest_id == interest_id).order_by(col(Stay.months).desc()).limit(1)
    return (await tx.session.exec(asked)).one_or_none()


async def has_left(tx: Transaction, interest_id: UUID) -> bool:
    """Whether its last answer was that it left."""
    stay = await latest(tx, interest_id)
    return stay is not None and stay.left_in is not None
