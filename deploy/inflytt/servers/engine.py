"""The Docker engine for INFRA=containers: reached, or said to be missing; images had; what killed runs left swept away."""

import contextlib
import os
import platform
import sys
from collections.abc import Iterator
from typing import Any

import psutil
import requests
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from testcontainers.core.docker_client import DockerClient

from inflytt.errors import Stop
from inflytt.servers import jars

OWNER = "se.inflytt.owner"  # the label by which a container is swept away when its owner is no more
PATIENCE = 20  # seconds for an answer
FAILURES = (DockerException, requests.RequestException, OSError)


@contextlib.contextmanager
def engine() -> Iterator[DockerClient]:
    """A client of the engine that DOCKER_HOST names, or of the usual one. Stop when none answers in 20 seconds."""
    try:
        found = DockerClient(timeout=PATIENCE)
        found.client.ping()
    except FAILURES as error:
        where = os.environ.get("DOCKER_HOST", "its usual socket")
        raise Stop(
            f"INFRA=containers needs a Docker engine and none answers at {where} ({str(error)[:200]}); "
            "start one, name another in DOCKER_HOST, or unset INFRA to run Kafka and PostgreSQL without."
        ) from error
    with contextlib.closing(found.client):
        yield found


def address(found: DockerClient) -> str:
    """Where its containers' ports are to be reached."""
    host = found.host()
    return "127.0.0.1" if host == "localhost" else host  # we publish there, not at ::1


def named(variable: str) -> str:
    """The image that KAFKA_IMAGE or POSTGRES_IMAGE names, else the usual one, in the version that we run ourselves."""
    kafka = next(jar.version for jar in jars.listed() if jar.artifact.startswith("kafka_"))
    usual = {"KAFKA_IMAGE": f"apache/kafka:{kafka}", "POSTGRES_IMAGE": "postgres:18"}
    return os.environ.get(variable) or usual[variable]


def have(client: Any, image: str) -> None:
    """Pulls the image unless it is there. Stop when it can't be had."""
    with contextlib.suppress(ImageNotFound):
        client.images.get(image)
        return
    print(f"Pulling {image}, once …", file=sys.stderr, flush=True)
    try:
        client.images.pull(image)
    except FAILURES as error:
        raise Stop(
            f"The image {image} is not there and can't be pulled ({str(error)[:200]}); name one that is there in "
            "KAFKA_IMAGE or POSTGRES_IMAGE, or make both: .venv/bin/python -m inflytt.servers.images"
        ) from error


def me() -> str:
    """This process, as a label says it: its pid alone may be another's later."""
    return f"{platform.node()} {os.getpid()} {psutil.Process().create_time()}"


def sweep(client: Any) -> None:
    """Removes the containers, with their data, whose owners on this machine are no more."""
    for container in client.containers.list(all=True, filters={"label": OWNER}, ignore_removed=True):
        if _is_gone(container.labels[OWNER]):
            remove(container)


def remove(container: Any) -> None:
    with contextlib.suppress(NotFound):
        try:
            container.remove(force=True, v=True)
        except APIError as error:
            if error.status_code != 409:  # another sweeps it at this moment
                raise


def _is_gone(owner: str) -> bool:
    machine, pid, since = owner.split()
    if machine != platform.node():
        return False  # who knows
    try:
        return abs(psutil.Process(int(pid)).create_time() - float(since)) > 1
    except psutil.NoSuchProcess:
        return True
