"""From a row of the ledger and what intake says of its reader to a mail: the text, in the reader's language."""

from datetime import date, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from babel.dates import format_date

from chassis.web import Templates
from contracts.references import reference
from contracts.vocabulary import VOCABULARY
from notifications.senders import Answer
from notifications.store import Message


class Unwritable(ValueError):
    """A letter that can't become a mail: the address or the name is not one that a header can hold."""


class Letters:
    """Writes mails. `sender` is the address they come from."""

    def __init__(self, sender: str) -> None:
        self.sender = sender
        self.templates = Templates("notifications")

    def written(self, message: Message, place: dict[str, str], answer: Answer, now: datetime) -> EmailMessage:
        """The mail; `place` is what its owner tells of the place it is about. Raises Unwritable."""
        language = answer.language or message.language
        here = VOCABULARY.name(message.municipality, "sv")
        subject, _, body = self._text(message, place, answer, language).strip().partition("\n\n")
        mail = EmailMessage(policy=SMTP)
        try:
            mail["From"] = Address(f"{here} kommun, inflyttning", addr_spec=self.sender)
            mail["To"] = Address(answer.name, addr_spec=answer.address)
        except (
            MessageError,
            ValueError,
            IndexError,
        ) as error:  # the parser's own errors; their text quotes the address
            raise Unwritable(type(error).__name__) from None
        mail["Subject"] = subject
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{message.message_id}@{self.sender.partition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # answering machines leave it alone
        mail.set_content(body.strip() + "\n", cte="quoted-printable")
        mail["Content-Language"] = language  # after the content, which takes all Content- headers away
        return mail

    def _text(self, message: Message, place: dict[str, str], answer: Answer, language: str) -> str:
        facts: dict[str, Any] = {**place, **message.facts, "name": answer.name, "link": answer.link}
        facts |= {"place": VOCABULARY.name(message.municipality, "sv"), "offer_id": message.offer_id}
        facts["reference"] = reference(message.municipality, message.interest_id) if message.person_id else ""
        if "answer_by" in facts:
            facts["answer_by"] = datetime.fromisoformat(facts["answer_by"])
        if "rent" in facts:
            month = date.fromisoformat(f"{facts['available']}-01")
            facts |= {"rent": int(facts["rent"]), "available": format_date(month, "MMMM y", locale=language)}
        return self.templates.render(f"{message.template}.txt", language=language, **facts)
