"""What partners close and answer: over HTTP as it stands, on their Kafka topic with `type` and `id` beside it."""

from typing import Literal
from uuid import UUID

from pydantic import model_validator

from intake.bodies.reading import Strict, fault
from intake.bodies.words import ClosingReason, Line, MessageId, RefusalReason


class Closing(Strict):
    reason: ClosingReason


class OwnersAnswer(Strict):
    answer: Literal["yes", "no"]
    reason: RefusalReason | None = None

    @model_validator(mode="after")
    def _no_has_a_reason(self) -> "OwnersAnswer":
        if self.answer == "no" and self.reason is None:
            raise fault("reason_needed")
        return self


class ClosingMessage(Closing):
    type: Literal["close"]
    id: MessageId
    reference: Line


class AnswerMessage(OwnersAnswer):
    type: Literal["answer"]
    id: MessageId
    offer_id: UUID
