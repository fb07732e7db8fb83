"""`erasures`: somebody's key is destroyed; every service deletes what it had opened and says so."""

from uuid import UUID

from contracts.event import Event, Topic
from contracts.fields import Code

ERASURES = Topic("erasures", ("intake", "matching", "notifications", "reporting"))


class ErasureEvent(Event, topic=ERASURES, keyed_by="subject_id"):
    pass


class SubjectErased(ErasureEvent):
    """The subject's key is gone. A subject is an adult, or a household (interest id) when its last adult goes."""

    subject_id: UUID
    interest_id: UUID


class ErasureCarriedOut(ErasureEvent):
    subject_id: UUID
    service: Code
