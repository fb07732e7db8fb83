"""Apache Kafka on this machine: a real broker in KRaft mode; it can be stopped, killed and started again."""

import contextlib
import hashlib
import re
import shutil
import socket
import struct
import sys
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from subprocess import CalledProcessError, run

from inflytt.errors import Stop
from inflytt.servers import cache, jars, java
from inflytt.servers.process import Child, free_port

HEAP = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
HEAP += [f"-Dorg.slf4j.simpleLogger.{option}" for option in ("defaultLogLevel=warn", "showDateTime=true")]

PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
min.insync.replicas={least}
offsets.topic.num.partitions=3
offsets.topic.replication.factor={copies}
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor={copies}
transaction.state.log.min.isr={least}
share.coordinator.state.topic.replication.factor={copies}
share.coordinator.state.topic.min.isr={least}
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
message.max.bytes=1048588
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
"""


@dataclass(frozen=True)
class Node:
    """One of a cluster's servers, broker and controller in one: its number from 1, and its ports."""

    number: int
    port: int
    controller: int

    def properties(self, nodes: Sequence["Node"], data: Path) -> str:
        return PROPERTIES.format(
            node=self.number,
            voters=",".join(f"{node.number}@127.0.0.1:{node.controller}" for node in nodes),
            port=self.port,
            controller=self.controller,
            data=data,
            copies=min(3, len(nodes)),
            least=2 if len(nodes) > 2 else 1,
        )


class Broker:
    """One broker with its data in `run / name`, on the same ports for as long as the object lives."""

    def __init__(self, name: str, run: Path, node: Node) -> None:
        self.name, self.run, self.node, self.data = name, run, node, run / name
        self.bootstrap_servers = f"127.0.0.1:{node.port}"
        self.child: Child | None = None

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.alive

    def start(self) -> None:
        """Returns when it answers."""
        self.begin()
        self.wait_until_it_knows(1)

    def begin(self) -> None:
        """Starts it without waiting: of several, each waits for the others."""
        assert self.child is not None
        self.child.start()

    def wait_until_it_knows(self, brokers: int) -> None:
        """Returns when it answers and knows of so many brokers, itself among them."""
        assert self.child is not None
        self.child.wait_until(lambda: brokers_at(self.bootstrap_servers) >= brokers)

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def kill(self) -> None:
        """kill -9; `start` brings it back with its data."""
        if self.child:
            self.child.kill()

    def prepare(self, kit: "Kit", nodes: Sequence[Node]) -> None:
        """Its data folder, as formatted, under its own number, and its properties."""
        shutil.copytree(kit.template, self.data)
        meta = self.data / "meta.properties"
        told = re.sub(r"(?m)^node\.id=.*$", f"node.id={self.node.number}", meta.read_text())
        meta.write_text(re.sub(r"(?m)^directory\.id=.*$", f"directory.id={_new_id()}", told))
        properties = self.run / f"{self.name}.properties"
        properties.write_text(self.node.properties(nodes, self.data))
        self.child = Child(self.name, [*kit.command, "kafka.Kafka", properties], self.run)


class Kafka:
    """One broker, or three of which any two go on: each record is then acknowledged by two and held by three."""

    def __init__(self, run: Path, brokers: int = 1) -> None:
        nodes = [Node(number, free_port(), free_port()) for number in range(1, brokers + 1)]
        names = ["kafka"] if brokers == 1 else [f"kafka-{node.number}" for node in nodes]
        self.brokers = [Broker(name, run, node) for name, node in zip(names, nodes, strict=True)]
        self.bootstrap_servers = ",".join(broker.bootstrap_servers for broker in self.brokers)
        self.prefix = ""  # of topics; all are ours
        self.java: java.Java | None = None

    @property
    def alive(self) -> bool:
        return all(broker.alive for broker in self.brokers)

    def start(self) -> None:
        """Starts those that do not run; returns when all answer. The first one on a machine fetches jars, some 10 s more."""
        if self.java is None:
            kit = _kit()
            for broker in self.brokers:
                broker.prepare(kit, [b.node for b in self.brokers])
            self.java = kit.engine
        for broker in self.brokers:
            if not broker.alive:
                broker.begin()
        for broker in self.brokers:
            broker.wait_until_it_knows(len(self.brokers))

    def stop(self) -> None:
        """All at once: the last of three could not hand over what it leads."""
        with ThreadPoolExecutor() as threads:
            list(threads.map(Broker.stop, self.brokers))

    def kill(self) -> None:
        """kill -9 of all; `start` brings them back with their data."""
        for broker in self.brokers:
            broker.kill()


class Kit:
    """What every broker of this Java and this Kafka starts from, made once in the cache."""

    def __init__(self, engine: java.Java, paths: list[Path]) -> None:
        version = hashlib.sha256(f"{engine.build}{jars.LOCK.read_text()}{PROPERTIES}".encode()).hexdigest()
        self.folder = cache.folder() / f"kafka-{version[:16]}"
        self.template, self.loaded = self.folder / "data", self.folder / "loaded"
        self.engine, self.bare = engine, [str(engine.path), *HEAP, "-cp", ":".join(map(str, paths))]
        quiet = [] if engine.major >= 25 else ["-Xshare:auto", "-Xlog:cds=off"]
        self.command = [*self.bare[:1], f"{engine.using}={self.loaded}", *quiet, *self.bare[1:]]

    def make(self) -> None:
        """Formats a data folder, runs a broker on it once and keeps which classes it loaded."""
        print(f"Preparing Kafka for Java {self.engine.major}, once …", file=sys.stderr, flush=True)
        part = cache.folder() / "kafka.part"
        shutil.rmtree(part, ignore_errors=True)  # what a killed one left; the lock is ours
        part.mkdir()
        self._format(part)
        self._warm(part)
        part.rename(self.folder)

    def _format(self, part: Path) -> None:
        properties = part / "format.properties"
        node = Node(1, 9092, 9093)
        properties.write_text(node.properties([node], part / "data"))
        command: list[str | Path] = [
            *self.bare,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            _new_id(),
            "-c",
            properties,
        ]
        try:
            run(command, check=True, capture_output=True, text=True, timeout=60)
        except CalledProcessError as error:
            raise Stop(f"Kafka's data folder can't be formatted: {(error.stderr or error.stdout)[-500:]}") from error

    def _warm(self, part: Path) -> None:
        node, data = Node(1, free_port(), free_port()), part / "warm"
        shutil.copytree(part / "data", data)
        properties = part / "warm.properties"
        properties.write_text(node.properties([node], data))
        making = f"{self.engine.making}={part / 'loaded'}"
        broker = Child("warm", [*self.bare[:1], making, *self.bare[1:], "kafka.Kafka", properties], part)
        broker.start()
        broker.wait_until(lambda: brokers_at(f"127.0.0.1:{node.port}") > 0)
        broker.stop(patience=60)
        shutil.rmtree(data)
        if not (part / "loaded").exists():
            raise Stop(f"Java {self.engine.major} wrote no archive of Kafka's classes: {broker.last_words()}")


def _kit() -> Kit:
    kit = Kit(java.find(), jars.fetch())
    if not kit.folder.exists():
        with cache.locked("kafka"):
            if not kit.folder.exists():
                kit.make()
    return kit


def _new_id() -> str:
    """An id as Kafka makes them; one with a hyphen in front would look like an option."""
    made = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    return _new_id() if made.startswith("-") else made


def brokers_at(bootstrap_servers: str, patience: float = 2.0) -> int:
    """How many brokers a Metadata request (version 4, no topics) lists; 0 when nobody answers in `patience` seconds."""
    request = struct.pack(">hhih7sib", 3, 4, 1, 7, b"inflytt", 0, 0)
    for address in bootstrap_servers.split(","):
        host, _, port = address.strip().rpartition(":")
        with contextlib.suppress(OSError, ValueError, struct.error):
            with socket.create_connection((host, int(port)), timeout=patience) as connection:
                connection.sendall(struct.pack(">i", len(request)) + request)
                answer = connection.recv(16, socket.MSG_WAITALL)
            _size, _correlation, _throttle, brokers = struct.unpack(">iiii", answer)
            if brokers > 0:
                return int(brokers)
    return 0
