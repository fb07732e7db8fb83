"""What reporting does with what it hears: projects every topic, in batches, and says that it keeps nothing personal."""

from itertools import chain

from chassis.ahead import meanwhile
from chassis.consumer import Consumer
from chassis.database import Transaction
from chassis.due import Due
from chassis.records import Heard
from contracts import REGISTRY, Event
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.measurements import MeasurementReported
from reporting.domain.figures import FIGURES
from reporting.domain.observations import Told, observations
from reporting.domain.projection import Fact, fold
from reporting.domain.settling import Word, keys, settle
from reporting.reminding import DEADLINE, said_when_due
from reporting.store import measurements, projection, settled
from reporting.store import observations as observed

PROJECTED = ("interests", "opportunities", "matches", "messages", "partners", "rounds", "followup")

consumer = Consumer("reporting")


@consumer.on_batch(*chain.from_iterable(REGISTRY[topic].values() for topic in PROJECTED))
async def project(heard: list[Heard], tx: Transaction) -> None:
    told = [
        Told(h.topic, h.partition, h.offset, h.envelope.id, Fact(h.event, h.envelope.time, h.envelope.municipality))
        for h in heard
        if h.event and h.envelope
    ]
    words = await meanwhile(projection.write(tx, fold(one.fact for one in told)), lambda: _words(told))
    figures = [word for word in words if word.observation.figure in FIGURES]  # of other facts nothing is summed
    stood = await settled.read(tx, keys(figures))
    writing = observed.write(tx, [observation for observation, _ in words])
    await settled.write(tx, *await meanwhile(writing, lambda: settle(stood, figures)))


def _words(told: list[Told]) -> list[Word]:
    return [Word(one, getattr(t.fact.event, "interest_id", None)) for t in told for one in observations(t)]


@consumer.on_batch(MeasurementReported)
async def keep_measurements(heard: list[Heard], tx: Transaction) -> None:
    await measurements.keep(tx, heard)


@consumer.on(SubjectErased)
async def answer_erasure(event: SubjectErased, tx: Transaction) -> list[Event]:
    """There is nothing to delete: figures stand on ids, kinds and times, which stay when a person is gone."""
    return [ErasureCarriedOut(subject_id=event.subject_id, service="reporting")]


@consumer.when_due(DEADLINE)
async def remind_of_follow_up(due: Due, tx: Transaction) -> list[Event]:
    return await said_when_due(due, tx)
