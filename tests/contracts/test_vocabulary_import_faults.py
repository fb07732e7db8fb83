"""What is wrong with a file is said with its name, the place and what to do; nothing is written then."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import classifications as files
from contracts.vocabulary import STARTER, Unreadable, load
from inflytt import vocabulary as command
from inflytt.errors import Stop

ZIPPED = b"PK\x03\x04" + bytes(40)
FAULTS = {
    "empty": (b"  \n", "is empty"),
    "json cut off": (files.jobtech("hierarchy")[:-40], "line 1, column .* not JSON to its end"),
    "table cut off in a row": (files.table("requirements")[:-90], "line 5: .*truncated"),
    "table cut off in a word": (files.table("broader")[:-9], "line 4: .*can't be a broaderUri"),
    "table cut off in quotes": (files.table("occupations")[:170], "truncated"),
    "table without rows": (files.table("broader").splitlines()[0], "a header and no rows"),
    "latin-1": (files.jobtech("hierarchy").decode().encode("latin-1"), "line 1: the byte 0x.. is not UTF-8"),
    "utf-16": (files.jobtech("hierarchy").decode().encode("utf-16"), "is in UTF-16"),
    "no concepts": (b'{"data": {"concepts": []}}', "has no concepts"),
    "other json": (b'{"ads": [1]}', "not a file of JobTech's"),
    "an error of JobTech's": (b'{"errors": [{"message": "timeout"}], "data": null}', "timeout"),
    "unknown concepts": (b'{"data": {"concepts": [{"id": "abcD_abc_abc", "type": "planet"}]}}', "not known here .planet"),
    "a concept without a label": (
        b'{"data": {"concepts": [{"id": "abcD_abc_abc", "type": "skill"}]}}', "data.concepts.0.*[Ff]ield required"),
    "a table of others": (b"name;age\nAnna;4\n", "no file of JobTech's or ESCO's"),
    "a damaged archive": (ZIPPED, "damaged or truncated archive"),
    "a text": ("Läs mig först".encode(), "no file of JobTech's or ESCO's"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_said_with_file_place_and_cure_and_nothing_is_written(fault: str, tmp_path: Path) -> None:
    data, said = FAULTS[fault]
    folder = files.written(tmp_path / "in")
    (folder / "strange").write_bytes(data)
    with pytest.raises(Stop, match=f"strange.*{said}.*: .+"):
        command.run([folder], tmp_path / "out.json", lambda _: None)
    assert {path.name for path in tmp_path.iterdir()} == {"in"}


def test_a_damaged_part_of_an_archive_is_named(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("part.csv", files.table("broader")[:-9])
    with pytest.raises(Stop, match=r"a\.zip: part\.csv, line 4"):
        command.run([archive], tmp_path / "out.json", lambda _: None)


def test_an_archive_cut_off_is_damaged(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("part.csv", files.table("broader") * 9)
    archive.write_bytes(archive.read_bytes()[:-60])
    with pytest.raises(Stop, match=r"a\.zip is a damaged or truncated archive"):
        command.run([archive], tmp_path / "out.json", lambda _: None)


def test_two_versions_of_one_file_are_not_guessed_between(tmp_path: Path) -> None:
    folder = files.written(tmp_path / "in")
    (folder / "other").write_bytes(files.table("broader").replace(b"0913", b"0922"))
    with pytest.raises(Stop, match="are both ESCO's skill hierarchy, but differ: give one"):
        command.run([folder], tmp_path / "out.json", lambda _: None)


def test_nothing_can_be_linked_without_the_hierarchy(tmp_path: Path) -> None:
    (tmp_path / "skills").write_bytes(files.jobtech("skills"))
    with pytest.raises(Stop, match="SSYK hierarchy with occupations is not among the files"):
        command.run([tmp_path / "skills"], tmp_path / "out.json", lambda _: None)


def test_a_path_without_files_is_said(tmp_path: Path) -> None:
    (tmp_path / "hollow").mkdir()
    for path, said in ((tmp_path / "nowhere", "does not exist"), (tmp_path / "hollow", "has no files")):
        with pytest.raises(Stop, match=said):
            command.run([path], tmp_path / "out.json", lambda _: None)


def test_a_fault_leaves_the_last_import_as_it_was(tmp_path: Path) -> None:
    folder, out = files.written(tmp_path / "in"), tmp_path / "out.json"
    command.run([folder], out, lambda _: None)
    before = out.read_bytes()
    (folder / "strange").write_bytes(b"")
    with pytest.raises(Stop):
        command.run([folder], out, lambda _: None)
    assert out.read_bytes() == before


def test_something_else_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("my letters")
    with pytest.raises(Stop, match="exists and is no vocabulary"):
        command.run([files.written(tmp_path / "in")], tmp_path / "out.json", lambda _: None)
    assert (tmp_path / "out.json").read_text() == "my letters"


def test_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="can't be written"):
        command.run([files.written(tmp_path / "in")], tmp_path / "gone" / "out.json", lambda _: None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text[: len(text) // 2], "EOF|expected"),
        (lambda text: text.replace('"ssyk": "7212"', '"ssyk": "72"'), r"occupations\.\d+\.ssyk"),
        (lambda text: text.replace('"id": "mig-mag-svetsning"', '"id": "mig-mig"'), "names an unknown skill"),
        (lambda text: text.replace('"id": "2580"', '"id": "0380"'), "municipalities has '0380' twice"),
    ],
)
def test_a_vocabulary_file_that_is_not_whole_is_not_used(change: object, said: str, tmp_path: Path) -> None:
    text = STARTER.read_text()
    changed = change(text)  # type: ignore[operator]
    assert changed != text
    (tmp_path / "bad.json").write_text(changed)
    with pytest.raises(Unreadable, match=f"bad.json can't be used: .*({said}).*or unset VOCABULARY"):
        load(tmp_path / "bad.json")


def test_services_load_the_file_that_the_environment_names(tmp_path: Path) -> None:
    command.run([files.written(tmp_path / "in")], tmp_path / "out.json", lambda _: None)
    asks = "from contracts.vocabulary import VOCABULARY; print(VOCABULARY.version, len(VOCABULARY.occupations))"

    def asked(path: Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "VOCABULARY": str(path)}
        return subprocess.run(
            [sys.executable, "-c", asks], env=environment, capture_output=True, text=True, check=False
        )

    known = len(load(STARTER).occupations)
    assert asked(tmp_path / "out.json").stdout.split() == ["2", str(known + 3)]
    missing = asked(tmp_path / "none.json")
    assert missing.returncode
    assert "none.json can't be used: No such file" in missing.stderr
