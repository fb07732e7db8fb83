"""Faults on a whole platform: what was promised before, during and after them is kept."""

import json

import pytest

from inflytt import chaos

FOUND = ("lost", "duplicates", "inversions", "phantoms", "exceeded", "canaries")


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", ["term", "zombie", "sessions", "mute", "clock"])
def test_a_fault_loses_doubles_and_inverts_nothing(fault: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = chaos.main(["--faults", fault, "--blows", "3", "--events", "300", "--json"])

    [row] = json.loads(capsys.readouterr().out)["faults"]
    assert (code, row["runs"], {name: row[name] for name in FOUND}) == (0, 3, dict.fromkeys(FOUND, 0)), row
