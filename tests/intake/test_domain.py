"""What intake decides, without any server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.web import Fault
from contracts.interests import (
    AdultNeeds,
    BelongingNeeds,
    ChildNeeds,
    HomeNeeds,
    InterestChanged,
    InterestRegistered,
    LearningNeeds,
)
from contracts.vocabulary import VOCABULARY
from intake.bodies.reading import Refused, read
from intake.bodies.registration import Registration
from intake.domain import checks
from intake.domain.bands import band_of
from intake.domain.household import Home, Particulars, Person, after_confirmation, children_band, standing
from intake.domain.letters import unwanted
from intake.domain.links import LIFE, Link, verdict
from intake.domain.offers import Offer, owner_answers, person_answers
from intake.domain.schooling import stage_in
from intakesample import adult, registration

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ASK, MALVA, HOUSE, OFFER = (UUID(int=n) for n in range(1, 5))


def swedish(text: str, **values: object) -> str:
    return text % values if values else text


def person(person_id: UUID = ASK, *, confirmed: bool = True, key: bool = True) -> Person:
    needs = AdultNeeds(occupations=("svetsare",))
    particulars = Particulars(name="Ask", email="ask@inflytt.example", needs=needs)
    return Person(person_id, "sv", True, confirmed, particulars if key else None, ("72",))


def household(*people: Person) -> Home:
    return Home(HOUSE, people, True, "1-2", HomeNeeds(rooms_min=3, children_born=("2019-05",)))


def test_a_household_is_registered_by_the_one_who_wrote_and_the_other_is_only_awaited() -> None:
    said = after_confirmation(household(person(), person(MALVA, confirmed=False)), registered=False)
    assert isinstance(said, InterestRegistered)
    assert [one.person_id for one in said.adults] == [ASK]
    assert "svetsare" not in said.awaited[0].model_dump_json()
    assert said.awaited[0].person_id == MALVA


def test_the_other_adult_changes_it_and_opens_nothing_alone() -> None:
    both = household(person(), person(MALVA))
    assert isinstance(after_confirmation(both, registered=True), InterestChanged)
    alone = household(person(confirmed=False), person(MALVA))
    assert after_confirmation(alone, registered=False) is None


def test_an_adult_whose_key_is_gone_is_not_told_of() -> None:
    said = standing(household(person(), person(MALVA, key=False)), InterestChanged)
    assert [one.person_id for one in said.adults] == [ASK]


def test_nothing_personal_stands_open_in_what_a_household_says() -> None:
    told = standing(household(person()), InterestRegistered).model_dump_json()
    for secret in ("Ask", "ask@inflytt.example", "2019-05", "svetsare"):
        assert secret not in told


@pytest.mark.parametrize(("children", "band"), [(0, "0"), (1, "1-2"), (2, "1-2"), (3, "3+"), (9, "3+")])
def test_children_are_told_in_bands(children: int, band: str) -> None:
    assert children_band(children) == band


def test_a_link_holds_until_its_time_and_only_for_its_purpose() -> None:
    link = Link("confirm", NOW + LIFE["confirm"])
    assert verdict(link, "confirm", NOW + timedelta(days=7) - timedelta(seconds=1)) == "holds"
    assert verdict(link, "confirm", NOW + timedelta(days=7)) == "expired"
    assert verdict(link, "page", NOW) == "unknown"
    assert verdict(replace(link, used_at=NOW), "confirm", NOW) == "used"
    assert verdict(None, "confirm", NOW) == "unknown"


def offer(state: str = "open", **answers: str) -> Offer:
    given = {UUID(int=int(name[1:])): answer for name, answer in answers.items()}
    return Offer(OFFER, (ASK, MALVA), NOW + timedelta(days=1), state, given)  # type: ignore[arg-type]


def test_an_answer_counts_once_in_time_from_who_was_asked() -> None:
    assert person_answers(offer(), ASK, "yes", NOW) == "taken"
    assert person_answers(offer(_1="yes"), ASK, "yes", NOW) == "repeated"
    assert person_answers(offer(_1="yes"), ASK, "no", NOW) == "answered"
    assert person_answers(offer("lapsed"), ASK, "yes", NOW) == "over"
    assert person_answers(offer(), ASK, "yes", NOW + timedelta(days=1)) == "over"
    assert person_answers(offer(), uuid4(), "yes", NOW) == "not_yours"


def test_everybody_must_say_yes() -> None:
    assert not offer(_1="yes").person_yes
    assert not offer(_1="yes", _2="no").person_yes
    assert offer(_1="yes", _2="yes").person_yes


def test_an_owner_answers_by_the_same_rules() -> None:
    assert owner_answers(offer(), "no", NOW) == "taken"
    assert owner_answers(replace(offer(), owner="no"), "yes", NOW) == "answered"
    assert owner_answers(replace(offer("placed"), owner="yes"), "yes", NOW) == "repeated"


def test_a_letter_is_not_wanted_when_its_matter_is_over() -> None:
    assert unwanted("confirm", False, "awaiting", None) is None
    assert unwanted("confirm", True, "registered", None) == "confirmed"
    assert unwanted("offer", True, "registered", None) is None
    assert unwanted("offer", True, "registered", "lapsed") == "over"
    assert unwanted("placement", True, "registered", "placed") is None
    assert unwanted("placement", True, "withdrawn", "placed") == "withdrawn"


def test_an_owner_knows_a_band_before_anybody_has_said_yes() -> None:
    assert band_of("job", [person()], "3+") == "72"
    assert band_of("employment", [person()], "3+") == "72"
    assert band_of("home", [person(), person(MALVA)], "1-2") == "2+1-2"
    assert band_of("school", [person(), person(MALVA)], "1-2") == "2"
    assert band_of("job", [], "0") == "0"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Ask.Lind@Inflytt.Example ", "Ask.Lind@inflytt.example"),
        ("ask@åsele.se", "ask@xn--sele-poa.se"),
        ("ask+flytt@a.se", "ask+flytt@a.se"),
        ("ask", None),
        ("ask@a", None),
        ("ask@a..se", None),
        (".ask@a.se", None),
        ("ask@a.se\nBcc: all@a.se", None),
        ("a b@a.se", None),
        ("@a.se", None),
    ],
)
def test_an_address_is_kept_in_one_form(written: str, kept: str | None) -> None:
    assert checks.address(written) == kept


@given(st.text())
def test_no_text_breaks_the_address_or_leaves_a_line_break_in_it(written: str) -> None:
    kept = checks.address(written)
    assert kept is None or (kept.isascii() and kept.isprintable() and kept.count("@") == 1)


def test_identity_numbers_are_seen_in_all_their_forms() -> None:
    for number in ("850101-1234", "19850101-1234", "198501011234", "850161-1234", "850101+1234"):
        assert checks.holds_identity_number(f"svets {number}, tack")
    for harmless in ("070-123 45 67", "ISO 9606", "2027-02", "1234567890123456"):
        assert not checks.holds_identity_number(harmless)


def test_months_have_a_reach() -> None:
    assert checks.is_childs_month("2026-11", NOW)
    assert not checks.is_childs_month("2026-12", NOW)
    assert not checks.is_childs_month("2006-10", NOW)
    assert checks.is_within_reach("2026-10", NOW)
    assert not checks.is_within_reach("2026-09", NOW)


def body(**more: object) -> Registration:
    return read(Registration, registration(**more), NOW, swedish)


def test_own_words_become_what_they_mean_and_are_kept() -> None:
    said = adult(occupations=[{"words": "svetsare"}, {"words": "drakflygare på heltid"}])
    (who,) = body(adults=[said]).household(HOUSE, (ASK,), (), NOW).people
    assert who.particulars is not None
    assert who.particulars.needs.occupations == ("svetsare",)
    assert who.particulars.words == ("svetsare", "drakflygare på heltid")
    assert who.groups == ("72",)


def test_a_wish_for_no_home_with_children_keeps_the_children_sealed() -> None:
    told = body(home=None).household(HOUSE, (ASK,), (), NOW)
    assert (told.wants_home, told.children) == (False, "1-2")
    assert told.home is not None
    assert told.home.children_born == ("2019-05",)


@pytest.mark.parametrize(
    ("born", "month", "stage"),
    [
        ("2024-02", "2026-11", "preschool"),
        ("2020-12", "2026-07", "preschool"),  # still the spring's school year
        ("2020-12", "2026-08", "f"),
        ("2020-01", "2026-08", "f"),
        ("2019-05", "2026-11", "1"),
        ("2019-05", "2027-07", "1"),
        ("2011-12", "2026-08", "9"),
        ("2011-01", "2027-08", "upper-secondary"),
        ("2008-06", "2026-11", "upper-secondary"),
    ],
)
def test_a_child_goes_where_its_age_says_from_the_autumn(born: str, month: str, stage: str) -> None:
    assert stage_in(born, month) == stage


def test_every_stage_that_an_age_gives_is_one_of_the_list() -> None:
    for born in range(2006, 2027):
        assert stage_in(f"{born}-06", "2026-11") in VOCABULARY.lists["stages"]


def test_a_child_who_needs_a_place_has_a_stage_and_no_birthday() -> None:
    told = body(pupils=[{"born": "2019-05", "from_month": "2027-08", "profiles": ["mother-tongue"]}])
    (pupil,) = told.household(HOUSE, (ASK,), (OFFER,), NOW).pupils
    assert pupil.child_id == OFFER
    assert pupil.needs == ChildNeeds(
        stage="2", from_month="2027-08", areas=("lulea-kronan",), profiles=("mother-tongue",)
    )
    assert "2019" not in pupil.model_dump_json()


def test_a_stage_that_is_said_stands_over_the_age() -> None:
    told = body(pupils=[{"born": "2019-05", "stage": "f"}], children=[], home=None)
    household = told.household(HOUSE, (ASK,), (OFFER,), NOW)
    assert (household.pupils[0].needs.stage, household.children) == ("f", "1-2")


def test_what_an_adult_wants_to_learn_and_do_is_told_with_what_they_speak() -> None:
    learning = {"occupations": [{"words": "svetsare"}, {"words": "drakflygare"}], "level": 3, "pace_percent": 50}
    given = adult(learning=learning, belonging={"interests": ["sports"], "times": ["weekend"]})
    (who,) = body(adults=[given]).household(HOUSE, (ASK,), (), NOW).people
    assert who.particulars is not None
    assert who.particulars.learning == LearningNeeds(
        occupations=("svetsare",), level=3, pace_percent=50, languages=who.particulars.needs.languages
    )
    assert who.particulars.belonging == BelongingNeeds(interests=("sports",), times=("weekend",), languages=("sv",))
    assert "drakflygare" in who.particulars.words


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)


@given(json_values | st.fixed_dictionaries({"adults": json_values, "consent": json_values, "home": json_values}))
def test_whatever_is_sent_is_refused_with_pointers_or_taken(sent: object) -> None:
    for fault in faults_of(sent):
        assert fault["code"]
        assert fault["detail"]
        assert fault["pointer"][:1] in ("", "/")


def faults_of(sent: object) -> list[Fault]:
    try:
        read(Registration, sent, NOW, swedish)
    except Refused as refused:
        return refused.faults
    return []
