"""`messages`: what was told to whom, and what became of it. Never the text, never the address."""

from uuid import UUID

from contracts.event import Event, Topic
from contracts.fields import Code, Language

MESSAGES = Topic("messages", ("notifications",))


class MessageEvent(Event, topic=MESSAGES, keyed_by="message_id"):
    pass


class Message(MessageEvent, said=False):
    message_id: UUID
    template: Code
    channel: Code  # "mail"
    person_id: UUID | None = None
    partner_id: Code | None = None
    language: Language


class MessageSent(Message):
    """The provider took it."""


class MessageFailed(Message):
    """The provider said no for good, or we gave up."""

    reason: Code


class MessageSuppressed(Message):
    """No longer wanted: the person withdrew, was erased, or the matter was over before it was sent."""

    reason: Code


class MessageUncertain(Message):
    """The provider's answer was lost. It may have arrived; it is never sent again by itself."""
