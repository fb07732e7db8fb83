"""Several processes of a role: one door for several, each with its own slot in the group; who falls alone falls alone."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest

from inflytt import servers
from inflytt.local.crew import SEVERAL, SPLIT, crew
from inflytt.local.processes import SERVICES, ServiceProcess
from inflytt.servers.process import free_port
from places import Place
from processes import Worker, count_all, some, until


@pytest.fixture
async def place(
    run: Path, kafka: servers.Kafka | servers.BorrowedKafka, postgres: servers.Databases
) -> AsyncIterator[Place]:
    made = await (await Place.made(run, kafka.bootstrap_servers, postgres, kafka.prefix)).topics()
    yield made
    await made.close()


async def answered(worker: Worker) -> int:
    """How many requests this process has answered with a 201."""
    told = (await worker.ops.get("/metrics")).text
    found = re.findall(r'inflytt_request_seconds_count\{.*status="201"\} (\d+)', told)
    return sum(map(int, found))


async def held(worker: Worker) -> set[tuple[str, ...]]:
    """The partitions that a consumer says it has."""
    told = (await worker.ops.get("/metrics")).text
    return set(re.findall(r'inflytt_consumer_lag\{.*partition="(\d)",topic="(\w+)"\}', told))


async def test_two_processes_share_a_door_and_when_one_is_killed_the_other_answers_everybody(place: Place) -> None:
    port = str(free_port())
    one, other = place.start("api", INFLYTT_HTTP_PORT=port), place.start("api", INFLYTT_HTTP_PORT=port)
    await asyncio.gather(one.is_ready(), other.is_ready())

    async def count(times: int) -> list[int]:
        async def once() -> int:
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", timeout=15
            ) as client:  # a connection each
                return (await client.post(f"/counters/{some(1, 1)[0]}", json={"note": ""})).status_code

        return [await once() for _ in range(times)]

    assert set(await count(40)) == {201}
    assert await answered(one) > 0
    assert await answered(other) > 0
    assert await answered(one) + await answered(other) == 40

    one.kill()
    assert set(await count(10)) == {201}


async def test_a_consumer_that_is_killed_and_started_again_has_its_own_partitions_and_nobody_elses_moved(
    place: Place,
) -> None:
    first, second = (place.start("consumer", INFLYTT_INSTANCE=f"tally-consumer-{nth}") for nth in (1, 2))
    door = await place.start("api").is_ready()
    await asyncio.gather(first.is_ready(), second.is_ready())
    async with place.relaying():
        acked, _ = await count_all(door, some(20, 2))
        await place.settled(30)
        before = await until(lambda: shared(first, second), 30)

        first.kill()
        more, _ = await count_all(door, some(20, 2))
        again = place.start("consumer", INFLYTT_INSTANCE="tally-consumer-1")
        await again.is_ready()
        await place.settled(30)

        async def as_before() -> bool:
            return (await held(again), await held(second)) == before

        await until(as_before, 10)
    await place.each_counted_once([*acked, *more])


async def shared(one: Worker, other: Worker) -> tuple[set[tuple[str, ...]], set[tuple[str, ...]]] | None:
    """What each of two consumers has, when both have something and nothing is had twice."""
    mine, yours = await held(one), await held(other)
    return (mine, yours) if mine and yours and not mine & yours else None


def names(counts: Mapping[str, int]) -> list[str]:
    return [ServiceProcess(service, role, {}, Path(), nth).name for service, role, nth in crew(counts)]


def test_a_crew_says_how_many_of_each_role_and_only_where_there_are_several_names_are_numbered() -> None:
    several = names(SEVERAL)
    assert {"intake-api-1", "intake-api-2", "reporting-consumer-3", "matching-consumer-2", "matching-api"} <= {*several}
    assert not {"intake-api", "matching-consumer-3", "notifications-api", "matching-api-1"} & {*several}
    assert names({"all": 1}) == list(SERVICES)
    assert len(names(SPLIT)) == 11
    assert names({"api": 0, "matching-consumer": 2}) == ["matching-consumer-1", "matching-consumer-2"]
    with pytest.raises(ValueError, match="matching-writer"):
        names({"matching-writer": 1})
