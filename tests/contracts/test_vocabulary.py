import json
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from itertools import chain, combinations
from typing import Any

import pytest
from pydantic import ValidationError

from contracts.vocabulary import VOCABULARY
from contracts.vocabulary.records import Contents

FILE: dict[str, Any] = json.loads(files("contracts.vocabulary").joinpath("vocabulary.json").read_text("utf-8"))
LISTS = ("municipalities", "areas", "languages", "licences", "groups", "occupations", "skills")


def repeated(words: Iterable[str]) -> list[str]:
    return [word for word, times in Counter(words).items() if times > 1]


def test_there_are_enough_words_to_begin_with() -> None:
    assert VOCABULARY.version == 1
    assert len(VOCABULARY.occupations) >= 66
    assert len(VOCABULARY.skills) >= 260
    assert len(VOCABULARY.languages) == 20
    assert all(len(set(occupation.skills)) >= 6 for occupation in VOCABULARY.occupations.values())


def test_an_id_means_one_thing() -> None:
    assert not repeated(record["id"] for kind in LISTS for record in FILE[kind])
    assert not any(repeated(reason["id"] for reason in reasons) for reasons in FILE["reasons"].values())


def test_the_file_keeps_its_order_so_that_a_change_is_easy_to_read() -> None:
    for kind in LISTS:
        ids = [record["id"] for record in FILE[kind]]
        assert ids == sorted(ids)
    assert FILE["related"] == sorted(FILE["related"])


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", ["occupations", "skills", "languages", "licences", "groups"])
def test_a_name_is_never_shared_within_a_language(kind: str, language: str) -> None:
    names = [record.name(language).casefold() for record in getattr(VOCABULARY, kind).values()]
    assert all(names)
    assert not repeated(names)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_reason_has_a_text_of_its_own_in_its_list(language: str) -> None:
    for reasons in VOCABULARY.reasons.values():
        texts = [reason.name(language) for reason in reasons.values()]
        assert all(texts)
        assert not repeated(texts)


def test_whatever_is_referred_to_exists() -> None:
    for occupation in VOCABULARY.occupations.values():
        assert set(occupation.skills) <= VOCABULARY.skills.keys()
        assert occupation.licence is None or occupation.licence in VOCABULARY.licences
        assert occupation.group in VOCABULARY.groups
    assert {area.municipality for area in VOCABULARY.areas.values()} == VOCABULARY.municipalities.keys()
    assert set(chain.from_iterable(pair[:2] for pair in FILE["related"])) <= VOCABULARY.occupations.keys()


def test_nothing_in_the_file_is_left_unused() -> None:
    occupations = VOCABULARY.occupations.values()
    assert set(chain.from_iterable(occupation.skills for occupation in occupations)) == VOCABULARY.skills.keys()
    assert {occupation.licence for occupation in occupations} - {None} == VOCABULARY.licences.keys()
    assert {occupation.group for occupation in occupations} == VOCABULARY.groups.keys()


def test_ssyk_codes_are_four_digits_and_begin_with_the_group() -> None:
    for occupation in VOCABULARY.occupations.values():
        assert len(occupation.ssyk) == 4
        assert occupation.ssyk.isdigit()
        assert occupation.ssyk.startswith(occupation.group)


def test_each_town_has_its_districts() -> None:
    towns = Counter(area.municipality for area in VOCABULARY.areas.values())
    assert min(towns["2580"], towns["0380"]) >= 12
    assert VOCABULARY.name("lulea-kronan", "en") == "Kronan"
    assert VOCABULARY.name("2580", "sv") == "Luleå"


def test_travel_is_told_from_a_town_to_what_is_not_near_it() -> None:
    assert {start for start, _ in VOCABULARY.travel} <= VOCABULARY.municipalities.keys()
    assert {end for _, end in VOCABULARY.travel} <= VOCABULARY.areas.keys() | VOCABULARY.municipalities.keys()
    lost = FILE | {"travel": [["2580", "nowhere", 10]]}
    with pytest.raises(ValidationError, match="travel names an unknown place: 'nowhere'"):
        Contents.model_validate(lost)


def test_being_related_is_mutual_and_stored_once() -> None:
    pairs = [(one, other) for one, other, _ in FILE["related"]]
    assert all(one < other for one, other in pairs)
    assert not repeated(f"{one} {other}" for one, other in pairs)
    for one, other in combinations(VOCABULARY.occupations, 2):
        assert VOCABULARY.related(one, other) == VOCABULARY.related(other, one)
        assert VOCABULARY.related(one, other) == VOCABULARY.neighbours(other).get(one, 0)


def test_every_occupation_is_related_to_another_closely_or_weakly() -> None:
    for occupation in VOCABULARY.occupations:
        neighbours = VOCABULARY.neighbours(occupation)
        assert neighbours
        assert occupation not in neighbours
        assert set(neighbours.values()) <= {250, 500, 750}
        assert VOCABULARY.related(occupation, occupation) == 1000


@pytest.mark.parametrize(
    ("one", "other", "weight"),
    [
        ("underskoterska", "vardbitrade", 750),
        ("svetsare", "stalmontor", 750),
        ("forskollarare", "barnskotare", 750),
        ("mjukvaruutvecklare", "systemarkitekt", 750),
        ("bussforare", "lastbilsforare", 500),
        ("sjukskoterska", "underskoterska", 250),
        ("kontorsreceptionist", "svetsare", 0),
        ("barnskotare", "fastighetsskotare", 0),  # -skötare both
        ("lakare", "tandlakare", 0),  # a licence each
        ("drifttekniker-energi", "datacentertekniker", 0),  # "drifttekniker" both
        ("processingenjor", "byggingenjor", 0),
        ("kock", "enhetschef-aldreomsorg", 0),  # a chef is no chef
        ("lokforare", "truckforare", 0),
    ],
)
def test_work_is_related_by_what_people_do_not_by_what_it_is_called(one: str, other: str, weight: int) -> None:
    assert VOCABULARY.related(one, other) == weight


def test_an_unknown_occupation_is_an_error_not_an_unrelated_one() -> None:
    with pytest.raises(KeyError):
        VOCABULARY.related("svetsare", "trollkarl")
    with pytest.raises(KeyError):
        VOCABULARY.neighbours("trollkarl")


def test_names_and_reasons_are_told_in_both_languages_and_no_other() -> None:
    assert VOCABULARY.name("svetsare", "sv") == "Svetsare"
    assert VOCABULARY.name("svetsare", "en") == "Welder"
    assert VOCABULARY.reason("owner_refusal", "lacks_licence", "sv") == "Legitimation eller behörighet saknas"
    assert VOCABULARY.reason("person_decline", "wage", "en") == "The wage"
    with pytest.raises(ValueError, match="speaks sv and en"):
        VOCABULARY.name("svetsare", "de")
    with pytest.raises(KeyError):
        VOCABULARY.reason("withdrawal", "wage", "sv")


def test_reasons_are_closed_lists_that_cover_how_a_story_can_end() -> None:
    assert VOCABULARY.reasons["fell_through"].keys() >= {
        *("lapsed_person", "lapsed_owner", "declined", "refused", "closed", "withdrawn", "erased", "full", "placed")
    }
    assert VOCABULARY.reasons["score"].keys() >= {
        *("occupation_same", "occupation_related", "skills", "skills_merited", "languages", "working_hours", "start"),
        *("area", "rooms", "rent", "rent_margin", "availability"),
    }
    assert all(len(reasons) >= 5 for reasons in VOCABULARY.reasons.values())


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("kind", VOCABULARY.lists)
def test_each_choice_of_a_closed_list_has_a_name_of_its_own(kind: Any, language: str) -> None:
    names = [choice.name(language) for choice in VOCABULARY.lists[kind].values()]
    assert len(names) >= 3
    assert not repeated(names)


def test_a_choice_is_told_by_its_id_wherever_it_stands() -> None:
    assert VOCABULARY.name("upper-secondary", "en") == "Upper secondary school"
    for choices in VOCABULARY.lists.values():
        for id, choice in choices.items():
            assert (VOCABULARY.name(id, "sv"), VOCABULARY.name(id, "en")) == (choice.sv, choice.en)


def test_stages_are_those_of_the_school_the_youngest_first() -> None:
    assert [*VOCABULARY.lists["stages"]] == ["preschool", "f", *map(str, range(1, 10)), "upper-secondary"]


def test_the_vocabulary_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        VOCABULARY.skills["trolleri"] = VOCABULARY.skills["sql"]  # type: ignore[index]
    with pytest.raises(TypeError):
        VOCABULARY.neighbours("svetsare")["kock"] = 1  # type: ignore[index]
    with pytest.raises(ValidationError):
        VOCABULARY.occupations["svetsare"].ssyk = "0000"  # type: ignore[misc]
