"""The planted bugs fit the code of today, are planted loudly or not at all, and are caught through the command."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inflytt.chaos import planted
from inflytt.servers.runs import CLONE

QUICK = ("stamps_a_projection_with_now", "no_key_lock", "keys_from_the_wrong_field")


def python(words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A Python that has our folder on its path, as a planted run has."""
    whole = {**os.environ, "PYTHONPATH": str(planted.FOLDER), **env}
    return subprocess.run([sys.executable, "-c", words], env=whole, capture_output=True, text=True)


def test_each_of_the_twenty_still_fits_the_code() -> None:
    plants = planted.chosen([])
    assert len({plant.name for plant in plants}) == len(plants) == 20
    assert all(plant.harm.endswith(".") for plant in plants)


@pytest.mark.parametrize("plant", planted.chosen([]), ids=lambda plant: plant.name)
def test_the_test_that_catches_it_is_there(plant: Any) -> None:
    path, _, name = plant.caught_by.partition("::")
    tests = [node.name for node in ast.walk(ast.parse((CLONE / path).read_text())) if hasattr(node, "name")]
    assert name.partition("[")[0] in tests


def test_a_planted_process_runs_the_changed_code_and_one_without_a_name_the_real() -> None:
    words = "from chassis import standing; print('public.inbox' in standing.TAKE)"
    assert python(words, PLANTED="rebuild_without_its_own_inbox").stdout == "True\n"
    assert python(words, PLANTED="").stdout == "False\n"


def test_a_bug_that_is_not_on_the_list_ends_the_process() -> None:
    ended = python("print('it runs')", PLANTED="off_by_one")
    assert ended.returncode != 0
    assert "off_by_one can't be planted" in ended.stderr
    assert ended.stdout == ""


def test_a_bug_whose_place_in_the_code_is_gone_is_not_planted_in_silence() -> None:
    words = "import planting; planting.changed('a = 1', [planting.Edit('m', 'a = 2', 'a = 3')])"
    assert "m holds 'a = 2' 0 times" in python(words).stderr


def test_no_service_knows_of_a_switch() -> None:
    assert not [path for path in (CLONE / "services").rglob("*.py") if "PLANTED" in Path(path).read_text()]


@pytest.mark.long
@pytest.mark.timeout(400)
def test_three_bugs_are_caught_by_name_through_the_command() -> None:
    command = [Path(sys.executable).with_name("inflytt"), "chaos", "--planted", "--json"]
    ran = subprocess.run(
        [*command, *(word for bug in QUICK for word in ("--only", bug))], capture_output=True, text=True, cwd=CLONE
    )
    told = json.loads(ran.stdout)
    assert (ran.returncode, told["planted"], told["caught"], told["met"]) == (0, 3, 3, True), ran.stderr
    assert {row["bug"]: row["test"] for row in told["rows"]} == {
        plant.name: plant.caught_by for plant in planted.chosen(list(QUICK))
    }
