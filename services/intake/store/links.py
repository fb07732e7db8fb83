"""Questions about the links in letters. A token is 256 random bits; only its hash is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col

from chassis.database import Transaction
from intake.domain.links import LIFE, Link, Purpose
from intake.store.tables import LinkRow


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def make(tx: Transaction, wanted: Sequence[tuple[UUID, Purpose]]) -> list[str]:
    """A fresh token for each (adult, purpose), in order."""
    tokens = [secrets.token_urlsafe(32) for _ in wanted]
    tx.session.add_all(
        LinkRow(token_hash=_hash(token), person_id=person, purpose=purpose, expires_at=tx.now + LIFE[purpose])
        for token, (person, purpose) in zip(tokens, wanted, strict=True)
    )
    await tx.session.flush()
    return tokens


async def find(tx: Transaction, token: str) -> tuple[UUID, Link] | None:
    """Whose link this is, and how it stands."""
    row = await tx.session.get(LinkRow, _hash(token), populate_existing=True)
    return (row.person_id, Link(row.purpose, row.expires_at, row.used_at)) if row else None  # type: ignore[arg-type]


async def use(tx: Transaction, token: str) -> None:
    """Marks the link as used. Whoever comes at the same moment waits for this transaction and finds it so."""
    row = await tx.session.get_one(LinkRow, _hash(token), with_for_update=True)
    row.used_at = tx.now
    await tx.session.flush()


async def sweep(tx: Transaction, before: datetime) -> None:
    """Deletes links that ran out before `before`."""
    await tx.session.exec(delete(LinkRow).where(col(LinkRow.expires_at) < before))
