"""The shape of the code, held by tests: what may stand in an event, who speaks, who says SQL, how large things are."""

import ast
import importlib
import re
import typing
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pydantic import BaseModel
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from chassis.migrate import HERE, migrate
from chassis.service import Service
from contracts import REGISTRY, TOPICS
from contracts.fields import Open, Sealed
from inflytt import contracts as generated
from inflytt.audit.rows import READ
from inflytt.local.processes import SERVICES
from inflytt.servers import Databases
from inflytt.servers.runs import CLONE

EVENTS = [event for topic in TOPICS for event in REGISTRY[topic].values()]
CODE = sorted([*(CLONE / "services").rglob("*.py"), *(CLONE / "deploy").rglob("*.py")])
CHASSIS_TABLES = {"streams", "outbox", "inbox", "heard", "offsets", "parked", "operations", "due", "alembic_version"}


def service(name: str) -> Service[Any]:
    return importlib.import_module(f"{name}.app").service


def leaves(kind: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Every kind of value that a field can hold, with the field's path."""
    if get_origin(kind) is Annotated:
        inner, *marks = get_args(kind)
        yield from [] if any(isinstance(mark, Open) for mark in marks) else leaves(inner, where)
    elif isinstance(kind, type) and issubclass(kind, Sealed):
        return
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        hints = typing.get_type_hints(kind, include_extras=True)
        for name in kind.model_fields:
            yield from leaves(hints[name], f"{where}.{name}")
    elif get_origin(kind) is Literal or kind in (UUID, int, bool, date, datetime, type(None), Ellipsis):
        return
    elif get_args(kind):
        for part in get_args(kind):
            yield from leaves(part, where)
    else:
        yield where, kind


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_field_of_an_event_is_of_an_open_kind_or_sealed(event: type[BaseModel]) -> None:
    assert list(leaves(event, event.__name__)) == []


def test_one_service_publishes_to_a_topic_erasures_apart() -> None:
    assert [
        t.name for t in TOPICS.values() if len(t.publishers) != 1 and t.name not in ("erasures", "tallies", "echoes")
    ] == []


def test_reporting_hears_every_topic() -> None:
    consumer = service("reporting").consumer
    assert consumer is not None
    assert set(consumer.topics) >= set(generated.TOPICS) - {"tallies", "echoes"}


def test_schemas_and_the_readme_table_equal_the_code() -> None:
    ours = {name: text for name, text in generated.schemas().items() if not name.startswith(("tallies", "echoes"))}
    assert {f.name: f.read_text() for f in generated.SCHEMAS.glob("*.json")} == ours, "run `make contracts`"
    rows = [row for row in generated.table().splitlines() if "`tallies`" not in row and "`echoes`" not in row]
    assert "\n".join(rows) in (CLONE / "README.md").read_text(), "run `make contracts`"


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(CLONE)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 300, "split it by idea"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert (node.end_lineno or 0) - node.lineno <= 60, f"{node.name} is longer than its idea"


@pytest.mark.parametrize(
    "path", [p for p in CODE if p.name != "__main__.py"], ids=lambda path: str(path.relative_to(CLONE))
)
def test_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("name", SERVICES)
def test_only_the_store_speaks_sql(name: str) -> None:
    for path in (CLONE / "services" / name).rglob("*.py"):
        within = path.relative_to(CLONE / "services" / name)
        if within.parts[0].removesuffix(".py") in ("store", "migrations", "migrations_keys"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            module = getattr(node, "module", None) or ",".join(a.name for a in getattr(node, "names", []))
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                assert not module.startswith(("sqlalchemy", "sqlmodel", "asyncpg")), f"{within} imports {module}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in ("fetch", "execute", "exec"), f"{within}:{node.lineno} speaks SQL"


@pytest.mark.parametrize("name", SERVICES)
async def test_migrations_make_exactly_the_tables_that_the_code_knows(name: str, postgres: Databases) -> None:
    database = postgres.create_database(f"shape_{name}")
    await migrate(name, database.url)

    def differences(connection: Connection) -> list[Any]:
        def ours(thing: Any, thing_name: str | None, kind: str, *_: Any) -> bool:
            table = thing_name if kind == "table" else getattr(getattr(thing, "table", None), "name", None)
            return table not in CHASSIS_TABLES

        context = MigrationContext.configure(connection, opts={"include_object": ours, "compare_type": True})
        return compare_metadata(context, service(name).tables)

    engine = create_async_engine(database.sqlalchemy_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


def test_the_chassis_tables_are_the_same_everywhere() -> None:
    sql = (HERE / "chassis.sql").read_text()
    assert {line.split()[2] for line in sql.splitlines() if line.startswith("create table")} == CHASSIS_TABLES - {
        "alembic_version"
    }


def test_every_promise_names_tests_that_are_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", (CLONE / "docs" / "guarantees.md").read_text()))
    there = {
        name for path in (CLONE / "tests").rglob("*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert named
    assert named <= there, f"gone: {sorted(named - there)}"


SERVICE_CODE = {"contracts", "chassis", *SERVICES}
DEPLOY = CLONE / "deploy"
JUDGES = [  # all that judges; the commands that find or start a platform, and start `rebuild`, are the two packages' own
    *(path for path in (DEPLOY / "inflytt" / "audit").glob("*.py") if path.name != "__init__.py"),
    *(DEPLOY / "inflytt" / "chaos" / f"{name}.py" for name in ("checks", "effects", "evidence", "letters", "verdict")),
]


def imported(path: Path) -> set[str]:
    """Every module that a file imports, wherever in it, but what only its types need."""
    names = set()
    tree = ast.parse(path.read_text())
    types = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    skipped = {id(inner) for node in types for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and id(node) not in skipped:
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and id(node) not in skipped:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def files_of(module: str) -> Iterator[Path]:
    """The file of one of our own modules; of `module.name` too, where the name is something in the module."""
    for name in (module, module.rpartition(".")[0]):
        file = DEPLOY / f"{name.replace('.', '/')}.py"
        if file.exists():
            yield file


@pytest.mark.parametrize("name", SERVICES)
def test_the_judge_knows_what_each_service_reads(name: str) -> None:
    consumer = service(name).consumer
    assert consumer is not None
    assert sorted(READ[name]) == sorted(consumer.topics)


@pytest.mark.parametrize("judge", JUDGES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_what_judges_shares_no_code_with_the_services(judge: Path) -> None:
    """Nor does anything that it stands on."""
    waiting, seen = [judge], set[Path]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        names = imported(path)
        assert not {name.partition(".")[0] for name in names} & SERVICE_CODE, path
        assert not {name for name in names if name.startswith("inflytt.local")}, f"{path} stands on the platform's code"
        waiting += [file for name in names for file in files_of(name) if file not in seen]


def test_matching_never_hears_what_partners_measure() -> None:
    """Nobody is matched by statistics of where they live."""
    consumer = service("matching").consumer
    assert consumer is not None
    assert "measurements" not in consumer.topics
