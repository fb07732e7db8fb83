"""Servers that others own, named in the environment: checked before use, and touched only under this run's prefix."""

import time
from dataclasses import dataclass

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from inflytt.errors import Stop
from inflytt.servers.kafka import brokers_at
from inflytt.servers.postgres import Databases
from inflytt.servers.process import now

PATIENCE = 10.0  # seconds


@dataclass(frozen=True)
class BorrowedKafka:
    bootstrap_servers: str
    prefix: str
    least: int = 1  # brokers

    def check(self) -> None:
        """Returns when it answers. Raises Stop when it does not, or has too few brokers."""
        deadline = time.monotonic() + PATIENCE
        while not brokers_at(self.bootstrap_servers):
            if time.monotonic() > deadline:
                raise Stop(
                    f"KAFKA_BOOTSTRAP_SERVERS={self.bootstrap_servers} does not answer; "
                    "start that Kafka, or unset the variable to use one of our own."
                )
            time.sleep(0.2)
        if (found := brokers_at(self.bootstrap_servers)) < self.least:
            raise Stop(f"KAFKA_BOOTSTRAP_SERVERS names {found} brokers, and {self.least} were asked for; unset it.")

    def forget(self) -> None:
        """Deletes this run's topics."""
        now(self._delete_topics())

    async def _delete_topics(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
        await admin.start()
        try:
            ours = [topic for topic in await admin.list_topics() if topic.startswith(self.prefix)]
            if ours:
                await admin.delete_topics(ours)
        finally:
            await admin.close()


class BorrowedPostgres(Databases):
    def check(self) -> None:
        try:
            allowed = now(self._may_create())
        except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Stop(
                f"The PostgreSQL that DATABASE_URL names does not let us in ({error or type(error).__name__}); "
                "start it or correct the URL, or unset the variable to use one of our own."
            ) from error
        if not allowed:
            raise Stop("The user in DATABASE_URL may not create databases; `alter user … createdb`, or unset it.")

    def forget(self) -> None:
        """Drops this run's databases."""
        for database in list(self.made):
            self.drop_database(database)

    async def _may_create(self) -> bool:
        connection = await asyncpg.connect(self.url, timeout=PATIENCE)
        try:
            sql = "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
            return bool(await connection.fetchval(sql))
        finally:
            await connection.close()
