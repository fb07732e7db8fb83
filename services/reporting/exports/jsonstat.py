"""A table as JSON-stat 2.0 (json-stat.org/full): a hidden cell is null with the status `..`."""

import json
from typing import Any

from reporting.domain.document import HIDDEN, Table, cube


def jsonstat(table: Table) -> bytes:
    dimensions, values = cube(table)
    texts = {**table.names, **{column.code: column.text for column in table.columns}}
    answer: dict[str, Any] = {
        "version": "2.0",
        "class": "dataset",
        "label": table.title,
        "source": table.source,
        "updated": table.as_of.isoformat(),
        "id": [code for code, _ in dimensions],
        "size": [len(categories) for _, categories in dimensions],
        "dimension": {
            code: {
                "label": texts.get(code, code),
                "category": {"index": categories, "label": {one: texts.get(one, one) for one in categories}},
            }
            for code, categories in dimensions
        },
        "role": {"metric": ["measure"]},
        "value": values,
    }
    if hidden := {str(at): HIDDEN for at, value in enumerate(values) if value is None}:
        answer["status"] = hidden
    if table.notes:
        answer["note"] = list(table.notes)
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()
