"""The figures of relatedness are measured or said not to be."""

from pathlib import Path

import numpy as np

import classifications as files
from inflytt.bench.matching.related import Options, _auc, _recall, measure


def test_without_data_nothing_is_measured_and_the_reason_is_said() -> None:
    said: list[str] = []
    assert measure(Options(), said.append) == []
    assert "not measured" in said[0]
    assert "--data" in said[0]


def test_data_that_lack_a_file_are_not_measured(tmp_path: Path) -> None:
    said: list[str] = []
    folder = files.written(tmp_path / "in")
    (folder / "e2").unlink()
    assert measure(Options(folder), said.append) == []
    assert "lacks ESCO's skill hierarchy" in said[0]


def test_auc_and_recall_are_those_of_the_definition() -> None:
    near = np.array([[9.0, 3, 1, 2], [3, 9, 2, 0], [1, 2, 9, 2], [2, 0, 2, 9]])
    related, unrelated = np.array([[0, 1], [1, 2]]), np.array([[0, 3], [1, 3], [0, 2]])
    pairs = [(near[tuple(a)], near[tuple(b)]) for a in related for b in unrelated]
    assert _auc(near, related, unrelated) == sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)
    assert _recall(near, related) == 1.0
