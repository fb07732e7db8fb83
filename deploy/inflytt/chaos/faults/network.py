"""Faults of the network between a service and its servers: every connection goes through a wire, and wires fail."""

import os
import random
import re
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from inflytt.chaos.faults.fault import PARALLEL, Blow, Fault
from inflytt.local import Platform
from inflytt.local.processes import SERVICES, ServiceProcess
from inflytt.servers.process import Child, free_port, listens

KAFKA, POSTGRES, MAIL = "kafka", "postgres", "mail"
WIRE = Path(__file__).with_name("wire.py")  # needs nothing of ours, and is light so
PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")


class OfNetwork(Fault):
    """A wire for each service and server; one of them fails."""

    lasts = (2.0, 10.0)

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform)
        self.wires: dict[str, Child] = {}
        self.ports: dict[str, dict[str, str]] = {}  # by wire, the wire's port for each of the server's

    @staticmethod
    def impossible(brokers: int) -> str:
        borrowed = os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or os.environ.get("DATABASE_URL")
        return "the wires lead to servers on this machine, not to borrowed ones" if borrowed else ""

    @contextmanager
    def laid(self) -> Iterator[None]:
        """Wires first, then all services anew, which now connect through them."""
        for service in SERVICES:
            for server in (KAFKA, POSTGRES, MAIL):
                if server != MAIL or service == "notifications":
                    self._lay(service, server)
        try:
            for name in self.wires:
                self._connect(name)
            self._all(ServiceProcess.stop)
            for process in self.platform.processes.values():
                self._lead_through(process)
            self._all(ServiceProcess.start)
            self._all(ServiceProcess.wait_until_ready)
            yield
            self._all(ServiceProcess.stop)  # while they still have their servers
        finally:
            for wire in self.wires.values():
                wire.kill()

    def _lay(self, service: str, server: str) -> None:
        name, environment = f"{service}-{server}", self.platform.environments[service]
        told = {
            KAFKA: environment["INFLYTT_KAFKA_SERVERS"],
            POSTGRES: environment["INFLYTT_DATABASE_URL"].replace("localhost", "127.0.0.1"),
            MAIL: f"127.0.0.1:{environment['INFLYTT_SMTP_PORT']}",
        }
        self.ports[name] = {port: str(free_port()) for port in PORT.findall(told[server])}
        kind = ["--kafka"] if server == KAFKA else []
        ends = [f"{own}:{port}" for port, own in self.ports[name].items()]
        command: list[str | Path] = [sys.executable, "-I", "-S", WIRE, *kind, *ends]
        self.wires[name] = Child(f"wire-{name}", command, self.platform.run)

    def _connect(self, name: str) -> None:
        wire = self.wires[name]
        wire.start()
        wire.wait_until(lambda: all(listens(int(own)) for own in self.ports[name].values()))

    def _lead_through(self, process: ServiceProcess) -> None:
        assert process.child.env is not None
        ports = {
            port: own for server in (KAFKA, POSTGRES) for port, own in self.ports[f"{process.service}-{server}"].items()
        }
        env = {
            name: PORT.sub(lambda found: ports.get(found[0], found[0]), value)
            if name.endswith(("DATABASE_URL", "KAFKA_SERVERS"))
            else value
            for name, value in process.child.env.items()
        }
        if mail := self.ports.get(f"{process.service}-{MAIL}"):
            env["INFLYTT_SMTP_PORT"] = mail[env["INFLYTT_SMTP_PORT"]]
        process.child.env = env

    def _all(self, does: Callable[[ServiceProcess], object]) -> None:
        with ThreadPoolExecutor() as threads:
            list(threads.map(does, self.platform.processes.values()))

    def targets(self) -> list[str]:
        return sorted(self.wires)

    def touched(self, target: str) -> list[ServiceProcess]:
        service = target.partition("-")[0]
        return [process for process in self.platform.processes.values() if process.service == service]

    def uncertain(self, blow: Blow) -> int:
        return PARALLEL * self.senders if blow.name in (f"notifications-{POSTGRES}", f"notifications-{MAIL}") else 0

    def signal(self, target: str, sig: signal.Signals) -> None:
        pid = self.wires[target].pid
        assert pid is not None
        os.killpg(pid, sig)


class Cut(OfNetwork):
    """All connections are reset, new ones refused."""

    def strike(self, target: str, rng: random.Random) -> None:
        self.wires[target].kill()

    def heal(self, target: str) -> None:
        self._connect(target)


class HalfOpen(OfNetwork):
    """All connections stand, new ones too, and nothing moves; then everything does."""

    def strike(self, target: str, rng: random.Random) -> None:
        self.signal(target, signal.SIGSTOP)

    def heal(self, target: str) -> None:
        self.signal(target, signal.SIGCONT)


class Mute(Cut):
    """What is asked arrives and is done; no answer comes back, and at last the connections are reset."""

    def strike(self, target: str, rng: random.Random) -> None:
        self.signal(target, signal.SIGUSR1)

    def heal(self, target: str) -> None:
        self.wires[target].kill()
        self._connect(target)
