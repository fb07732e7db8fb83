"""What is decided without a database, for any input: it never raises, it goes one way, and what it says adds up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.fields import Facts
from contracts.interests import AdultNeeds, HomeNeeds, LanguageSkill
from contracts.matches import PlacementMade
from contracts.opportunities import DwellingListed, LanguageDemand, Place, VacancyPosted
from contracts.vocabulary import VOCABULARY
from intake.domain import checks, household, letters, links
from intake.domain import offers as seen_offers
from matching.domain import offers, proposals
from matching.domain.kinds import shape
from matching.domain.kinds.shape import Seeker
from matching.domain.offers import Capacity, Offer
from matching.domain.proposals import Pair, Scored
from matching.domain.score import score
from matching.yardstick import all_kinds
from matchingsample import dwelling, vacancy
from notifications import domain as telling
from reporting.domain.disclosure import LEAST, parts_shown
from reporting.domain.projection import FIRST, Fact, fold
from reportingsample import KINDS, happened

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(), timedelta(days=4000)).map(lambda after: BEGAN + after)
months = st.builds("{:04}-{:02}".format, st.integers(2025, 2029), st.integers(1, 12))
spans = st.timedeltas(timedelta(), timedelta(days=400))
LEVELS = ["basic", "good", "fluent"]
SKILLS = sorted(VOCABULARY.occupations["svetsare"].skills)
OCCUPATIONS = sorted(VOCABULARY.occupations)

# intake


@given(st.text())
def test_any_text_is_an_address_a_number_a_month_or_none_and_a_kept_form_stays_as_it_is(text: str) -> None:
    for check in (checks.address, checks.phone):
        kept = check(text)
        assert kept is None or check(kept) == kept
    assert not checks.is_month(text) or checks.month_number(text) >= 0
    assert isinstance(checks.holds_identity_number(text) or checks.is_advertising(text), bool)


@given(st.integers(0, 30), st.integers(0, 30))
def test_more_children_never_make_a_smaller_band(few: int, many: int) -> None:
    bands = ["0", "1-2", "3+"]
    first, second = (bands.index(household.children_band(n)) for n in sorted((few, many)))
    assert first <= second


@given(moments, spans, spans, st.sampled_from(["confirm", "page"]), st.booleans())
def test_a_link_that_does_not_hold_never_holds_again(
    made: datetime, life: timedelta, later: timedelta, purpose: links.Purpose, used: bool
) -> None:
    link = links.Link(purpose, made + life, made if used else None)
    verdicts = [links.verdict(link, purpose, made + wait) for wait in (timedelta(), later, later * 2)]
    held = [verdict == "holds" for verdict in verdicts]
    assert held == sorted(held, reverse=True)
    assert links.verdict(link, "page" if purpose == "confirm" else "confirm", made) == "unknown"


@given(
    st.sampled_from(telling.TEMPLATES),
    st.booleans(),
    st.sampled_from(["awaiting", "registered", "withdrawn"]),
    st.sampled_from([None, "open", "placed", "lapsed", "withdrawn"]),
)
def test_who_withdrew_gets_no_letter_and_who_has_not_confirmed_only_the_first(
    template: str, confirmed: bool, interest: str, offer: str | None
) -> None:
    if letters.unwanted(template, confirmed, interest, offer) is None:
        assert interest != "withdrawn"
        assert confirmed == (template != "confirm")


answers = st.sampled_from(["yes", "no"])


@given(st.lists(st.tuples(st.integers(0, 2), answers, spans), max_size=12), moments, spans)
def test_an_answer_counts_once_and_only_in_time(
    said: list[tuple[int, seen_offers.Answer, timedelta]], now: datetime, patience: timedelta
) -> None:
    people = (UUID(int=0), UUID(int=1))
    offer = seen_offers.Offer(UUID(int=9), people, now + patience, "open", {})
    for who, answer, wait in said:
        outcome = seen_offers.person_answers(offer, UUID(int=who), answer, now + wait)
        assert (outcome == "not_yours") == (who == 2)
        if outcome == "taken":
            assert wait < patience
            assert UUID(int=who) not in offer.answers
            offer = replace(offer, answers={**offer.answers, UUID(int=who): answer})
        elif outcome in ("repeated", "answered"):
            assert (offer.answers[UUID(int=who)] == answer) == (outcome == "repeated")


# matching


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "owner", "stranger", "lapse", "closed"]), st.booleans()), max_size=12
    ),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
)
def test_an_offer_ends_once_and_a_seat_is_given_only_while_one_is_left(
    said: list[tuple[str, bool]], places: int, taken: int, is_open: bool
) -> None:
    assume(taken <= places)
    people = {"a": UUID(int=1), "b": UUID(int=2), "stranger": UUID(int=3)}
    ids = (UUID(int=n) for n in range(10, 14))
    who = (people["a"], people["b"])
    offer = Offer(*ids, "norrverk", "home", who, datetime(2027, 1, 1, tzinfo=UTC))
    capacity, ends = Capacity("pool", is_open, places, taken), []
    for side, yes in said:
        before = offer
        if side == "lapse":
            offer, events = offers.lapse(offer)
        elif side == "closed":
            offer, events = offers.withdraw(offer, "closed")
        elif side == "owner":
            offer, events = offers.owner_answers(offer, "norrverk", yes, "other_refusal", capacity)
        else:
            offer, events = offers.person_answers(offer, people[side], yes, "wage", capacity)
        ends += events
        assert (before.state == "open") or (offer == before and not events)
        assert bool(events) == (offer.state != before.state)
        assert offer.people_yes <= set(who)
    assert len(ends) <= 1
    for event in ends:
        assert not isinstance(event, PlacementMade) or (is_open and offer.all_yes and event.seat == taken + 1 <= places)


needs = st.builds(
    AdultNeeds,
    occupations=st.lists(st.sampled_from(OCCUPATIONS), max_size=3).map(tuple),
    skills=st.lists(st.sampled_from(SKILLS), max_size=4).map(tuple),
    languages=st.lists(
        st.builds(LanguageSkill, language=st.sampled_from(["sv", "en"]), level=st.sampled_from(LEVELS)),
        max_size=2,
        unique_by=lambda skill: skill.language,
    ).map(tuple),
    licences=st.lists(st.sampled_from(["b", "c"]), max_size=2).map(tuple),
    extent_percent=st.integers(1, 100),
    start=st.none() | months,
)
jobs = st.builds(
    vacancy,
    occupation=st.sampled_from(OCCUPATIONS),
    skills_required=st.lists(st.sampled_from(SKILLS), max_size=3).map(tuple),
    skills_merited=st.lists(st.sampled_from(SKILLS), max_size=3).map(tuple),
    languages=st.lists(
        st.builds(LanguageDemand, language=st.sampled_from(["sv", "en"]), level=st.sampled_from(LEVELS)), max_size=2
    ).map(tuple),
    licences=st.lists(st.sampled_from(["b", "c"]), max_size=1).map(tuple),
    extent_percent=st.integers(1, 100),
    start=st.none() | months,
)


def points(kind: str, needs: Facts, place: Place) -> int | None:
    known = all_kinds()[kind]
    seeker = Seeker(UUID(int=1), kind, UUID(int=2), "2580", known.needs.model_validate(needs.model_dump()))
    found = score(known, seeker, shape.Place(UUID(int=3), kind, "2580", known.facts.model_validate(place.model_dump())))
    assert found is None or sum(addend.points for addend in found.addends) == found.points <= 1000
    return found.points if found else None


@given(needs, jobs, st.sampled_from(SKILLS))
def test_who_tells_of_one_skill_more_loses_nothing_by_it_and_a_licence_opens_doors(
    wanted: AdultNeeds, job: VacancyPosted, skill: str
) -> None:
    """Of those who have told of any: before that nothing is known, and half is given."""
    before = points("job", wanted, job)
    licences = ("b", "c", *(one.id for one in VOCABULARY.licences.values()))
    more = wanted.model_copy(update={"skills": (*wanted.skills, skill), "licences": licences})
    after = points("job", more, job)
    if before is not None:
        assert after is not None
        assert after >= before or not wanted.skills


homes = st.builds(
    HomeNeeds,
    rooms_min=st.integers(1, 6),
    rent_max=st.none() | st.integers(500, 30_000),
    areas=st.lists(st.sampled_from(sorted(VOCABULARY.areas)), max_size=2).map(tuple),
    from_month=st.none() | months,
)
flats = st.builds(
    dwelling, rooms=st.integers(1, 8), rent=st.integers(1, 30_000), area=st.sampled_from(sorted(VOCABULARY.areas)),
    available=months,
)  # fmt: skip


@given(homes, flats, st.integers(0, 10_000))
def test_who_can_pay_more_loses_no_home_by_it(wanted: HomeNeeds, flat: DwellingListed, extra: int) -> None:
    before = points("home", wanted, flat)
    if before is not None and wanted.rent_max is not None:
        after = points("home", wanted.model_copy(update={"rent_max": wanted.rent_max + extra}), flat)
        assert after is not None
        assert after >= before


pairs = st.builds(
    Pair, *(st.integers(1, 8).map(lambda n: UUID(int=n)), st.integers(101, 108).map(lambda n: UUID(int=n)))
)
scored = st.dictionaries(pairs, st.integers(300, 1000), max_size=50)


@given(scored)
def test_nobody_has_more_than_five(points: dict[Pair, int]) -> None:
    stands = proposals.standing_proposals(Scored(pair, some) for pair, some in points.items())
    for one in {one for pair in stands for one in pair}:
        assert sum(one in pair for pair in stands) <= proposals.TOP


# notifications


@given(st.booleans(), moments, st.integers(1, 200))
def test_a_letter_goes_by_day_within_a_day_and_waits_longer_each_time(
    at_any_hour: bool, now: datetime, attempts: int
) -> None:
    at = telling.send_at(at_any_hour, now)
    assert now <= at <= now + timedelta(hours=13)
    assert at_any_hour or telling.is_decent(at)
    assert telling.send_at(at_any_hour, at) == at
    again, later = (telling.try_again_at(at_any_hour, n, now) for n in (attempts, attempts + 1))
    assert now < again <= later


@given(st.sampled_from(KINDS), st.integers(0, 2), st.uuids(), st.uuids())
def test_an_events_letters_have_ids_of_their_own_that_are_the_same_each_time(
    kind: type, n: int, cause: UUID, other: UUID
) -> None:
    asked = telling.letters_for(happened(kind, n))
    assert len({letter.id(cause) for letter in asked}) == len(asked)
    assert [letter.id(cause) for letter in asked] == [
        letter.id(cause) for letter in telling.letters_for(happened(kind, n))
    ]
    assert cause == other or not {letter.id(cause) for letter in asked} & {letter.id(other) for letter in asked}


# reporting


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 40), max_size=8))
def test_no_small_number_is_shown_nor_can_be_reckoned(parts: dict[str, int]) -> None:
    shown = parts_shown(parts)
    assert shown.keys() == parts.keys()
    assert all(count is None or count == parts[name] for name, count in shown.items())
    assert not any(0 < (count or 0) < LEAST for count in shown.values())
    hidden = [name for name, count in shown.items() if count is None]
    assert len(hidden) != 1 or not any(count >= LEAST for count in parts.values())


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 9)), max_size=30), st.integers(0, 30)
)
def test_a_history_folded_in_two_parts_is_the_history_folded_at_once(
    what: list[tuple[type, int, int]], cut: int
) -> None:
    facts = [Fact(happened(k, n), datetime(2027, 1, 1, hour, tzinfo=UTC), "2580") for k, n, hour in what]
    whole, rows = fold(facts), fold(facts[:cut])
    for table, changes in fold(facts[cut:]).items():
        for key, values in changes.items():
            row = rows.setdefault(table, {}).setdefault(key, {})
            row.update((name, value) for name, value in values.items() if name not in FIRST or name not in row)
    assert rows == whole
