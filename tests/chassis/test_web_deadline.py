"""A client that sends slowly is cut off; one that is quick is served, also while others are slow."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
import uvicorn

from chassis.web import HttpProtocolWithDeadline
from websample import application

DEADLINE = 0.6


class Soon(HttpProtocolWithDeadline):
    deadline = DEADLINE


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    config = uvicorn.Config(
        application(allowed_hosts=("127.0.0.1",)),
        host="127.0.0.1",
        port=0,
        http=Soon,
        log_config=None,
        timeout_keep_alive=3,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


async def received(port: int, *pieces: bytes, pause: float = 0.2) -> tuple[bytes, float]:
    """What the server says to these pieces, sent with pauses, and the seconds until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        started = asyncio.get_running_loop().time()
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(pause)
        said = await asyncio.wait_for(reader.read(), 5)
        return said, asyncio.get_running_loop().time() - started


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="nothing"),
        pytest.param([b"GET /form HTTP/1.1\r\n", b"host: 127.0.0.1\r\n"], id="half the headers"),
        pytest.param(
            [
                b"POST /api/households HTTP/1.1\r\nhost: 127.0.0.1\r\n"
                b"content-type: application/json\r\ncontent-length: 100\r\n\r\n",
                b"{",
            ],
            id="half the body",
        ),
        pytest.param([b"\r\n"], id="line breaks"),
    ],
)
async def test_a_slow_request_is_cut_off_at_the_deadline(port: int, pieces: list[bytes]) -> None:
    said, seconds = await received(port, *pieces)
    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b'"code":"request_timeout"' in said
    assert DEADLINE * 0.9 < seconds < DEADLINE + 1


async def test_line_breaks_after_a_request_do_not_keep_a_connection(port: int) -> None:
    request = b"GET /form HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
    said, seconds = await received(port, request, b"\r\n")
    assert said.startswith(b"HTTP/1.1 200")
    assert seconds < DEADLINE + 1


async def test_an_idle_connection_may_be_used_again(port: int) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(2):
            assert (await client.get("/form")).status_code == 200
            await asyncio.sleep(DEADLINE + 0.3)


async def test_others_are_served_while_many_are_slow(port: int) -> None:
    slow = [asyncio.create_task(received(port, b"GET / HT")) for _ in range(200)]
    await asyncio.sleep(0.1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/form")).status_code == 200
    assert all(said.startswith(b"HTTP/1.1 408") for said, _ in await asyncio.gather(*slow))
