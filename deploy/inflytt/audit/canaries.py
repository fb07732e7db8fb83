"""Canaries: names, addresses and numbers of people, looked for where they must not be: topics, tables, logs, metrics."""

import base64
from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg
import httpx

from inflytt.audit.findings import Finding
from inflytt.audit.log import Log

TABLES = """select table_name from information_schema.tables
            where table_schema = 'public' and table_type = 'BASE TABLE' order by 1"""


class Canaries:
    """`words`: what must be nowhere. Also looked for in hex and in base64, at whatever byte it may begin."""

    def __init__(self, words: Iterable[str]) -> None:
        self.spelled = {word: list(dict.fromkeys(_spellings(word))) for word in sorted(set(words)) if word}
        self.patterns = [f"%{form}%" for forms in self.spelled.values() for form in forms]

    def inside(self, text: str) -> list[str]:
        """The words that are there, in any spelling."""
        low = text.lower()
        return [word for word, forms in self.spelled.items() if any(form.lower() in low for form in forms)]

    def in_topics(self, log: Log) -> list[Finding]:
        """Partners' own topics are looked through as well: they write there what they like, but never of people."""
        return [
            _found(record.where, record.type or "record", word)
            for record in log.records
            for word in self.inside(f"{record.key} {record.raw.decode('utf-8', 'replace')} {record.headers}")
        ]

    async def in_tables(self, connections: Mapping[str, asyncpg.Connection]) -> list[Finding]:
        """All columns of all tables, intake's too: there they stand encrypted."""
        findings = []
        for database, connection in connections.items():
            for (table,) in await connection.fetch(TABLES):
                rows = await connection.fetch(  # the name comes from the database's own catalogue
                    f'select t::text as row from "{table}" t where t::text ilike any($1::text[])',  # noqa: S608
                    self.patterns,
                )
                findings += [_found(f"{database}.{table}", "row", w) for row in rows for w in self.inside(row["row"])]
        return findings

    def in_logs(self, logs: Iterable[Path]) -> list[Finding]:
        return [
            _found(f"{log.name}:{number}", "log", word)
            for log in logs
            for number, line in enumerate(log.read_text(errors="replace").splitlines(), 1)
            for word in self.inside(line)
        ]

    async def in_metrics(self, admin: Mapping[str, str]) -> list[Finding]:
        """Raises httpx.HTTPError where a process does not tell its metrics."""
        async with httpx.AsyncClient(timeout=10) as client:
            told = {name: (await client.get(f"{url}/metrics")).raise_for_status().text for name, url in admin.items()}
        return [_found(f"{name}/metrics", "metric", word) for name, text in told.items() for word in self.inside(text)]


def _spellings(word: str) -> Iterable[str]:
    raw = word.encode()
    yield word
    yield raw.hex()
    for shift in range(3):  # what stands in base64 wherever the word begins, less the letters its neighbours share
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        yield coded[(shift * 8 + 5) // 6 : len(coded) - (1 if (shift + len(raw)) % 3 else 0)]


def _found(where: str, what: str, word: str) -> Finding:
    return Finding("canary", what, word, where, "a person's data stands here")
