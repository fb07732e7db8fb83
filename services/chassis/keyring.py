"""The keyring of a service that is granted a purpose: keys in bulk from intake, in memory only, until a subject is erased."""

import base64
from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

import httpx

from chassis.passing import Passing
from chassis.settings import Settings

BULK = 500


class Keyring(Protocol):
    """Who may open what is sealed: keys by subject, fetched in bulk; a key that is gone is simply missing."""

    async def get(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]: ...

    def forget(self, subject: UUID) -> None: ...


class NoKeys:
    """The keyring of a service that is granted nothing: every seal stays shut."""

    async def get(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        return {}

    def forget(self, subject: UUID) -> None:
        pass


class IntakeKeys:
    """Asks intake's `POST /internal/keys`. A key that is gone is simply not in the answer, and is asked for again next time."""

    def __init__(self, service: str, settings: Settings) -> None:
        self.service = service
        self.known: dict[UUID, bytes] = {}
        self.client = httpx.AsyncClient(
            base_url=settings.intake_url,
            headers={"Authorization": f"Bearer {settings.service_token}"},
            timeout=httpx.Timeout(5.0, connect=2.0),
        )

    async def get(self, subjects: Iterable[UUID]) -> dict[UUID, bytes]:
        """Raises Passing when intake does not answer: the batch waits, nothing is parked."""
        wanted = set(subjects)
        asked = sorted(subject for subject in wanted if subject not in self.known)  # as many steps as are wanted
        for at in range(0, len(asked), BULK):
            self.known |= await self._ask(asked[at : at + BULK])
        return {subject: self.known[subject] for subject in wanted if subject in self.known}

    def forget(self, subject: UUID) -> None:
        self.known.pop(subject, None)

    async def _ask(self, subjects: list[UUID]) -> dict[UUID, bytes]:
        body = {"service": self.service, "subjects": [str(subject) for subject in subjects]}
        try:
            answer = await self.client.post("/internal/keys", json=body)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Passing(f"intake gives no keys: {type(error).__name__}") from error
        return {UUID(subject): base64.b64decode(key) for subject, key in answer.json()["keys"].items()}
