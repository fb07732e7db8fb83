"""A load generator of its own process: `python -m inflytt.bench.load PORT SECONDS CONNECTIONS` prints what was answered."""

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter
from uuid import uuid4

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
BODY = b'{"place":"kronan","month":"2026-11"}'


class Asking(asyncio.Protocol):
    """One connection: the next request leaves when the last one is answered, until `deadline`."""

    def __init__(self, requests: list[bytes], deadline: float, answers: Counter[str]) -> None:
        self.requests, self.deadline, self.answers = requests, deadline, answers
        self.received = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        if time.monotonic() < self.deadline:
            self.transport.write(random.choice(self.requests))
        else:
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if end and length and len(body) >= int(length[1]):
            self.answers[head[9:12].decode()] += 1
            self.received = b""
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        self.done.set_result(None)


async def ask(port: int, seconds: float, connections: int) -> dict[str, float]:
    """Answers by status code, and the seconds until the last of them."""
    head = (
        f"HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-type: application/json\r\ncontent-length: {len(BODY)}\r\n\r\n"
    )
    requests = [f"POST /meters/{uuid4()} {head}".encode() + BODY for _ in range(10_000)]
    began, answers = time.monotonic(), Counter[str]()
    loop = asyncio.get_running_loop()
    asking = [
        (await loop.create_connection(lambda: Asking(requests, began + seconds, answers), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(a.done for a in asking))
    return {**answers, "seconds": time.monotonic() - began}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))))
