"""A deadline for receiving a request: uvicorn has none, so a client that sends a byte a minute would stay for ever."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

DEADLINE = 10.0  # seconds
_ANSWER = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/problem+json\r\nconnection: close\r\n"
    b"content-length: %d\r\n\r\n%s"
)
_PROBLEM = (
    b'{"type":"urn:inflytt:problem:request_timeout","title":"Request Timeout","status":408,"code":"request_timeout"}'
)


class HttpProtocolWithDeadline(HttpToolsProtocol):
    """The protocol for `uvicorn.Config(http=…)`: headers and body of each request must be in within `deadline` seconds of
    its first byte (the first request: of connecting), else 408 and the connection is closed. No websockets."""

    deadline: float = DEADLINE
    _since: float | None = None  # when the request that is coming in began
    _watch: asyncio.TimerHandle | None = None  # one timer a connection, not one a request

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_request()
        self._watch = self.loop.call_later(self.deadline, self._look)

    def data_received(self, data: bytes) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._await_request()  # also for stray line breaks, which begin no message but end keep-alive's timer
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_request()

    def on_message_complete(self) -> None:
        self._since = None
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        if self._since is None:
            self._since = self.loop.time()

    def _look(self) -> None:
        now = self.loop.time()
        left = self.deadline if self._since is None else self._since + self.deadline - now
        if left <= 0:
            self._give_up()
        else:
            self._watch = self.loop.call_later(left, self._look)

    def _give_up(self) -> None:
        if self.transport.is_closing():
            return
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            self.transport.write(_ANSWER % (len(_PROBLEM), _PROBLEM))
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.close()
