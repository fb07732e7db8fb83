"""What every service is told by its environment: variables with the prefix INFLYTT_."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Services add fields of their own in a subclass. `*_url` of databases are plain `postgresql://` URLs."""

    model_config = SettingsConfigDict(env_prefix="INFLYTT_", frozen=True)

    environment: Literal["local", "production"] = "production"
    database_url: str
    kafka_servers: str = Field(description="host:port, comma between")
    topic_prefix: str = Field(default="", description="before every topic and group: a server that others own too")
    instance: str = Field(default="", description="a stable slot's name gives static membership")
    http_host: str = "127.0.0.1"
    http_port: int = 8000
    admin_port: int = Field(default=9000, description="health and metrics, never on the public port")
    public_url: str = "http://127.0.0.1:8000"
    allowed_hosts: str = Field(default="127.0.0.1,localhost", description="comma between")
    cookie_secret: str = Field(min_length=32)
    service_token: str = Field(min_length=32, description="services show it to each other")
    issuer_url: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    intake_url: str = Field(default="", description="where intake's internal calls are")
    pool_size: int = 10

    @property
    def servers(self) -> list[str]:
        """Bootstrap servers as the list that aiokafka wants: a comma in one string is a host name to it."""
        return [server.strip() for server in self.kafka_servers.split(",") if server.strip()]
