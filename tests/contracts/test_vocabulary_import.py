"""`inflytt vocabulary import`: from files in the shape of JobTech's and ESCO's to one vocabulary that services load."""

import json
import zipfile
from pathlib import Path

import pytest

import classifications as files
from contracts.vocabulary import STARTER, Vocabulary, load
from inflytt import vocabulary as command
from inflytt.errors import Stop
from inflytt.vocabulary import Report
from inflytt.vocabulary.merging import code_of


def imported(*paths: Path, out: Path) -> Report:
    return command.run(paths, out, lambda _: None)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return imported(files.written(tmp_path / "in"), out=tmp_path / "out.json")


@pytest.fixture
def vocabulary(report: Report) -> Vocabulary:
    return load(report.out)


def test_what_the_starter_names_keeps_its_id_and_gets_the_concept_beside_it(vocabulary: Vocabulary) -> None:
    welder = vocabulary.occupations["svetsare"]
    assert (welder.concept, welder.en, welder.by_hand) == ("welD_eee_AAA", "Welder", True)
    assert vocabulary.concepts["welD_eee_AAA"] == "svetsare"
    assert vocabulary.languages["ar"].concept == "lanG_aaa_AAA"


def test_all_that_the_starter_says_is_still_said(vocabulary: Vocabulary) -> None:
    starter = load(STARTER)
    for id, occupation in starter.occupations.items():
        assert vocabulary.occupations[id].model_copy(update={"concept": None}) == occupation
        known = {other: near for other, near in vocabulary.neighbours(id).items() if other in starter.occupations}
        assert known == starter.neighbours(id)
    assert starter.reasons == vocabulary.reasons


def test_another_concept_has_a_code_of_its_own_and_keeps_its_id(vocabulary: Vocabulary) -> None:
    plumber = vocabulary.occupations[vocabulary.concepts["pluM_bbb_AAA"]]
    assert (plumber.sv, plumber.ssyk, plumber.only, plumber.entry) == ("Rörläggare", "7125", "sv", True)
    assert vocabulary.skills[code_of("skiL_aaa_AAA")].sv == "Vävning på handvävstol"


def test_ids_that_differ_in_capitals_alone_are_different_codes() -> None:
    assert code_of("apaJ_2ja_LuF") == "apaj_2ja_luf.261"
    assert len({code_of("nurS_eee_AAA"), code_of("nurS_eee_aaa"), code_of("NURS_eee_aaa")}) == 3


def test_esco_meets_ssyk_through_isco_and_sun_through_what_must_be_known(vocabulary: Vocabulary) -> None:
    assert {one.en: one.ssyk for one in vocabulary.esco} == {
        "nurse": ("2221",),
        "welder": ("7212",),
        "plumber": ("7125",),
    }
    nurses = vocabulary.ssyk["2221"]
    assert (nurses.isco, nurses.fields, nurses.level) == (("2221",), ("72",), "5")
    assert vocabulary.education_fields["72"].aliases == ("Vård",)


def test_occupations_are_related_by_judgement_then_group_then_what_they_ask(vocabulary: Vocabulary) -> None:
    pipes, plumber = (vocabulary.concepts[id] for id in ("welD_eee_BBB", "pluM_bbb_AAA"))
    assert vocabulary.related(pipes, plumber) == vocabulary.related(plumber, pipes) == 750
    assert vocabulary.related(pipes, "svetsare") == 500
    assert 0 < vocabulary.related("svetsare", plumber) < 500
    assert vocabulary.neighbours("svetsare")[plumber] == vocabulary.related("svetsare", plumber)


def test_either_half_of_a_double_name_is_understood(vocabulary: Vocabulary) -> None:
    found = vocabulary.find_occupations("licenssvetsare")
    assert (vocabulary.concepts["welD_eee_BBB"], 990) in found


def test_what_could_not_be_linked_is_counted_and_listed_beside_the_file(report: Report) -> None:
    listed = json.loads(report.beside.read_text())
    assert listed == {what: list(which) for what, which in report.unlinked.items()}
    languages = next(which for what, which in listed.items() if what.startswith("languages without"))
    assert languages == ["lanG_aaa_BBB Grebo"]


def test_what_was_not_given_is_said(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.write_bytes(files.jobtech("hierarchy"))
    report = imported(alone, out=tmp_path / "out.json")
    assert "ESCO's occupations" in report.missing
    assert report.counts["near"] == 0


def test_the_same_files_make_the_same_bytes_in_whatever_order_they_and_their_rows_come(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = report.out.read_bytes()
    for kind, concepts in files.JOBTECH.items():
        monkeypatch.setitem(files.JOBTECH, kind, [*reversed(concepts)])
    for kind, (header, *rows) in files.ESCO_TABLES.items():
        monkeypatch.setitem(files.ESCO_TABLES, kind, [header, *reversed(rows)])
    again = sorted(files.written(tmp_path / "again").iterdir(), reverse=True)
    assert imported(*again, out=report.out).version == report.version
    assert report.out.read_bytes() == once


def test_a_change_raises_the_version(tmp_path: Path, report: Report) -> None:
    assert report.version == load(STARTER).version + 1
    entry = tmp_path / "in" / f"{list(files.JOBTECH).index('entry')}.txt"
    entry.unlink()
    assert imported(tmp_path / "in", out=report.out).version == report.version + 1


def test_what_is_no_longer_in_the_files_is_kept_and_said_as_events_name_it_for_ever(
    tmp_path: Path, report: Report
) -> None:
    (tmp_path / "in" / f"{list(files.JOBTECH).index('skills')}.txt").unlink()
    again = imported(tmp_path / "in", out=report.out)
    code = code_of("skiL_aaa_AAA")
    assert load(again.out).name(code, "sv") == "Vävning på handvävstol"
    kept = [which for what, which in again.unlinked.items() if what.startswith("skills of the version before")]
    assert kept == [(f"{code} Vävning på handvävstol",)]


def test_archives_are_opened_and_the_same_document_may_come_twice(tmp_path: Path, report: Report) -> None:
    with zipfile.ZipFile(tmp_path / "all.dat", "w") as archive:
        for path in (tmp_path / "in").iterdir():
            archive.write(path, f"deep/{path.name}")
    assert imported(tmp_path / "all.dat", tmp_path / "in", out=report.out).version == report.version


def test_the_command_says_what_was_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = files.written(tmp_path / "in")
    assert command.main(["import", str(folder), "--out", str(tmp_path / "out.json")]) == 0
    said = capsys.readouterr().out
    assert "version 2" in said
    assert "languages without a code of two letters, by which events name them, the first: lanG_aaa_BBB Grebo" in said


def test_the_starter_is_never_written_over(tmp_path: Path) -> None:
    before = STARTER.read_bytes()
    with pytest.raises(Stop, match="written by hand"):
        imported(files.written(tmp_path / "in"), out=STARTER)
    assert STARTER.read_bytes() == before
