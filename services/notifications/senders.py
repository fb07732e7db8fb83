"""The two outsides: intake, which knows who a reader is and whether a letter is still wanted, and the mail server."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal
from uuid import UUID

import aiosmtplib
import httpx
from pydantic import BaseModel, TypeAdapter

from notifications.store import Message

Fate = Literal["taken", "turned_away", "refused", "lost"]


class Answer(BaseModel):
    """What intake says of one letter at the time it is sent; all but `reason` is there when it is `wanted`."""

    message_id: UUID
    wanted: bool
    reason: str = "unwanted"
    address: str = ""
    name: str = ""
    language: str | None = None
    link: str = ""


ANSWERS = TypeAdapter(list[Answer])


class IntakeAway(Exception):
    """Intake does not answer as agreed; nothing was sent, and waiting may help."""


class Intake:
    """Intake's internal door for letters."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client  # with intake's address and our token

    async def letters(self, messages: Sequence[Message]) -> dict[UUID, Answer]:
        """Address, name and a fresh link for each letter (at most 500). Raises IntakeAway."""
        try:
            response = await self.client.post("/internal/letters", json={"letters": [_asked(m) for m in messages]})
            response.raise_for_status()
            answers = ANSWERS.validate_python(response.json()["letters"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise IntakeAway(type(error).__name__) from error
        return {answer.message_id: answer for answer in answers}


def _asked(message: Message) -> dict[str, str]:
    asked = {"message_id": message.message_id, "template": message.template, "offer_id": message.offer_id}
    who = {"person_id": message.person_id, "partner_id": message.partner_id}
    return {name: str(value) for name, value in {**asked, **who}.items() if value is not None}


@dataclass(frozen=True)
class Outcome:
    """`turned_away`: not now; `refused`: never; `lost`: the text was handed over and no answer came."""

    fate: Fate
    reason: str = ""


TAKEN = Outcome("taken")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over, and as whom. `timeout` in seconds, for each answer."""

    host: str
    port: int
    tls: Literal["if_offered", "starttls", "tls"]
    user: str
    password: str
    timeout: float

    def connection(self) -> "Connection":
        return Connection(self)


class Connection:
    """One conversation with the mail server: connects when first needed, and again when it was cut."""

    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.smtp: aiosmtplib.SMTP | None = None

    async def announce(self, sender: str, address: str) -> Outcome | None:
        """Says from whom and to whom. None: the text may follow; nothing has been handed over yet whatever happens."""
        try:
            smtp = await self._connected()
            await smtp.mail(sender)
            await smtp.rcpt(address)
        except aiosmtplib.SMTPResponseException as error:
            await self.take_back()
            return _said_no(error)
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            self._cut()
            return Outcome("turned_away", _name(error))
        except UnicodeError:
            await self.take_back()
            return Outcome("refused", "address_not_ascii")
        return None

    async def hand_over(self, mail: EmailMessage) -> Outcome:
        """The text itself. When the line breaks before the answer nobody knows whether the mail arrived: `lost`."""
        if self.smtp is None or not self.smtp.is_connected:
            return Outcome("turned_away", "connection_closed")
        try:
            await self.smtp.data(mail.as_bytes())
        except aiosmtplib.SMTPResponseException as error:
            return _said_no(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._cut()
            return Outcome("lost", _name(error))
        return TAKEN

    async def take_back(self) -> None:
        """Forgets what was announced, so that the next letter finds a clean conversation."""
        if self.smtp is None:
            return
        try:
            await self.smtp.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._cut()

    async def close(self) -> None:
        if self.smtp is None:
            return
        try:
            await self.smtp.quit()
        except (aiosmtplib.SMTPException, OSError):
            self._cut()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self.smtp is None or not self.smtp.is_connected:
            server = self.server
            self.smtp = aiosmtplib.SMTP(
                hostname=server.host,
                port=server.port,
                timeout=server.timeout,
                use_tls=server.tls == "tls",
                start_tls={"if_offered": None, "starttls": True, "tls": False}[server.tls],
                username=server.user or None,
                password=server.password or None,
            )
            await self.smtp.connect()
        return self.smtp

    def _cut(self) -> None:
        if self.smtp is not None:
            self.smtp.close()
        self.smtp = None


def _said_no(error: aiosmtplib.SMTPResponseException) -> Outcome:
    return Outcome("refused" if error.code >= 500 else "turned_away", f"smtp_{error.code}")


def _name(error: BaseException) -> str:
    """`SMTPServerDisconnected` → `smtp_server_disconnected`, a code for the ledger. Never the error's text."""
    name = type(error).__name__.replace("SMTP", "Smtp")
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).strip("_")
