"""First answers to idempotency keys, kept so that a repeat gets the same one."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from chassis.database import Transaction
from intake.store.tables import Reply


@dataclass(frozen=True)
class Asked:
    """A key and what came with it, as keyed hashes: neither tells what a person wrote."""

    key: bytes
    payload: bytes

    @classmethod
    def of(cls, secret: str, scope: str, key: str, payload: str) -> "Asked":
        def hashed(text: str) -> bytes:
            return hmac.digest(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256)

        return cls(hashed(f"key|{scope}|{key}"), hashed(f"payload|{scope}|{payload}"))


async def claim(tx: Transaction, asked: Asked) -> bool:
    """Takes the key for this transaction; False while another one holds it."""
    number = int.from_bytes(asked.key[:8], "big", signed=True)
    return bool((await tx.fetch("select pg_try_advisory_xact_lock($1) as got", number))[0]["got"])


async def earlier(tx: Transaction, asked: Asked) -> Reply | None:
    return await tx.session.get(Reply, asked.key)


async def keep(tx: Transaction, asked: Asked, status: int, body: dict[str, Any]) -> None:
    tx.session.add(Reply(key_hash=asked.key, payload_hash=asked.payload, status=status, body=body, at=tx.now))


async def sweep(tx: Transaction, before: datetime) -> None:
    """Deletes answers from before `before`."""
    await tx.session.exec(delete(Reply).where(col(Reply.at) < before))
