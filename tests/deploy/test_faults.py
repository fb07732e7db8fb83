"""The plan of a fault's blows, and the wire through which the network fails; no platform is started here."""

import asyncio
import random
import signal
import struct
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from inflytt.chaos import _parse
from inflytt.chaos.faults import FAULTS, network
from inflytt.chaos.faults.fault import plan
from inflytt.chaos.faults.processes import Kill, Zombie
from inflytt.chaos.faults.servers import PAGE, _lose_pages
from inflytt.servers.process import Child, free_port, listens

NAMES = ["intake-api", "intake-relay", "matching-consumer"]


def test_the_same_seed_strikes_the_same_at_the_same_time_and_spares_nobody() -> None:
    assert plan("kill", Kill, NAMES, 9, seed=4) == plan("kill", Kill, NAMES, 9, seed=4)
    assert plan("kill", Kill, NAMES, 9, seed=4) != plan("kill", Kill, NAMES, 9, seed=5)
    assert {blow.name for blow in plan("kill", Kill, NAMES, 3, seed=4)} == set(NAMES)


def test_a_zombie_sleeps_longer_than_the_sessions_of_kafka_and_postgres() -> None:
    assert all(blow.lasts > 10 for blow in plan("zombie", Zombie, NAMES, 20, seed=1))


def test_thirty_kills_play_thirty_thousand_events() -> None:
    assert _parse(["--kills", "30"]).events == 30_000
    assert _parse(["--faults", "all"]).faults == list(FAULTS)


def test_a_fault_that_nobody_knows_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        _parse(["--faults", "kill,earthquake"])
    assert "earthquake" in capsys.readouterr().err


def test_power_is_not_taken_from_the_only_broker_there_is() -> None:
    assert FAULTS["broker-power"].impossible(1)
    assert not FAULTS["broker-kill"].impossible(1)


class Server:
    """Answers each line with `answer`, and counts what it was asked."""

    def __init__(self) -> None:
        self.answer: Callable[[bytes], bytes] = lambda line: line
        self.asked = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.asked += 1
            writer.write(self.answer(line))
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[tuple[Server, int]]:
    server, port = Server(), free_port()
    async with await asyncio.start_server(server, "127.0.0.1", port):
        yield server, port


def wired(run: Path, port: int, *more: str) -> tuple[Child, int]:
    own = free_port()
    wire = Child("wire", [sys.executable, "-I", "-S", network.WIRE, *more, f"{own}:{port}"], run)
    wire.start()
    wire.wait_until(lambda: listens(own))
    return wire, own


async def test_a_mute_wire_takes_the_question_and_gives_no_answer(server: tuple[Server, int], tmp_path: Path) -> None:
    there, port = server
    wire, own = await asyncio.to_thread(wired, tmp_path, port)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", own)
        writer.write(b"commit\n")
        assert await reader.readline() == b"commit\n"
        assert wire.process is not None
        wire.process.send_signal(signal.SIGUSR1)
        await asyncio.sleep(0.2)
        writer.write(b"commit\n")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readline(), 0.5)
        assert there.asked == 2
    finally:
        wire.kill()
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)


async def test_kafkas_own_address_becomes_the_wires(server: tuple[Server, int], tmp_path: Path) -> None:
    there, port = server
    named = b"\x00\x09127.0.0.1" + struct.pack(">i", port) + b"the rest"
    there.answer = lambda _: struct.pack(">i", len(named)) + named
    wire, own = await asyncio.to_thread(wired, tmp_path, port, "--kafka")
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", own)
        writer.write(b"where?\n")
        size = struct.unpack(">i", await reader.readexactly(4))[0]
        assert await reader.readexactly(size) == named.replace(struct.pack(">i", port), struct.pack(">i", own))
    finally:
        wire.kill()


def test_a_broker_without_power_loses_pages_from_the_end_and_the_indexes_over_them(tmp_path: Path) -> None:
    log = tmp_path / "interests-0" / "00000000000000000000.log"
    log.parent.mkdir()
    written = random.Random(1).randbytes(3 * PAGE + 100)
    log.write_bytes(written)
    log.with_suffix(".index").touch()
    log.with_suffix(".timeindex").touch()

    _lose_pages(log, random.Random(2))

    left = log.read_bytes()
    assert written.startswith(left)
    assert len(left) in {0, PAGE, 2 * PAGE, 3 * PAGE, len(written)}
    assert list(log.parent.iterdir()) == [log]
