"""Kafka and PostgreSQL in containers: stopped and killed like our own ones, they come back with their data."""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from inflytt.errors import Stop
from inflytt.servers.engine import FAILURES, OWNER, PATIENCE, address, engine, have, me, named, remove, sweep
from inflytt.servers.kafka import Node, brokers_at
from inflytt.servers.postgres import SETTINGS, Databases
from inflytt.servers.process import free_port, now

STOPPING = 20  # seconds between asking and killing


def prepare(image: str) -> str:
    """The address at which containers of this image, now at hand, will be reached."""
    with engine() as found:
        sweep(found.client)
        have(found.client, image)
        if not found.client.images.list(testcontainers_config.ryuk_image):
            testcontainers_config.ryuk_disabled = True  # then the sweep alone clears up after a kill
        return address(found)


class Contained:
    """A server in a container, used like a Child; `inside` is its port there, `outside` address and port here."""

    def __init__(
        self,
        name: str,
        image: str,
        run: Path,
        inside: int,
        outside: tuple[str, int],
        env: Mapping[str, str],
        command: Sequence[str] = (),
        gentle: str = "SIGTERM",
    ) -> None:
        self.name, self.image, self.log = name, image, run / f"{name}.log"
        host, port = outside
        self.container = DockerContainer(image, {"timeout": PATIENCE}).with_envs(**env)
        self.container.with_kwargs(labels={OWNER: me()}, stop_signal=gentle, shm_size="256m")
        self.container.ports[str(inside)] = (host if host == "127.0.0.1" else "0.0.0.0", port)  # type: ignore[assignment]  # noqa: S104
        if command:
            self.container.with_command(list(command))

    @property
    def made(self) -> Any:
        """The engine's container; None before the first start."""
        return self.container._container

    @property
    def alive(self) -> bool:
        if self.made is None:
            return False
        self.made.reload()
        return bool(self.made.status == "running")

    @property
    def pid(self) -> int | None:
        """As the engine's machine numbers it."""
        return int(self.made.attrs["State"]["Pid"]) if self.alive else None

    def start(self) -> None:
        if self.alive:
            raise RuntimeError(f"{self.name} already runs as {self.pid}")
        try:
            self.made.start() if self.made else self.container.start()
        except FAILURES as error:
            raise Stop(f"The container of {self.name} ({self.image}) can't be started: {error}") from error

    def wait_until(self, ready: Callable[[], bool], patience: float = 60.0) -> None:
        """Returns when `ready()`; Stop with the end of the log when the server ends or `patience` seconds pass."""
        deadline = time.monotonic() + patience
        while not ready():
            if not self.alive:
                raise Stop(f"{self.name} ended while starting in a container of {self.image}: {self.last_words()}")
            if time.monotonic() > deadline:
                raise Stop(f"{self.name} was not ready within {patience:.0f} s ({self.log}): {self.last_words()}")
            time.sleep(0.05)

    def last_words(self) -> str:
        self._keep_log()
        return " | ".join(self.log.read_text(errors="replace").strip().splitlines()[-5:]) or "it said nothing."

    def stop(self) -> None:
        """Asks it to end, kills it after 20 seconds."""
        if self.alive:
            self.made.stop(timeout=STOPPING)
            self._keep_log()

    def kill(self) -> None:
        """kill -9 of all in it."""
        if self.alive:
            self.made.kill()
            self._keep_log()

    def remove(self) -> None:
        """With its data; the log stays."""
        if self.made is not None:
            self.stop()
            remove(self.made)
        self.container.get_docker_client().client.close()

    def _keep_log(self) -> None:
        self.log.write_bytes(self.made.logs())


def environment(advertised: str) -> dict[str, str]:
    """The settings of our own broker, as Kafka's image takes them, for one that is reached at `advertised`."""
    node = Node(1, 9092, 9093)
    lines = node.properties([node], Path("/var/lib/kafka/data")).splitlines()
    settings = dict(line.split("=", 1) for line in lines)
    settings["listeners"] = "PLAINTEXT://:9092,CONTROLLER://:9093"
    settings["advertised.listeners"] = f"PLAINTEXT://{advertised},CONTROLLER://127.0.0.1:9093"
    told = {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in settings.items()}
    told["KAFKA_HEAP_OPTS"] = "-Xms128m -Xmx256m"
    told["KAFKA_JVM_PERFORMANCE_OPTS"] = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
    return told | {"CLUSTER_ID": "5L6g3nShT-eMCtK--X86sw"}


class ContainedKafka:
    """A broker with the settings of our own ones."""

    prefix = ""  # of topics; all are ours

    def __init__(self, run: Path) -> None:
        self.image = named("KAFKA_IMAGE")
        outside = host, port = prepare(self.image), free_port()
        self.bootstrap_servers = f"{host}:{port}"
        self.child = Contained("kafka", self.image, run, 9092, outside, environment(self.bootstrap_servers))

    @property
    def alive(self) -> bool:
        return self.child.alive

    def start(self) -> None:
        """Returns when the broker answers."""
        self.child.start()
        self.child.wait_until(lambda: brokers_at(self.bootstrap_servers) > 0)

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        """kill -9; `start` brings it back with its data."""
        self.child.kill()


class ContainedPostgres(Databases):
    """A server with the settings of our own one."""

    def __init__(self, run: Path) -> None:
        self.image = named("POSTGRES_IMAGE")
        outside = host, self.port = prepare(self.image), free_port()
        settings = SETTINGS | {"listen_addresses": "*"}
        del settings["unix_socket_directories"]  # the image sets itself up through its socket
        command = ["postgres", *(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))]
        initial = "--encoding=utf8 --locale-provider=builtin --locale=C.UTF-8 --no-sync"
        env = {"POSTGRES_HOST_AUTH_METHOD": "trust", "POSTGRES_INITDB_ARGS": initial}
        # SIGINT is its fast shutdown: SIGTERM would wait for every client
        self.child = Contained("postgres", self.image, run, 5432, outside, env, command, gentle="SIGINT")
        super().__init__(f"postgresql://postgres@{host}:{self.port}/postgres")

    def start(self) -> None:
        """Returns when it answers."""
        self.child.start()
        self.child.wait_until(self._answers)

    def stop(self) -> None:
        self.child.stop()

    def kill(self) -> None:
        """kill -9; `start` brings it back with its data."""
        self.child.kill()

    def _answers(self) -> bool:
        try:
            now(self._say("select 1"))
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True
