"""The partner door on a real Kafka: what a partner writes on its topic is taken in order, once, also after a restart."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from chassis.web import hash_key
from inflytt.servers import BorrowedKafka, Kafka
from intake import gateway
from intakesample import dwelling


async def until(world: Any, sql: str, wanted: int, *args: object) -> list[dict[str, Any]]:
    for _ in range(300):
        rows: list[dict[str, Any]] = await world.rows(sql, *args)
        if len(rows) >= wanted:
            return rows
        await asyncio.sleep(0.1)
    raise AssertionError(f"{len(rows)} of {wanted} came")


async def test_a_partners_records_are_taken_once_also_by_a_gateway_that_starts_anew(
    world: Any, kafka: Kafka | BorrowedKafka, tmp_path: Path
) -> None:
    partner, service, prefix = f"hem-{uuid4().hex[:6]}", world.service, getattr(kafka, "prefix", "")
    file = tmp_path / "partners.json"
    told = {"partner_id": partner, "kind": "landlord", "name": "Hem AB", "agreement": "pool-2026"}
    more = {"municipality": "2580", "key_hash": hash_key(partner), "email": "hem@hem.example"}
    file.write_text(json.dumps([{**told, **more}]))
    before = service.settings
    service.settings = before.model_copy(
        update={"kafka_servers": kafka.bootstrap_servers, "partners_file": str(file), "topic_prefix": prefix}
    )
    inputs = "select * from partner_inputs where partner_id = $1"
    try:
        for taken in (3, 6):
            service.stopping = asyncio.Event()
            running = asyncio.create_task(gateway.run(service))
            await until(world, "select * from partners where partner_id = $1", 1, partner)
            await write(
                kafka.bootstrap_servers, f"{prefix}partner.{partner}.in", [dwelling(), {"type": "castle"}, dwelling()]
            )
            rows = await until(world, inputs, taken, partner)
            service.stopping.set()
            await asyncio.wait_for(running, 10)
    finally:
        service.settings = before
    assert [row["refused"] for row in rows].count("invalid_input") == 2
    listed = await world.rows("select count(*) as n from opportunities where partner_id = $1", partner)
    assert listed[0]["n"] == 4


async def write(bootstrap: str, topic: str, messages: list[dict[str, Any]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for message in messages:
            value = json.dumps({"type": "dwelling", "id": uuid4().hex, **message}).encode()
            await producer.send_and_wait(topic, value, key=b"all in one partition")
    finally:
        await producer.stop()
