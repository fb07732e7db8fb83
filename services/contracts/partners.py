"""`partners`: the organisations that use the partner door, and what was refused there."""

from typing import Literal
from uuid import UUID

from contracts.event import Event, Topic
from contracts.fields import Code, Published

PARTNERS = Topic("partners", ("intake",))

Organisation = Literal[
    "employer", "landlord", "school", "educator", "host", "statistics"
]  # statistics: those who measure


class PartnerEvent(Event, topic=PARTNERS, keyed_by="partner_id"):
    pass


class PartnerRegistered(PartnerEvent):
    partner_id: Code
    kind: Organisation
    name: Published
    agreement: Code | None = None


class InputRefused(PartnerEvent):
    """Something a partner sent was refused; the partner got code, pointer and a sentence."""

    partner_id: Code
    input_id: UUID
    door: Literal["http", "kafka"]
    code: Code
