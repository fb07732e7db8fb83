"""The whole platform on this machine: real servers, the four services as processes, a clock that can be moved."""

import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chassis.kafka import create_topics, partner_topics
from chassis.migrate import migrate
from inflytt import servers
from inflytt.errors import Stop
from inflytt.local import partners
from inflytt.local.clock import Clock
from inflytt.local.crew import SEVERAL, SPLIT, crew
from inflytt.local.processes import SERVICES, Secrets, ServiceProcess, environments
from inflytt.local.quiet import Quiet
from inflytt.servers.issuer import Issuer
from inflytt.servers.mail import Mail
from inflytt.servers.process import free_port, now
from inflytt.servers.provider import Client
from inflytt.servers.runs import CLONE

__all__ = ["SERVICES", "SEVERAL", "SPLIT", "STATE", "Platform", "Say", "attach", "running"]
Say = Callable[[str], object]
STATE = CLONE / "run" / "state.json"
TOLD = (
    "bootstrap",
    "prefix",
    "databases",
    "urls",
    "admin",
    "mail_url",
    "issuer_url",
    "partner_keys",
    "service_token",
    "environments",
)
DATABASES = {"intake": "migrations", "intake_keys": "migrations_keys", **dict.fromkeys(SERVICES[1:], "migrations")}


@dataclass
class Platform:
    """Where everything is. `processes` can be killed and started again; an attached platform has none."""

    run: Path
    bootstrap: str
    prefix: str
    databases: dict[str, str]
    urls: dict[str, str]  # public, by service
    admin: dict[str, str]  # health and metrics, by process
    mail_url: str
    issuer_url: str
    partner_keys: dict[str, str]
    service_token: str
    clock: Clock
    environments: dict[str, dict[str, str]]
    processes: dict[str, ServiceProcess] = field(default_factory=dict)
    ground: servers.Servers | None = None
    mail: Mail | None = None
    issuer: Issuer | None = None

    @property
    def intake(self) -> str:
        return self.urls["intake"]

    @property
    def desk(self) -> str:
        return self.urls["matching"]

    @property
    def reporting(self) -> str:
        return self.urls["reporting"]

    @property
    def logs(self) -> list[Path]:
        """What the services have logged, a file for each process."""
        return sorted(log for name in SERVICES for log in self.run.glob(f"{name}*.log"))

    async def quiet(self, patience: float = 60) -> None:
        """Returns when nothing flows: outboxes empty, consumers at the topics' ends, nothing due.

        Raises Stop when nothing of it has moved for `patience` s.
        """
        await Quiet(self.bootstrap, self.prefix, self.databases, self.clock).wait(patience)

    def state(self) -> dict[str, Any]:
        """What `run/state.json` says: all that a tool needs to find and attach to this platform."""
        pids = {name: process.pid for name, process in self.processes.items()}
        where = {"run": str(self.run), "clock": str(self.clock.path), "pids": pids}
        return where | {name: getattr(self, name) for name in TOLD}


def attach(file: Path = STATE) -> Platform:
    """The platform that runs according to `file`, seen from outside."""
    if not file.exists():
        raise Stop("No platform runs here; start one with `make up` or `make demo`.")
    told = json.loads(file.read_text())
    told.pop("pids")
    return Platform(**{**told, "run": Path(told["run"]), "clock": Clock(Path(told["clock"]))})


@contextmanager
def running(
    name: str,
    say: Say = lambda _: None,
    roles: Iterable[str] | Mapping[str, int] = ("all",),
    state: Path | None = STATE,
    settings: Mapping[str, str] | None = None,
    brokers: int = 1,
) -> Iterator[Platform]:
    """A new platform: everything is ready inside, and stopped afterwards.

    `roles`: a process of each service for each, or as many as a mapping says (SPLIT, SEVERAL). `settings`: what the
    services are told beside the usual, INFLYTT_…. `brokers`: 1, or 3 that hold everything three times.
    """
    with ExitStack() as stack:
        say("Kafka and PostgreSQL start")
        ground = stack.enter_context(servers.running(name, brokers))
        platform = _prepare(ground, stack, say, settings or {})
        for service, role, nth in crew(Counter(roles)):
            process = ServiceProcess(service, role, platform.environments[service], platform.run, nth)
            platform.processes[process.name] = process
        platform.admin = {p.name: p.admin for p in platform.processes.values()}
        say("the four services start")
        stack.callback(_stop_all, platform.processes.values())
        for process in platform.processes.values():
            process.start()
        for process in platform.processes.values():
            process.wait_until_ready()
        if state is not None:
            state.write_text(json.dumps(platform.state(), indent=2))
            stack.callback(state.unlink, missing_ok=True)
        yield platform
        say("everything stops")


def _stop_all(processes: Iterable[ServiceProcess]) -> None:
    """All at once: each ends the work it has in flight."""
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda process: process.stop(), processes))


def _prepare(ground: servers.Servers, stack: ExitStack, say: Say, settings: Mapping[str, str]) -> Platform:
    run, kafka = ground.run, ground.kafka
    mail = Mail(run)
    mail.start()
    stack.callback(mail.stop)
    say("databases and topics are made")
    databases = {}
    for database, folder in DATABASES.items():
        databases[database] = ground.postgres.create_database(database).url
        now(migrate(database.removesuffix("_keys"), databases[database], folder))
    names = [topic for partner in partners.PARTNERS for topic in partner_topics(partner["partner_id"])]
    now(create_topics(kafka.bootstrap_servers.split(","), kafka.prefix))
    now(create_topics(kafka.bootstrap_servers.split(","), kafka.prefix, names))
    clock = Clock(run / "clock")
    clock.to_next_morning()
    keys = partners.write(run / "partners.json")
    given = Secrets.new()
    urls = {service: f"http://127.0.0.1:{free_port()}" for service in SERVICES if service != "notifications"}
    client_secret = secrets.token_urlsafe(24)
    clients = {s: Client(client_secret, [f"{urls[s]}/sign-in/callback"]) for s in ("matching", "reporting")}
    issuer = Issuer(run, clients)
    issuer.start()
    stack.callback(issuer.stop)
    outside = {
        "INFLYTT_KAFKA_SERVERS": kafka.bootstrap_servers,
        "INFLYTT_TOPIC_PREFIX": kafka.prefix,
        "INFLYTT_CLOCK": str(clock.path),
        "INFLYTT_ISSUER_URL": issuer.url,
        "INFLYTT_OIDC_CLIENT_SECRET": client_secret,
        "INFLYTT_SMTP_PORT": str(mail.smtp_port),
        "INFLYTT_PARTNERS_FILE": str(run / "partners.json"),
        **({"VOCABULARY": str(Path(named).absolute())} if (named := os.environ.get("VOCABULARY")) else {}),
        **settings,
    }
    return Platform(
        run=run,
        bootstrap=kafka.bootstrap_servers,
        prefix=kafka.prefix,
        databases=databases,
        urls=urls,
        admin={},
        mail_url=mail.url,
        issuer_url=issuer.url,
        partner_keys=keys,
        service_token=given.service_token,
        clock=clock,
        environments=environments(outside, databases, urls, given),
        ground=ground,
        mail=mail,
        issuer=issuer,
    )
