"""`inflytt contracts`: JSON Schemas of all events and the README's table of them, from the code."""

import argparse
import importlib
import json
from pathlib import Path

import contracts
from contracts import REGISTRY, TOPICS
from inflytt.local.processes import SERVICES
from inflytt.servers.runs import CLONE

SCHEMAS = Path(contracts.__file__).parent / "schemas"
BEGIN, END = "<!-- events: made by `make contracts` -->", "<!-- /events -->"


def main(args: list[str]) -> int:
    argparse.ArgumentParser(prog="inflytt contracts", description=__doc__).parse_args(args)
    SCHEMAS.mkdir(exist_ok=True)
    wanted = schemas()
    for old in SCHEMAS.glob("*.json"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (SCHEMAS / name).write_text(text)
    readme = CLONE / "README.md"
    before, _, rest = readme.read_text().partition(BEGIN)
    readme.write_text(f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}")
    print(f"{len(wanted)} schemas in {SCHEMAS.relative_to(CLONE)}, and the README's table")
    return 0


def schemas() -> dict[str, str]:
    """The JSON Schema of every event, by file name."""
    return {
        f"{topic}.{name}.json": json.dumps(event.model_json_schema(), indent=1, ensure_ascii=False) + "\n"
        for topic in TOPICS
        for name, event in REGISTRY[topic].items()
    }


def table() -> str:
    """Every event: its topic and key, who says it, who hears it, and what it is."""
    heard: dict[tuple[str, str], list[str]] = {}
    for service in SERVICES:
        handlers = importlib.import_module(f"{service}.app").service.consumer.handlers
        for topic, name in handlers.singles:
            heard.setdefault((topic, name), []).append(service)
        for topic, (_, names) in handlers.batches.items():
            for name in names:
                heard.setdefault((topic, name), []).append(service)
    lines = ["| topic, key | event | said by | heard by |", "|---|---|---|---|"]
    for topic, kind in TOPICS.items():
        for name, event in REGISTRY[topic].items():
            where = f"`{topic}`, {event.keyed_by.removesuffix('_id').replace('_', ' ')}"
            hearers = ", ".join(sorted(set(heard.get((topic, name), [])))) or "–"
            lines.append(f"| {where} | {name} | {', '.join(kind.publishers)} | {hearers} |")
    return "\n".join(lines)
