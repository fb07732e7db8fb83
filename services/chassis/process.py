"""One process of a service: its roles (api, consumer, relay) started and stopped together."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from typing import Any

import uvicorn

from chassis import collector, telemetry
from chassis.listening import Listening
from chassis.ops import ops_app
from chassis.relay import Relay
from chassis.service import Service
from chassis.settings import Settings
from chassis.telemetry import log
from chassis.web import HttpProtocolWithDeadline

ROLES = ("api", "consumer", "relay")


class _Server(uvicorn.Server):
    """uvicorn without its own signal handling, which would raise SIGTERM again when all is done."""

    @contextmanager
    def capture_signals(self) -> Any:
        yield


class Process:
    """One process of a service, in one or all of its roles, until SIGTERM."""

    def __init__(self, service: Service[Any], role: str) -> None:
        self.service = service
        self.roles = ROLES if role == "all" else (role,)
        s = service.settings
        self.listening = self.relay = self.server = None
        self.tasks: dict[str, asyncio.Task[Any]] = {}
        if "api" in self.roles and service.routers:
            self.server = _Server(
                uvicorn.Config(
                    service.web(),
                    host=s.http_host,
                    port=s.http_port,
                    http=HttpProtocolWithDeadline,
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    proxy_headers=False,  # nobody here asks where a request came from
                    timeout_graceful_shutdown=10,
                )
            )
        if "consumer" in self.roles and service.consumer is not None and service.consumer.topics:
            self.listening = Listening(service.consumer, service.database, s)
        if "relay" in self.roles:
            self.relay = Relay(s.database_url, s.servers, s.topic_prefix)

    async def run(self) -> int:
        """The exit code: 0 after SIGTERM or Ctrl-C, 1 when a part ended by itself."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, stop.set)
        admin = _Server(
            uvicorn.Config(
                self._ops(),
                host=self.service.settings.http_host,
                port=self.service.settings.admin_port,
                log_config=None,
            )
        )
        watching = asyncio.create_task(admin.serve())
        self._start()
        collector.calm()
        log.info("started", roles=self.roles)
        told = asyncio.create_task(stop.wait())
        await asyncio.wait([told, watching, *self.tasks.values()], return_when=asyncio.FIRST_COMPLETED)
        for name, task in {"admin": watching, **self.tasks}.items():
            if task.done():
                log.critical("part_ended", part=name, exc_info=None if task.cancelled() else task.exception())
        await self._stop()
        admin.should_exit = True
        await asyncio.wait([watching], timeout=2)
        await self.service.database.close()
        log.info("stopped")
        return 0 if stop.is_set() else 1

    def _start(self) -> None:
        if self.server:
            self.tasks["api"] = asyncio.create_task(self.server.serve([_shared_door(self.service.settings)]))
        if self.listening:
            self.tasks["consumer"] = asyncio.create_task(self.listening.run())
        if "consumer" in self.roles:
            for work in self.service.loops:
                self.tasks[_name(work)] = asyncio.create_task(self._again(work))
        if self.relay:
            self.tasks["relay"] = asyncio.create_task(self.relay.run())

    async def _again(self, work: Callable[[Service[Any]], Awaitable[None]]) -> None:
        while not self.service.stopping.is_set():
            token = telemetry.set_traceparent(None)
            try:
                await work(self.service)
            except Exception as error:
                log.warning("loop_restarts", loop=_name(work), error=type(error).__name__, exc_info=error)
                await asyncio.sleep(1)
            finally:
                telemetry.reset_traceparent(token)

    async def _stop(self) -> None:
        """Doors first, then what is under way, then what it said: work in flight ends, and the relay takes it out."""
        self.service.stopping.set()
        if self.server:
            self.server.should_exit = True
        if self.listening:
            self.listening.stop()
        first = [task for name, task in self.tasks.items() if name != "relay"]
        if first:
            await asyncio.wait(first, timeout=11)
        if self.relay:
            self.relay.stop()
            await asyncio.wait([self.tasks["relay"]], timeout=4)
        for task in self.tasks.values():
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks.values(), timeout=2)

    def _ops(self) -> Any:
        async def api() -> tuple[bool, str]:
            if self.service.stopping.is_set():
                return False, "stopping"
            try:
                await asyncio.wait_for(self.service.database.ping(), 3)
            except Exception as error:
                return False, f"the database does not answer ({type(error).__name__})"
            return bool(self.server and self.server.started), "the database answers"

        async def consumer() -> tuple[bool, str]:
            return self.listening.ready() if self.listening else (True, "loops only")

        async def consumer_alive() -> tuple[bool, str]:
            return self.listening.alive() if self.listening else (True, "loops only")

        async def relay() -> tuple[bool, str]:
            state = self.relay.state if self.relay else "none"
            return state in ("holds", "stands by"), state

        async def loop() -> tuple[bool, str]:
            return True, "the loop beats"

        ready = {"api": api, "consumer": consumer, "relay": relay}
        if not self.server:
            del ready["api"]
        live = {"loop": loop} | ({"consumer": consumer_alive} if self.listening else {})
        return ops_app(live, {role: check for role, check in ready.items() if role in self.roles})


def _shared_door(settings: Settings) -> socket.socket:
    """Several processes of a service listen at one address; the kernel spreads who comes among them."""
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    address = (settings.http_host, settings.http_port)
    return socket.create_server(address, family=family, backlog=2048, reuse_port=True)


def _name(work: Any) -> str:
    return f"{work.__module__}.{work.__name__}"
