"""A wire between a service and a server, as a process of its own: cut by kill -9, half-open by SIGSTOP, mute by SIGUSR1.

Kafka's brokers tell clients their addresses: in their answers the wire puts its own in their place, which is as long.
"""

import argparse
import asyncio
import signal
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

CHUNK = 1 << 16  # bytes


class Wire:
    """Carries bytes both ways. `mute`: what the server answers is read and thrown away."""

    def __init__(self, ends: dict[int, int], kafka: bool) -> None:
        self.ends, self.kafka, self.mute = ends, kafka, False  # the server's port for each of ours
        self.ours = {address(server): address(own) for own, server in ends.items()}

    async def serve(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self._fall_silent)
        for own, server in self.ends.items():
            await asyncio.start_server(partial(self._join, server), "127.0.0.1", own)
        await asyncio.Event().wait()

    def _fall_silent(self) -> None:
        self.mute = True

    async def _join(self, to: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, asks = await asyncio.open_connection("127.0.0.1", to)
        except OSError:
            writer.transport.abort()
            return
        for end in (writer, asks):
            end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = self._frames(answers) if self.kafka else chunks(answers)
        ways = [asyncio.create_task(self._carry(chunks(reader), asks, False))]
        ways += [asyncio.create_task(self._carry(back, writer, True))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way, end in zip(ways, (asks, writer), strict=True):
            way.cancel()
            end.close()

    async def _carry(self, parts: AsyncIterator[bytes], to: asyncio.StreamWriter, answers: bool) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            async for part in parts:
                if not (answers and self.mute):
                    to.write(part)
                    await to.drain()

    async def _frames(self, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
        """Kafka's answers, each whole, so that no address is torn."""
        while True:
            size = await reader.readexactly(4)
            answer = await reader.readexactly(int.from_bytes(size, "big"))
            for theirs, ours in self.ours.items():
                answer = answer.replace(theirs, ours)
            yield size + answer


async def chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while part := await reader.read(CHUNK):
        yield part


def address(port: int) -> bytes:
    """As Kafka's protocol writes it: the host, then the port in four bytes."""
    return b"127.0.0.1" + struct.pack(">i", port)


def main() -> None:
    parser = argparse.ArgumentParser("inflytt.chaos.faults.wire", description=__doc__)
    parser.add_argument("--kafka", action="store_true", help="the server is Kafka")
    parser.add_argument("ends", nargs="+", help="our port:the server's port")
    given = parser.parse_args()
    ends = (end.split(":") for end in given.ends)
    asyncio.run(Wire({int(own): int(server) for own, server in ends}, given.kafka).serve())


if __name__ == "__main__":
    main()
