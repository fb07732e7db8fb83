"""The sender as a process of its own, killed at each point: what had left is uncertain, what had not is sent once."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from contracts.messages import MessageSent, MessageUncertain
from inflytt.servers.mail import Mail
from inflytt.servers.process import Child, free_port
from intakesample import adult


@pytest.fixture
def sender(office: Any, run: Path) -> Any:
    """Starts notifications' consumer role on the office's database; `crash` names the point where it ends as by kill -9."""
    started: list[Child] = []

    def start(crash: str = "") -> Child:
        settings = office.service.settings.model_dump()
        told = {name: str(value) for name, value in settings.items()} | {"admin_port": str(free_port())}
        env = {**os.environ, **{f"INFLYTT_{name.upper()}": value for name, value in told.items()}}
        command = [sys.executable, "-m", "chassis", "notifications", "--role", "consumer"]
        child = Child(f"sender-{uuid4().hex[:6]}", command, run, env=env | {"INFLYTT_CRASH": crash})
        child.start()
        started.append(child)
        return child

    yield start
    for child in started:
        child.kill()


async def ended(child: Child) -> int:
    assert child.process is not None
    return await asyncio.to_thread(child.process.wait, 20)


async def one_letter(office: Any, intake: Any) -> str:
    to = f"{uuid4().hex[:12]}@inflytt.example"
    await office.hear(*await intake.register(adult(email=to)))
    return to


async def test_killed_before_the_text_left_it_is_sent_afterwards_and_once(
    office: Any, intake: Any, mail: Mail, sender: Any
) -> None:
    to = await one_letter(office, intake)
    assert await ended(sender("before announcing")) == 137
    assert await office.states() == [("confirm", "sending")]
    await office.leases_end()
    await office.ledger.recover()
    await office.post.send_round()
    assert [type(event) for event in await office.said()] == [MessageSent]
    assert len(mail.messages(to=to)) == 1


@pytest.mark.parametrize(("point", "arrived"), [("before handing over", 0), ("after handing over", 1)])
async def test_killed_while_the_text_may_have_left_it_is_uncertain_and_never_sent_again(
    office: Any, intake: Any, mail: Mail, sender: Any, point: str, arrived: int
) -> None:
    to = await one_letter(office, intake)
    assert await ended(sender(point)) == 137
    assert await office.states() == [("confirm", "handing_over")]
    await office.leases_end()
    await office.ledger.recover()
    assert await office.post.send_round() == 0
    assert [type(event) for event in await office.said()] == [MessageUncertain]
    assert len(mail.messages(to=to)) == arrived


async def test_the_log_tells_which_message_on_its_causes_trace_and_never_to_whom(
    office: Any, intake: Any, mail: Mail, sender: Any
) -> None:
    to = await one_letter(office, intake)
    child = sender()
    await asyncio.to_thread(child.wait_until, lambda: '"message_sent"' in child.log.read_text())
    ((row,), log) = (await office.rows(), child.log.read_text())
    (said,) = [json.loads(line) for line in log.splitlines() if '"message_sent"' in line]
    assert said["trace"] == row["traceparent"].split("-")[1]
    assert (said["message_id"], said["template"]) == (str(row["message_id"]), "confirm")
    assert to not in log
    assert "Ask Lind" not in log
