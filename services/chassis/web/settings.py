"""What a service's HTTP door needs to know: given, never read from the environment here."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Secret = Annotated[SecretStr, Field(min_length=32)]


class WebSettings(BaseModel):
    """`max_body` in bytes; origins as `scheme://host[:port]`; `allowed_hosts` without port."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    public_url: str
    https: bool = False
    allowed_hosts: tuple[str, ...] = ()
    cookie_secret: Secret
    max_body: int = Field(default=64 * 1024, gt=0)

    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    service_token: Secret | None = None

    trusted_origins: tuple[str, ...] = ()
    """Origins whose pages may call this service with the reader's cookies (the desk, at intake)."""
    connect_to: tuple[str, ...] = ()
    """Origins this service's own pages may call (intake, at the desk)."""

    @field_validator("public_url", "oidc_issuer")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https address")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ValueError("oidc_issuer needs oidc_client_id and oidc_client_secret")
        return self

    @property
    def hosts(self) -> frozenset[str]:
        """The Host header values that are answered: those listed, else the public address's own."""
        return frozenset(h.lower() for h in self.allowed_hosts) or frozenset({urlsplit(self.public_url).hostname or ""})

    @property
    def origin(self) -> str:
        return origin_of(self.public_url)

    def cookie(self, purpose: str) -> str:
        """A cookie's name, per service because cookies ignore ports: `__Host-intake-session`."""
        return f"{'__Host-' if self.https else ''}{self.name}-{purpose}"

    def cookie_rules(self, same_site: Literal["lax", "strict"] = "lax") -> dict[str, Any]:
        return {"path": "/", "httponly": True, "samesite": same_site, "secure": self.https}


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
