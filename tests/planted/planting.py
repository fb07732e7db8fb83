"""Plants a bug: the modules it names are compiled from changed source, in this process, whenever they are imported."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from bugs import PLANTS, Edit, Plant


class Misfit(Exception):
    """The code has changed, and a planted bug no longer fits it."""


def changed(source: str, edits: Sequence[Edit]) -> str:
    """The source with the bug in it. Raises Misfit where what an edit changes does not stand exactly once."""
    for edit in edits:
        if (found := source.count(edit.was)) != 1:
            raise Misfit(f"{edit.module} holds {edit.was!r} {found} times")
        line = source[source.rfind("\n", 0, source.index(edit.was)) + 1 :]
        indent = line[: len(line) - len(line.lstrip())]
        source = source.replace(edit.was, edit.becomes.replace("\n", "\n" + indent))
    return source


class Changed(SourceFileLoader):
    """Compiles a module from its changed source; neither reads nor writes a .pyc."""

    edits: Sequence[Edit] = ()

    def get_code(self, fullname: str) -> CodeType:
        return compile(changed(Path(self.path).read_text(), self.edits), self.path, "exec", dont_inherit=True)


class Planting:
    """A finder before all others, for the modules that one bug changes."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        edits = [edit for edit in self.plant.edits if edit.module == name]
        spec = PathFinder.find_spec(name, path) if edits else None
        if spec is None or spec.origin is None:
            return None
        spec.loader = loader = Changed(name, spec.origin)
        loader.edits = edits
        return spec


def plant(name: str) -> None:
    """From now on this process has the bug. Raises KeyError for one that is not on the list."""
    sys.meta_path.insert(0, Planting({one.name: one for one in PLANTS}[name]))  # type: ignore[arg-type]


def misfits() -> list[str]:
    """Every bug that can't be planted any more, and why."""
    found = []
    for one in PLANTS:
        try:
            _tried(one)
        except (Misfit, SyntaxError) as error:
            found.append(f"{one.name}: {error}")
    return found


def _tried(one: Plant) -> None:
    for module in {edit.module for edit in one.edits}:
        spec = find_spec(module)
        assert spec is not None
        assert spec.origin is not None
        edits = [edit for edit in one.edits if edit.module == module]
        compile(changed(Path(spec.origin).read_text(), edits), spec.origin, "exec", dont_inherit=True)
