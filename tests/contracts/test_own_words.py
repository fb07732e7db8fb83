import pytest

from contracts.vocabulary import MEANT, VOCABULARY, find_occupations
from contracts.vocabulary.search import slips


def meant(text: str, language: str | None = None) -> set[str]:
    return {occupation for occupation, sure in find_occupations(text, language) if sure >= MEANT}


def surest(text: str) -> str | None:
    return next((occupation for occupation, _ in find_occupations(text)), None)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_name_and_alias_finds_its_occupation(language: str) -> None:
    for occupation in VOCABULARY.occupations.values():
        assert find_occupations(occupation.name(language), language)[0] == (occupation.id, 1000)
        for alias in getattr(occupation.aliases, language):
            assert occupation.id in meant(alias, language), alias


@pytest.mark.parametrize(
    ("words", "occupation"),
    [
        ("Svetsare", "svetsare"),
        ("SVETSARNA", "svetsare"),
        ("svettsare", "svetsare"),
        ("welding", "svetsare"),
        ("jag har jobbat som undersköterska i hemtjänsten i fem år", "underskoterska"),
        ("underskoterska", "underskoterska"),
        ("undersköterksa", "underskoterska"),
        ("vårdbiträdet", "vardbitrade"),
        ("coder", "mjukvaruutvecklare"),
        ("I am an experienced software engineer", "mjukvaruutvecklare"),
        ("programerare", "mjukvaruutvecklare"),
        ("AI-utvecklare", "data-scientist"),
        ("sjuk sköterska", "sjukskoterska"),
        ("sjukskoterska", "sjukskoterska"),
        ("sjusköterska", "sjukskoterska"),
        ("nurses", "sjukskoterska"),
        ("registered nurse in intensive care", "intensivvardssjukskoterska"),
        ("barnmorskor", "barnmorska"),
        ("läkarna", "lakare"),
        ("teacher in preschool", "forskollarare"),
        ("forskolärare", "forskollarare"),
        ("special education teacher", "speciallarare"),
        ("truck driver", "lastbilsforare"),
        ("forklift truck driver", "truckforare"),
        ("lastbilschafför", "lastbilsforare"),
        ("kör buss", "bussforare"),
        ("data center technician", "datacentertekniker"),
        ("datacenter tekniker", "datacentertekniker"),
        ("rörmokare", "vvs-montor"),
        ("vvsmontör", "vvs-montor"),
        ("elektirker", "elektriker"),
        ("electrican", "elektriker"),
        ("plc programmerare", "automationstekniker"),
        ("vätgastekniker", "processoperator-vatgas"),
        ("jobbar på stålverket", "processoperator-stal"),
        ("work in mining", "gruvarbetare"),
        ("gruvarbetere", "gruvarbetare"),
        ("BMA", "biomedicinsk-analytiker"),
        ("städerska på hotell", "lokalvardare"),
        ("HR-generalist", "hr-specialist"),
        ("acountant", "redovisningsekonom"),
        ("la\u0308rare i fritidshem", "fritidspedagog"),
    ],
)
def test_people_are_understood_in_their_own_words(words: str, occupation: str) -> None:
    assert surest(words) == occupation
    assert occupation in meant(words)


@pytest.mark.parametrize(
    "words",
    [
        *("", "   ", "!?", "x", "12345", "asdfgh", "hello world", "jag vill inte jobba", "\x00", "🙂"),
        *("astronaut", "pilot", "trubadur", "jägare", "sångare", "advokat", "blomsterbindare"),
        *("writer", "diver", "printer"),  # not a waiter, a driver or a painter
        *("djursjukskötare", "djursjuksköterska", "flygmekaniker"),  # of animals and aircraft
    ],
)
def test_what_is_not_known_is_not_guessed(words: str) -> None:
    assert find_occupations(words) == []


def test_a_word_for_several_occupations_names_them_all() -> None:
    assert meant("lärare") == {"grundskollarare", "gymnasielarare", "yrkeslarare", "speciallarare"}
    assert meant("kock och servitör") == {"kock", "servitor"}


def test_a_part_of_what_was_said_is_only_a_suggestion() -> None:
    assert meant("truck driver") == {"lastbilsforare"}
    assert "bussforare" in dict(find_occupations("truck driver"))


def test_a_word_can_mean_different_things_in_different_languages() -> None:
    assert meant("chef", "en") == {"kock"}
    assert meant("chef", "sv") == set()


def test_a_compound_is_suggested_by_its_last_part() -> None:
    assert find_occupations("barnsjuksköterska") == [("sjukskoterska", 650)]
    assert dict(find_occupations("truckmekaniker")).keys() == {"fordonsmekaniker", "underhallsmekaniker"}


def test_typing_ahead_suggests_without_taking_it_as_meant() -> None:
    for typed in ("data c", "data ce"):
        assert surest(typed) == "datacentertekniker"
        assert meant(typed) == set()
    assert {"sjukskoterska", "kurator"} <= dict(find_occupations("sjuk")).keys()


def test_the_same_words_always_get_the_same_answer() -> None:
    assert find_occupations("tekniker") == find_occupations("tekniker")
    sure = [(-per_mille, occupation) for occupation, per_mille in find_occupations("tekniker")]
    assert sure == sorted(sure)


def test_what_is_asked_in_vain_is_an_error() -> None:
    with pytest.raises(ValueError, match="at most 300"):
        find_occupations("svetsare " * 40)
    with pytest.raises(ValueError, match="speaks sv and en"):
        find_occupations("soudeur", "fr")


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("kock", "kock", 0), ("kokc", "kock", 1), ("kck", "kock", 1), ("waiter", "writer", 2), ("", "kock", 4)],
)
def test_slips_are_counted_as_fingers_make_them(one: str, other: str, edits: int) -> None:
    assert slips(one, other) == slips(other, one) == edits
