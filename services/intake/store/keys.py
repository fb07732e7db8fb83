"""The keys database: a 256-bit key per adult and per household, wrapped under a key from the settings.

It is a database of its own, so that no backup of the people's rows holds what opens them.
"""

import asyncio
import base64
from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from chassis.sealing import new_key, open_sealed, seal

WANTED = "select subject, wrapped from keys where subject = any($1::uuid[])"
GIVEN = "insert into keys (subject, wrapped) select * from unnest($1::uuid[], $2::text[])"
GONE = "delete from keys where subject = any($1::uuid[])"
LEFT = "select s from unnest($1::uuid[]) as s where not exists (select from keys where subject = s)"


class Keys:
    """Intake's keyring. Nothing is remembered between calls: a key that is destroyed is gone everywhere at once."""

    def __init__(self, url: str, kek: str) -> None:
        """`kek`: base64 of 32 bytes. Raises ValueError when it is something else."""
        self.url = url
        self._kek = base64.b64decode(kek, validate=True)
        if len(self._kek) != 32:
            raise ValueError("the key-encryption key must be 32 bytes, in base64")
        self._pool: asyncpg.Pool | None = None
        self._opening = asyncio.Lock()

    async def get(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """The keys that are there, by subject."""
        rows = await (await self._connected()).fetch(WANTED, list(subjects))
        return {row["subject"]: open_sealed(self._kek, row["wrapped"], row["subject"].bytes) for row in rows}

    async def create(self, subjects: Sequence[UUID]) -> dict[UUID, bytes]:
        """New keys, committed on return: an orphan harms nothing, a row whose key is not there would be lost."""
        keys = {subject: new_key() for subject in subjects}
        wrapped = [seal(self._kek, key, subject.bytes) for subject, key in keys.items()]
        await (await self._connected()).execute(GIVEN, list(keys), wrapped)
        return keys

    async def destroy(self, subjects: Sequence[UUID]) -> None:
        """The keys are gone on return, and with them everything that was sealed with them. Again is the same."""
        await (await self._connected()).execute(GONE, list(subjects))

    async def missing(self, subjects: Sequence[UUID]) -> list[UUID]:
        """Those of the subjects that have no key any more."""
        return [row["s"] for row in await (await self._connected()).fetch(LEFT, list(subjects))]

    def forget(self, subject: UUID) -> None:
        """Nothing to forget: see the class."""

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()

    async def _connected(self) -> asyncpg.Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(self.url, min_size=0, max_size=5, timeout=10, command_timeout=30)
            return self._pool


def keys_of(tx: Transaction) -> Keys:
    """The keyring of intake's transactions: the one that can also make and destroy keys."""
    if not isinstance(tx.keyring, Keys):
        raise TypeError("intake's transactions need the keys database as their keyring")
    return tx.keyring
