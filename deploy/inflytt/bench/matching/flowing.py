"""From an interest or a job on Kafka to the proposals it leads to, through the running service with many others in it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
import numpy as np
from aiokafka import AIOKafkaConsumer

from chassis.database import Database
from contracts import Event, Sealed
from contracts.interests import Adult, AdultNeeds, InterestRegistered
from contracts.municipalities import CONTROLLER
from contracts.opportunities import VacancyPosted
from contracts.vocabulary import VOCABULARY
from inflytt import local
from inflytt.bench.figures import Figure, at_most, at_most_ms
from inflytt.bench.matching.people import People
from inflytt.bench.matching.words import Words
from inflytt.rebuild import opened
from matching.domain.kinds.shape import Place, Seeker

PACE, SECONDS, WARM = 50, 30, 100  # events a second; events that don't count
AT_ONCE = 5000  # rows in one statement
REST = 5.0  # seconds of silence after which nothing more comes
PATIENCE = 900.0  # seconds until the service knows everybody
WHERE = "2580"
T = TypeVar("T")
Say = Callable[[str], None]

HOUSEHOLDS = """insert into households (interest_id, municipality, controller, state, registered_at, children, awaited, wants_home)
                select id, $2, $3, 'registered', now(), '0', 0, false from unnest($1::uuid[]) as id"""
ADULTS = """insert into adults (person_id, interest_id, position, wants_work, consents, shares, needs)
            select id, id, 1, true, true, true, needs::jsonb from unnest($1::uuid[], $2::text[]) as t(id, needs)"""
OPPORTUNITIES = """insert into opportunities (opportunity_id, kind, municipality, partner_id, allocation, state, places, taken,
                                              posted_at, facts)
                   select id, 'job', $3, 'norrverk', 'owner_decides', 'open', 1, 0, now(), facts::jsonb
                   from unnest($1::uuid[], $2::text[]) as t(id, facts)"""


@dataclass
class Heard:
    """When each event was on Kafka, and when the first proposal that it caused was; Unix milliseconds."""

    came: dict[UUID, int] = field(default_factory=dict)
    led: dict[UUID, int] = field(default_factory=dict)
    last: float = field(default_factory=time.time)  # when anything was heard; Unix seconds


def measure(people: int, places: int, say: Say) -> list[Figure]:
    """On a platform of its own, with so many who seek and places in it."""
    with local.running("bench-flowing", say, state=None) as platform:
        matching = platform.processes["matching"]
        for process in (matching, platform.processes["notifications"], platform.processes["reporting"]):
            process.stop()  # who only hears of proposals is not on their way
        intake = opened("intake", platform).database
        asyncio.run(_fill(platform.databases["matching"], intake.keyring, people, places))
        began = time.monotonic()
        matching.start()
        matching.wait_until_ready(PATIENCE)
        took = time.monotonic() - began
        say(f"{people} people and {places} places are known by heart, and all that stands is said, after {took:.1f} s")
        asyncio.run(_drained(platform.databases["matching"]))
        heard = asyncio.run(_play(platform, opened("intake", platform).database))
    counted = sorted(heard.came, key=heard.came.__getitem__)[WARM:]
    ways = [float(heard.led[id] - heard.came[id]) for id in counted if id in heard.led]
    say(f"{len(ways)} of {len(counted)} events led to proposals")
    return [
        at_most("known_by_heart_seconds", "s", took, PATIENCE),
        *at_most_ms("kafka_to_proposal", ways, 250, 1000),
    ]


def _some(found: Iterator[T]) -> Iterator[list[T]]:
    while some := list(islice(found, AT_ONCE)):
        yield some


async def _fill(url: str, keys: Any, people: int, places: int) -> None:
    known = People(_words(), 1)
    connection = await asyncpg.connect(url)
    for some in _some(known.seekers(people)):
        ids = [one.id for one in some]
        await keys.create(ids)
        await connection.execute(HOUSEHOLDS, ids, WHERE, CONTROLLER[WHERE])
        await connection.execute(ADULTS, ids, [_needs(one).model_dump_json() for one in some])
    for offered in _some(known.places(places)):
        jobs = [_job(one) for one in offered]
        ids = [job.opportunity_id for job in jobs]
        await connection.execute(OPPORTUNITIES, ids, [job.model_dump_json() for job in jobs], WHERE)
    await connection.close()
    await keys.close()


async def _drained(url: str) -> None:
    connection = await asyncpg.connect(url)
    while True:
        if not await connection.fetchval("select count(*) from outbox"):
            break
        await asyncio.sleep(0.2)
    await connection.close()


async def _play(platform: local.Platform, intake: Database) -> Heard:
    """Newcomers and new jobs in turn, said as intake says them; heard as anybody outside hears."""
    heard, newcomers = Heard(), People(_words(), 2)
    topics = [platform.prefix + name for name in ("interests", "opportunities", "matches")]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=platform.bootstrap.split(","), auto_offset_reset="latest")
    await consumer.start()
    await asyncio.sleep(1)
    listening = asyncio.create_task(_listen(consumer, heard))
    count = WARM + PACE * SECONDS
    seekers, jobs = newcomers.seekers(count), newcomers.places(count)
    events = [
        _registered(one) if nth % 2 else _job(two) for nth, one, two in zip(range(count), seekers, jobs, strict=True)
    ]
    await intake.keyring.create([e.interest_id for e in events if isinstance(e, InterestRegistered)])  # type: ignore[attr-defined]
    start = time.monotonic()
    for nth, event in enumerate(events):
        await asyncio.sleep(max(0.0, start + nth / PACE - time.monotonic()))
        await intake.say(event, municipality=WHERE, controller=CONTROLLER[WHERE])
    while True:
        if time.time() - heard.last > REST:
            break
        await asyncio.sleep(0.5)
    listening.cancel()
    await consumer.stop()
    await intake.close()
    return heard


async def _listen(consumer: AIOKafkaConsumer, heard: Heard) -> None:
    async for record in consumer:
        heard.last = time.time()
        told = {name: value.decode() for name, value in record.headers}
        if told["ce_type"] == "MatchProposed" and told.get("ce_cause"):
            heard.led.setdefault(UUID(told["ce_cause"]), record.timestamp)
        elif told["ce_source"] == "intake":
            heard.came[UUID(told["ce_id"])] = record.timestamp


def _registered(one: Seeker) -> Event:
    id = uuid4()
    adult = Adult(person_id=id, language="sv", wants_work=True, needs=Sealed.of(id, _needs(one)))
    return InterestRegistered(interest_id=id, adults=(adult,), wants_home=False, children="0")


def _needs(one: Seeker) -> AdultNeeds:
    return AdultNeeds.model_validate(one.needs.model_dump())


def _job(one: Place) -> VacancyPosted:
    """Under a new id: invented ones are the same from seed to seed."""
    told = {"opportunity_id": uuid4(), "partner_id": "norrverk", "reference": str(one.id)}
    return VacancyPosted.model_validate(told | {"title": "-", "employer": "-", "places": 1} | one.facts.model_dump())


def _words() -> Words:
    """The service's own."""
    names = list(VOCABULARY.occupations)
    skills = {id: list(one.skills) or list(VOCABULARY.skills)[:5] for id, one in VOCABULARY.occupations.items()}
    related = {id: list(VOCABULARY.neighbours(id).items()) for id in names}
    return Words("the service's", names, np.ones(len(names)), skills, related)
