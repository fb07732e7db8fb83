"""The partner door on Kafka: plain JSON on `partner.<id>.in` is taken, or comes back on `partner.<id>.rejected`."""

from typing import Any

from chassis import telemetry
from chassis.database import Transaction
from chassis.envelope import new_id
from chassis.kafka import create_topics, partner_topics, wait_for_kafka
from chassis.plain import Plain, read_plain
from chassis.service import Service
from chassis.web import Problem, general
from chassis.web.catalogues import SOURCE, translators
from chassis.web.text import strict_json
from contracts.municipalities import CONTROLLER
from contracts.partners import InputRefused
from intake import measuring, publishing
from intake.bodies.measurements import MeasurementMessage
from intake.bodies.partners import AnswerMessage, ClosingMessage
from intake.bodies.places import CHANGES, MESSAGES
from intake.bodies.reading import Refused, read, told
from intake.partners import load
from intake.settings import IntakeSettings
from intake.store import opportunities
from intake.store.tables import Partner

MAX_BYTES = 64 * 1024
SAY = translators("intake")[SOURCE]  # partners on Kafka are answered in Swedish


async def run(service: Service[IntakeSettings]) -> None:
    """Reads what all partners publish until the service stops; first loads who they are."""
    await load(service)
    async with service.database.transaction() as tx:
        partners = {partner.partner_id: partner for partner in await opportunities.all_partners(tx)}
    if not partners:
        await service.stopping.wait()
        return
    await wait_for_kafka(service.settings.servers)
    topics = [topic for partner in partners for topic in partner_topics(partner)]
    await create_topics(service.settings.servers, service.settings.topic_prefix, topics)

    async def one(record: Plain) -> None:
        await take(service, partners[record.topic.split(".")[1]], record)

    inward = [f"partner.{partner}.in" for partner in partners]
    await read_plain(service.settings, "intake.gateway", inward, one, service.stopping)


async def take(service: Service[IntakeSettings], partner: Partner, record: Plain) -> None:
    """Does what the record says, once; what can't be taken is told on `.rejected` and said as an event."""
    token = telemetry.set_traceparent(None)
    acting = (f"partner:{partner.partner_id}", partner.municipality, CONTROLLER[partner.municipality])
    where = (record.topic, record.partition, record.offset)
    given: Any = None
    try:
        async with service.database.transaction(*acting) as tx:
            if not await opportunities.is_new_input(tx, partner.partner_id, *where):
                return
            given = parsed(record.value)
            await _act(tx, partner, given)
        return
    except Refused as refused:
        problem = general(422, errors=refused.faults)
    except Problem as refused:
        problem = refused
    finally:
        telemetry.reset_traceparent(token)
    async with service.database.transaction(*acting) as tx:
        if await opportunities.is_new_input(tx, partner.partner_id, *where):
            await opportunities.note_refusal(tx, *where, problem.code)
            tx.publish_raw(f"partner.{partner.partner_id}.rejected", partner.partner_id, _told(problem, given, record))
            tx.publish(InputRefused(partner_id=partner.partner_id, input_id=new_id(), door="kafka", code=problem.code))


def parsed(value: bytes | None) -> dict[str, Any]:
    """The record's JSON object. Raises a Problem that says what it is instead."""
    if value is None or not value.strip():
        raise Problem(400, "empty", "Meddelandet är tomt")
    if len(value) > MAX_BYTES:
        raise general(413)
    given = strict_json(value)
    if not isinstance(given, dict):
        raise Problem(400, "not_an_object", "Meddelandet ska vara ett JSON-objekt")
    return given


async def _act(tx: Transaction, partner: Partner, given: dict[str, Any]) -> None:
    match given.get("type"):
        case str() as name if name in MESSAGES:
            await publishing.publish(tx, partner, read(MESSAGES[name], given, tx.now, SAY), SAY)
        case "change":
            await _change(tx, partner, given)
        case "close":
            closing = read(ClosingMessage, given, tx.now, SAY)
            await opportunities.lock_partner(tx, partner.partner_id)
            place = await opportunities.by_reference(tx, partner.partner_id, closing.reference)
            await publishing.close(tx, partner, place, closing.reason)
        case "answer":
            answer = read(AnswerMessage, given, tx.now, SAY)
            await publishing.answer(tx, partner, answer.offer_id, answer)
        case "measurement":
            measuring.report(tx, partner, read(MeasurementMessage, given, tx.now, SAY), SAY)
        case None:
            raise Refused([told("missing", ("type",), given, SAY)])
        case _:
            raise Refused([told("unknown_type", ("type",), given, SAY)])


async def _change(tx: Transaction, partner: Partner, given: dict[str, Any]) -> None:
    await opportunities.lock_partner(tx, partner.partner_id)
    place = await opportunities.by_reference(tx, partner.partner_id, str(given.get("reference", "")))
    if place is None:
        raise general(404)
    await publishing.change(tx, partner, place, read(CHANGES[place.kind], given, tx.now, SAY), SAY)


def _told(problem: Problem, given: Any, record: Plain) -> dict[str, Any]:
    input_id = given.get("id") if isinstance(given, dict) else None
    return {
        "input": input_id[:100] if isinstance(input_id, str) else None,
        "partition": record.partition,
        "offset": record.offset,
        "code": problem.code,
        "errors": [{name: fault.get(name, "") for name in ("pointer", "code", "detail")} for fault in problem.errors],
        "sentence": SAY(problem.text or problem.title, **problem.extra),
    }
