"""Apache Kafka on this machine: a real broker in KRaft mode; it can be stopped, killed and started again."""

import contextlib
import hashlib
import shutil
import socket
import struct
import sys
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from subprocess import CalledProcessError, run

from inflytt.errors import Stop
from inflytt.servers import cache, jars, java
from inflytt.servers.process import Child, free_port

HEAP = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
HEAP += [f"-Dorg.slf4j.simpleLogger.{option}" for option in ("defaultLogLevel=warn", "showDateTime=true")]

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
message.max.bytes=1048588
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=4194304
"""


class Kafka:
    """A broker with its data in `run / "kafka"`, on the same ports for as long as the object lives."""

    def __init__(self, run: Path) -> None:
        self.run, self.data = run, run / "kafka"
        self.port, self.controller = free_port(), free_port()
        self.bootstrap_servers = f"127.0.0.1:{self.port}"
        self.prefix = ""  # of topics; all are ours
        self.java: java.Java | None = None
        self.child: Child | None = None

    def start(self) -> None:
        """Returns when the broker answers. The first start on a machine fetches the jars and takes some 10 s more."""
        if self.child is None:
            self.child = self._prepare()
        self.child.start()
        self.child.wait_until(lambda: brokers_at(self.bootstrap_servers) > 0)

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def kill(self) -> None:
        """kill -9; `start` brings it back with its data."""
        if self.child:
            self.child.kill()

    def _prepare(self) -> Child:
        kit = _kit()
        self.java = kit.engine
        shutil.copytree(kit.template, self.data)
        properties = self.run / "kafka.properties"
        properties.write_text(PROPERTIES.format(port=self.port, controller=self.controller, data=self.data))
        return Child("kafka", [*kit.command, "kafka.Kafka", properties], self.run)


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
        properties.write_text(PROPERTIES.format(port=9092, controller=9093, data=part / "data"))
        name = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command: list[str | Path] = [
            *self.bare,
            "kafka.tools.StorageTool",
            "format",
            "-t",
            name,
            "-c",
            properties,
            "--standalone",
        ]
        try:
            run(command, check=True, capture_output=True, text=True, timeout=60)
        except CalledProcessError as error:
            raise Stop(f"Kafka's data folder can't be formatted: {(error.stderr or error.stdout)[-500:]}") from error

    def _warm(self, part: Path) -> None:
        port, controller, data = free_port(), free_port(), part / "warm"
        shutil.copytree(part / "data", data)
        properties = part / "warm.properties"
        properties.write_text(PROPERTIES.format(port=port, controller=controller, data=data))
        making = f"{self.engine.making}={part / 'loaded'}"
        broker = Child("warm", [*self.bare[:1], making, *self.bare[1:], "kafka.Kafka", properties], part)
        broker.start()
        broker.wait_until(lambda: brokers_at(f"127.0.0.1:{port}") > 0)
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
