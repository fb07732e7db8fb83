"""The players: who they are, how they read pages, and the rules they hold matching against."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from contracts.vocabulary import VOCABULARY
from inflytt.demo.brute import Side, home, job, standing
from inflytt.players.browser import Page
from inflytt.players.cast import canary, households
from inflytt.players.doors import together
from inflytt.players.journal import Journal
from inflytt.players.mailbox import Letter
from inflytt.players.people import NAMED, RELATED, Household, Size, meanings
from inflytt.players.places import PLANTED, dwellings, vacancies
from matching.domain.kinds.shape import Place, Seeker
from matching.domain.outcomes import outcome
from matching.domain.proposals import Pair, Scored, standing_proposals
from matching.domain.score import score
from matching.yardstick import all_kinds

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
PAGE = """<!doctype html><html><head><title>Fel: Anmäl</title></head><body>
<a href="/anmal">Anmäl</a>
<article data-match="m1" data-kind="job"><form method="post" action="/approve">
  <input type="hidden" name="csrf" value="t1"><select name="reason"><option value="a">A<option value="b" selected>B</select>
  <button>Ja</button></form></article>
<form method="post"><input name="name" value=""><input type="checkbox" name="consent" value="yes">
  <input type="radio" name="hours" value="100" checked><input type="radio" name="hours" value="50">
  <textarea name="about">
hej</textarea><select name="level"><option value="">Välj</option></select></form></body></html>"""


@pytest.fixture(scope="module")
def cast() -> list[Household]:
    return households(1, Size(), NOW)


def page() -> Page:
    request = httpx.Request("GET", "http://intake.example/form")
    return Page(httpx.Response(200, html=PAGE, request=request))


def test_the_scenario_has_as_many_of_each_as_it_says(cast: list[Household]) -> None:
    assert len(cast) == 60
    assert sum(household.by == "form" for household in cast) == 30
    assert sum(len(household.adults) == 2 for household in cast) == 15
    assert sum(household.confirms and not household.adults[-1].confirms for household in cast) == 3
    assert sum(not household.confirms for household in cast) == 6
    assert sorted(household.leaves for household in cast if household.leaves) == ["early", "erased", "late"]
    assert sum(household.twice for household in cast) == 5


def test_who_asks_to_be_erased_is_alone_so_that_the_household_ends(cast: list[Household]) -> None:
    [gone] = [household for household in cast if household.leaves == "erased"]
    assert len(gone.adults) == 1
    assert gone.confirms


def test_a_third_of_the_adults_write_what_no_vacancy_names(cast: list[Household]) -> None:
    adults = [adult for household in cast for adult in household.adults]
    offered = {body["occupation"] for body in vacancies(1, Size(), NOW)}
    unnamed = [adult for adult in adults if adult.wants_work and adult.occupation not in offered]
    assert len(unnamed) * 3 >= len(adults)
    assert all(adult.words and meanings(adult.words) == (adult.occupation,) for adult in unnamed)
    assert all(RELATED[adult.occupation] in offered for adult in unnamed)


def test_the_planted_occupations_are_related_to_nobody(cast: list[Household]) -> None:
    worked = {*NAMED, *RELATED}
    assert all(VOCABULARY.related(planted, one) < 250 for planted in PLANTED for one in worked)
    assert set(PLANTED) <= {body["occupation"] for body in vacancies(1, Size(), NOW)}


def test_everybody_carries_the_canary_and_has_an_address_of_their_own(cast: list[Household]) -> None:
    adults = [adult for household in cast for adult in household.adults]
    assert all(canary(1) in adult.name and canary(1).lower() in adult.email for adult in adults)
    assert len({adult.email for adult in adults}) == len({adult.phone for adult in adults}) == len(adults)
    assert canary(1) != canary(2)


def test_the_same_seed_makes_the_same_people(cast: list[Household]) -> None:
    assert households(1, Size(), NOW) == cast
    assert households(2, Size(), NOW) != cast


def test_regulated_work_asks_for_the_licence_and_who_does_it_has_it(cast: list[Household]) -> None:
    asked = [body for body in vacancies(1, Size(), NOW) if body["licences"]]
    assert {"sjukskoterska", "grundskollarare"} <= {body["occupation"] for body in asked}
    nurses = [adult for household in cast for adult in household.adults if adult.occupation == "sjukskoterska"]
    assert all(adult.licences == ("legitimation-sjukskoterska",) for adult in nurses)


def test_a_page_is_read_as_a_browser_reads_it() -> None:
    read = page()
    assert read.title == "Fel: Anmäl"
    assert read.links == ["http://intake.example/anmal"]
    [match] = read.marked("match")
    assert match.data == {"match": "m1", "kind": "job"}
    assert match.form("/approve").fields == [("csrf", "t1"), ("reason", "b")]


def test_a_form_is_sent_with_what_stood_in_it_and_what_was_written() -> None:
    form = page().form("/form")
    sent = form.filled({"name": "Ask", "consent": ["yes"], "about": "nej"})
    assert sent == [("hours", "100"), ("level", ""), ("name", "Ask"), ("consent", "yes"), ("about", "nej")]
    assert ("about", "hej") in form.filled({})


def test_a_letter_is_read_for_its_link_and_reference() -> None:
    letter = Letter(
        "1", "a@b.example", "", "Hej,\n\nhttp://x.example/bekrafta/t-1\n\nReferens LUL-9TC-H4K. Det", "sv", "m"
    )
    assert letter.link == "http://x.example/bekrafta/t-1"
    assert letter.reference == "LUL-9TC-H4K"


def test_the_journal_is_read_back_as_it_was_written(tmp_path: Any) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.note("household 1", "register", "POST /anmal", 303, taken=True)
    again = Journal.read(tmp_path / "journal.jsonl")
    assert again.entries == journal.entries
    assert Journal.read(tmp_path / "nobody.jsonl").entries == []


def seekers(cast: list[Household]) -> list[Side]:
    found, rng = [], random.Random(7)
    for household in cast:
        for adult in household.adults:
            says = {"occupations": [adult.occupation], "start": adult.start, "speaks": adult.speaks} | {
                "licences": adult.licences, "skills": adult.skills, "extent_percent": adult.extent_percent}  # fmt: skip
            found.append(Side(UUID(int=rng.getrandbits(128)), "job", says))
        if household.home:
            found.append(Side(UUID(int=rng.getrandbits(128)), "home", household.home))
    return found


def places() -> list[Side]:
    rng = random.Random(8)
    jobs = [Side(UUID(int=rng.getrandbits(128)), "job", body) for body in vacancies(1, Size(), NOW)]
    return jobs + [Side(UUID(int=rng.getrandbits(128)), "home", body) for body in dwellings(1, Size(), NOW)]


def by_matching(seeker: Side, place: Side) -> int:
    kind = all_kinds()[seeker.kind]
    said = dict(seeker.says)
    if seeker.kind == "job":
        said["languages"] = [{"language": code, "level": level} for code, level in seeker.says["speaks"].items()]
    wants = Seeker(seeker.id, seeker.kind, seeker.id, "2580", kind.needs.model_validate(said))
    offered = kind.facts.model_validate(place.says)
    if outcome(there := Place(place.id, place.kind, "2580", offered)).way not in ("introduce", "allocate"):
        return 0
    found = score(kind, wants, there)
    return found.points if found else 0


def test_brute_force_and_matching_give_every_pair_the_same_points(cast: list[Household]) -> None:
    pairs = [(s, p) for s in seekers(cast) for p in places() if s.kind == p.kind]
    for seeker, place in pairs:
        points = (job if seeker.kind == "job" else home)(seeker.says, place.says)
        assert points == by_matching(seeker, place), (seeker, place)
    assert sum(by_matching(s, p) >= 400 for s, p in pairs) > 100


def test_brute_force_and_matching_let_the_same_proposals_stand(cast: list[Household]) -> None:
    those, there = seekers(cast), places()
    scored = [Scored(Pair(s.id, p.id), by_matching(s, p)) for s in those for p in there if s.kind == p.kind]
    found = standing(those, there, set())
    assert found == {tuple(pair) for pair in standing_proposals(scored)}
    over = set(list(found)[:10])
    assert not over & standing(those, there, over)


async def test_players_take_turns_and_none_begins_after_one_has_failed() -> None:
    begun: list[int] = []

    async def act(number: int) -> None:
        begun.append(number)
        await asyncio.sleep(0)
        if number == 3:
            raise LookupError(number)

    with pytest.raises(LookupError):
        await together([act(number) for number in range(20)], side_by_side=2)
    assert begun[:4] == [0, 1, 2, 3]
    assert len(begun) < 8
