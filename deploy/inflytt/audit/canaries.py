"""Canaries: names, addresses and numbers of people, looked for where they must not be: topics, tables, logs, metrics."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import asyncpg
import httpx

from inflytt.audit.findings import Finding
from inflytt.audit.log import Log

TABLES = """select table_name from information_schema.tables
            where table_schema = 'public' and table_type = 'BASE TABLE' order by 1"""


Text = tuple[str, str, str]  # where it stands, what it is, what it says
AT_ONCE = 2000  # rows


class Canaries:
    """`words`: what must be nowhere. Also looked for in hex and in base64, at whatever byte it may begin."""

    def __init__(self, words: Iterable[str]) -> None:
        asked = sorted({word for word in words if word}, key=len)
        parts = [w for n, w in enumerate(asked) if not any(other.lower() in w.lower() for other in asked[:n])]
        self.forms = {
            form.lower(): word for word in parts for cased in {word, word.lower()} for form in _spellings(cased)
        }

    def among(self, texts: Sequence[Text]) -> list[Finding]:
        """What stands in any of the texts. All at once first: there should be nothing."""
        whole = "\n".join(text for _, _, text in texts).lower()
        here = {form: word for form, word in self.forms.items() if form in whole}
        return [
            Finding("canary", what, word, where, "a person's data stands here")
            for where, what, text in (texts if here else ())
            for word in sorted({word for form, word in here.items() if form in text.lower()})
        ]

    def in_topics(self, log: Log) -> list[Finding]:
        """Partners' own topics are looked through as well: they write there what they like, but never of people."""
        return self.among(
            [
                (r.where, r.type or "record", f"{r.key} {r.raw.decode('utf-8', 'replace')} {r.headers}")
                for r in log.records
            ]
        )

    async def in_tables(self, connections: Mapping[str, asyncpg.Connection]) -> list[Finding]:
        """All columns of all tables, intake's too: there they stand encrypted."""
        findings = []
        for database, connection in connections.items():
            for (table,) in await connection.fetch(TABLES):
                async with connection.transaction(readonly=True):
                    # the name comes from the database's own catalogue
                    rows = await connection.cursor(f'select t::text from "{table}" t')  # noqa: S608
                    while batch := await rows.fetch(AT_ONCE):
                        findings += self.among([(f"{database}.{table}", "row", text) for (text,) in batch])
        return findings

    def in_logs(self, logs: Iterable[Path]) -> list[Finding]:
        return [
            finding
            for log in logs
            for finding in self.among(
                [
                    (f"{log.name}:{number}", "log", line)
                    for number, line in enumerate(log.read_text(errors="replace").splitlines(), 1)
                ]
            )
        ]

    async def anywhere(
        self, log: Log, connections: Mapping[str, asyncpg.Connection], logs: Iterable[Path], admin: Mapping[str, str]
    ) -> list[Finding]:
        """Topics, tables, logs and metrics."""
        return [
            *self.in_topics(log),
            *await self.in_tables(connections),
            *self.in_logs(logs),
            *await self.in_metrics(admin),
        ]

    async def in_metrics(self, admin: Mapping[str, str]) -> list[Finding]:
        """Raises httpx.HTTPError where a process does not tell its metrics."""
        async with httpx.AsyncClient(timeout=10) as client:
            told = {name: (await client.get(f"{url}/metrics")).raise_for_status().text for name, url in admin.items()}
        return self.among([(f"{name}/metrics", "metric", text) for name, text in told.items()])


def _spellings(word: str) -> Iterable[str]:
    raw = word.encode()
    yield word
    yield raw.hex()
    for shift in range(3):  # what stands in base64 wherever the word begins, less the letters its neighbours share
        coded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        yield coded[(shift * 8 + 5) // 6 : len(coded) - (1 if (shift + len(raw)) % 3 else 0)]
