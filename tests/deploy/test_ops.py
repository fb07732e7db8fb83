"""What an operator sees and does, while the consumer runs: nothing that people wrote is shown, and who did it is kept."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from atwork import count, sql, tally_at_work, until_heard
from chassis import rebuild
from chassis.service import Service
from inflytt import ops
from inflytt.errors import Stop
from inflytt.servers import BorrowedKafka, Databases, Kafka

SECRET = "Sommarvägen 12"
ONE, OTHER = uuid4(), uuid4()


@pytest.fixture
async def tally(kafka: Kafka | BorrowedKafka, postgres: Databases) -> AsyncIterator[Service[Any]]:
    """With a key that has three records parked, another that has one, and a record that nobody can read."""
    async with tally_at_work(kafka, postgres) as service:
        await sql(service, "insert into poison values ($1)", SECRET)
        await count(service, ONE, OTHER)
        await count(service, ONE, OTHER, note=SECRET)
        await count(service, ONE, ONE)
        producer = AIOKafkaProducer(bootstrap_servers=service.settings.servers)
        await producer.start()
        await producer.send_and_wait(service.settings.topic_prefix + "tallies", SECRET.encode(), key=b"whose")
        await producer.stop()
        await until_heard(service, 6 + 2 + 1)
        yield service


Operate = Callable[..., Awaitable[Any]]


@pytest.fixture
def operate(tally: Service[Any], capsys: pytest.CaptureFixture[str]) -> Operate:
    """What `inflytt ops …` prints as JSON, or as text with `text=True`. Nothing of what people wrote is ever in it."""

    def run(words: tuple[str, ...], text: bool) -> Any:
        url = ["--database-url", tally.settings.database_url, "--as", "Vide"]
        capsys.readouterr()
        assert ops.main([*words, *url, *([] if text else ["--json"])]) == 0
        out = capsys.readouterr().out
        assert "Sommar" not in out
        return out if text else json.loads(out)

    async def operate(*words: str, text: bool = False) -> Any:
        return await asyncio.to_thread(run, words, text)

    return operate


async def test_what_waits_is_counted_and_listed(tally: Service[Any], operate: Operate) -> None:
    await sql(tally, "insert into due (kind, key, at, payload, error) values ('lapse', 'x', now(), '{}', 'KeyError')")
    (status,) = await operate("status")
    assert (status["failed"], status["behind"], status["unreadable"]) == (2, 2, 1)
    assert (status["due"], status["due_failed"], status["uncertain"]) == (0, 1, 0)
    rows = await operate("parked")
    assert [(r["state"], r["version"]) for r in rows if r["key"] == str(ONE)] == [
        ("failed", 2),
        ("behind", 3),
        ("behind", 4),
    ]
    assert "ValueError in app.py" in await operate("parked", text=True)
    (due,) = await operate("due")
    assert (due["kind"], due["late"], due["error"]) == ("lapse", True, "KeyError")
    assert await operate("uncertain") == []


async def test_a_parked_record_is_described_by_its_sizes(operate: Operate) -> None:
    rows = {(row["key"], row["state"]): row["id"] for row in await operate("parked")}
    (shown,) = await operate("show", rows[str(ONE), "failed"])
    assert shown["fields"] == {
        "counter_id": "36 characters",
        "total": "a number",
        "note": f"{len(SECRET)} characters",
    }
    assert shown["ce_type"] == "Counted"
    assert "ValueError in app.py" in shown["error"]
    (shown,) = await operate("show", rows[None, "unreadable"])
    assert shown["payload"] == f"{len(SECRET.encode())} bytes"
    assert "counter_id: 36 characters" in await operate("show", rows[str(ONE), "failed"], text=True)


async def test_a_redriven_key_is_as_if_nothing_had_happened(tally: Service[Any], operate: Operate) -> None:
    await sql(tally, "delete from poison")
    (found,) = await operate("redrive", "--key", str(ONE))
    assert found["records"] == 3
    await until_heard(tally, 6 + 5 + 1)
    assert await sql(tally, "select events, total from seen where id = $1", ONE) == [(4, 4)]
    assert await sql(tally, "select total from steps where id = $1 order by nth", ONE) == [(1,), (2,), (3,), (4,)]
    assert {row["key"] for row in await operate("parked")} == {None, str(OTHER)}
    (note,) = await sql(tally, "select operator, action, detail from operations")
    assert (note["operator"], note["action"], json.loads(note["detail"])["key"]) == ("Vide", "redrive", str(ONE))


async def test_all_is_only_listed_until_one_is_sure(tally: Service[Any], operate: Operate) -> None:
    assert sum(row["records"] for row in await operate("redrive", "--all")) == 4
    assert not await sql(tally, "select 1 from parked where due")
    assert not await sql(tally, "select 1 from operations")
    await operate("redrive", "--all", "--yes")
    async with asyncio.timeout(20):
        while await sql(tally, "select 1 from parked where due"):
            await asyncio.sleep(0.05)
    attempts = await sql(tally, "select attempts from parked where state = 'failed'")
    assert attempts == [(1,), (1,)], "what fails again is tried once, and waits for the next word"


async def test_a_skipped_record_is_passed_over_also_by_a_rebuild(tally: Service[Any], operate: Operate) -> None:
    rows = {(row["key"], row["state"]): row["id"] for row in await operate("parked")}
    await operate("skip", rows[str(ONE), "failed"], "--why", "counted by hand")
    await operate("skip", rows[None, "unreadable"], "--why", "noise")
    await until_heard(tally, 6 + 4 + 1)
    assert await sql(tally, "select events, total from seen where id = $1", ONE) == [(3, 4)]
    assert [row["key"] for row in await operate("parked")] == [str(OTHER)]
    notes = [json.loads(row[0]) for row in await sql(tally, "select detail from operations where action = 'skip'")]
    assert [note["why"] for note in notes] == ["counted by hand", "noise"]
    verdict = await rebuild.verify(tally, tally.settings.servers, tally.settings.topic_prefix)
    assert verdict.equal, verdict.differences


async def test_what_is_not_there_is_said_in_a_sentence(operate: Operate, tmp_path: Path) -> None:
    for words, sentence in (
        (("show", "999999"), "Nothing is parked as 999999"),
        (("show", "matching:1"), "matching:1 names no record"),
        (("redrive", "--key", "nobody"), "Nothing is parked of key nobody"),
    ):
        with pytest.raises(Stop, match=sentence):
            await operate(*words)
    with pytest.raises(Stop, match="No platform runs here"):
        ops.main(["status", "--state", str(tmp_path / "none.json")])
