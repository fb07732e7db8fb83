"""The four services as processes of their own: their environment, their start, their health."""

import base64
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from inflytt.servers.process import Child, free_port

SERVICES = ("intake", "matching", "notifications", "reporting")


@dataclass(frozen=True)
class Secrets:
    """New for every run, shared by all processes of it."""

    service_token: str
    cookie_secret: str
    kek: str

    @classmethod
    def new(cls) -> "Secrets":
        token, cookie = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        return cls(token, cookie, base64.b64encode(secrets.token_bytes(32)).decode())


def environments(
    outside: Mapping[str, str], databases: Mapping[str, str], urls: Mapping[str, str], given: Secrets
) -> dict[str, dict[str, str]]:
    """What each service is told, all but the ports of its processes."""
    return {
        service: {
            **outside,
            "INFLYTT_ENVIRONMENT": "local",
            "INFLYTT_DATABASE_URL": databases[service],
            "INFLYTT_PUBLIC_URL": urls.get(service, "http://127.0.0.1"),
            "INFLYTT_HTTP_PORT": urls.get(service, ":0").rpartition(":")[2],
            "INFLYTT_SERVICE_TOKEN": given.service_token,
            "INFLYTT_COOKIE_SECRET": given.cookie_secret,
            "INFLYTT_INTAKE_URL": urls["intake"],
            "INFLYTT_OIDC_CLIENT_ID": service,
            **_own(service, databases, urls, given),
        }
        for service in SERVICES
    }


def _own(service: str, databases: Mapping[str, str], urls: Mapping[str, str], given: Secrets) -> dict[str, str]:
    if service != "intake":
        return {}
    return {
        "INFLYTT_KEYS_DATABASE_URL": databases["intake_keys"],
        "INFLYTT_KEK": given.kek,
        "INFLYTT_TRUSTED_ORIGINS": urls["matching"],
    }


class ServiceProcess:
    """One process of one service in one role. It can be killed and started again, on the same ports."""

    def __init__(self, service: str, role: str, environment: Mapping[str, str], run: Path, nth: int = 0) -> None:
        self.service, self.role = service, role
        self.name = service if role == "all" else f"{service}-{role}" + (f"-{nth}" if nth else "")
        port = free_port()
        self.admin = f"http://127.0.0.1:{port}"
        env = {**environment, "INFLYTT_ADMIN_PORT": str(port), "INFLYTT_INSTANCE": self.name}
        self.child = Child(self.name, [sys.executable, "-m", "chassis", service, "--role", role], run, env=env)

    @property
    def pid(self) -> int | None:
        return self.child.pid

    def start(self) -> None:
        self.child.start()

    def stop(self) -> int | None:
        """SIGTERM, and its exit code."""
        return self.child.stop(patience=20)

    def kill(self) -> None:
        """kill -9."""
        self.child.kill()

    def ready(self) -> bool:
        try:
            with urlopen(f"{self.admin}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                return answer.status == 200
        except (URLError, OSError):
            return False

    def metrics(self) -> str:
        """What it tells Prometheus. Raises URLError when it does not answer."""
        with urlopen(f"{self.admin}/metrics", timeout=2) as answer:  # noqa: S310 - our own address
            told: str = answer.read().decode()
            return told

    def wait_until_ready(self, patience: float = 60) -> None:
        self.child.wait_until(self.ready, patience)
