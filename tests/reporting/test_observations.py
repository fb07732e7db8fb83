"""Every figure as of a day, as known on another: what is told late or taken back is said beside it, never over it."""

import random
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.batch import Batches
from chassis.records import Heard
from chassis.service import Service
from chassis.settings import Settings
from chassis.web.sessions import User, seal
from contracts import Event
from contracts.interests import ConfirmationRequested, MovedIn, OfferAccepted, OfferDeclined
from contracts.matches import (
    MatchProposed,
    MatchRetracted,
    MatchReviewed,
    OfferMade,
    PlacementFellThrough,
    PlacementMade,
)
from contracts.rounds import RoundAllocated, RoundUndone
from helpers import tell
from reporting.domain.figures import FIGURES, totals
from reporting.domain.observations import Revised, Source, Told, observations
from reporting.domain.projection import Fact
from reporting.store import observations as asked
from reporting.store import questions
from reportingsample import BEGAN, KINDS, happened

ALWAYS = date(2030, 1, 1)
JANUARY, MAY = datetime(2026, 1, 20, 9, tzinfo=UTC), datetime(2026, 5, 4, 9, tzinfo=UTC)
THEN, NOW = date(2026, 1, 31), date(2026, 5, 31)


@pytest.fixture
async def officer(service: Service[Settings]) -> AsyncIterator[httpx.AsyncClient]:
    app = service.web()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        signed_in(client, None)
        yield client


def signed_in(client: httpx.AsyncClient, municipality: str | None) -> None:
    web = client._transport.app.state.web  # type: ignore[attr-defined]
    user = User(sub="u1", roles=frozenset({"officer"}), municipality=municipality)
    client.cookies.set(web.cookie("session"), seal(web, "session", user.model_dump(mode="json"), 60))


async def count(service: Service[Any], per: date = ALWAYS, known: date = ALWAYS) -> dict[str, int]:
    """Every figure that isn't 0."""
    async with service.database.transaction() as tx:
        cells = await asked.counted(tx, "", per, known)
    return {figure: n for figure in FIGURES if (n := sum(c.count for c in cells if c.figure == figure))}


async def revisions(service: Service[Any], per: date = NOW, earlier: date = THEN, later: date = NOW) -> list[Revised]:
    async with service.database.transaction() as tx:
        return await asked.revised(tx, "", per, earlier, later)


async def rows(service: Service[Any]) -> list[tuple[Any, ...]]:
    async with service.database.transaction() as tx:
        return [
            tuple(row)
            for row in await tx.fetch('select * from observations order by topic, partition, "offset", figure')
        ]


async def apply(service: Service[Any], heard: list[Heard]) -> None:
    assert service.consumer is not None
    batches = Batches(service.consumer.name, service.consumer.handlers, service.database.transaction)
    await batches.apply(heard, service.database.keyring)


def all_stories() -> list[Event]:
    return [happened(kind, n) for n in range(3) for kind in KINDS]


def test_an_event_is_placed_by_its_record_and_both_its_times() -> None:
    told = Told("interests", 3, 17, UUID(int=9), Fact(MovedIn(interest_id=UUID(int=1), month="2026-02"), MAY, "2580"))
    [one] = observations(told)
    assert one[:5] == ("interests", 3, 17, "moved_in", UUID(int=9))
    assert (one.valid_at, one.recorded_at) == (datetime(2026, 1, 31, 23, tzinfo=UTC), MAY)  # the 1st, in Sweden


def test_nobody_has_moved_in_later_than_it_was_told() -> None:
    told = Told("interests", 0, 1, UUID(int=9), Fact(MovedIn(interest_id=UUID(int=1), month="2026-06"), MAY, "2580"))
    assert observations(told)[0].valid_at == MAY


@pytest.mark.parametrize("seed", range(6))
async def test_as_of_today_every_figure_is_what_it_is_today_however_events_fall(
    service: Service[Settings], seed: int
) -> None:
    chance = random.Random(seed)
    streams: dict[str, list[Event]] = defaultdict(list)
    for event in chance.sample(all_stories(), 80):
        streams[f"{event.topic.name} {event.key}"].append(event)
    while streams:
        picked = chance.choices(sorted(streams), k=chance.randint(1, 9))
        await tell(service, *(streams[name].pop(0) for name in picked if streams[name]), at=BEGAN)
        streams = defaultdict(list, {name: left for name, left in streams.items() if left})
    async with service.database.transaction() as tx:
        today = totals(await questions.cells(tx))
    assert await count(service) == {figure: n for figure, n in today.items() if n}


async def test_kinds_are_those_of_today_also_of_answers_that_tell_none(service: Service[Settings]) -> None:
    await tell(
        service, *(happened(kind, 1) for kind in (OfferMade, OfferAccepted, MatchProposed, MatchReviewed)), at=BEGAN
    )
    async with service.database.transaction() as tx:
        cells = {(c.figure, c.kind, c.count) for c in await questions.cells(tx)}
        known = await asked.counted(tx, "2580", ALWAYS, ALWAYS)
        assert {(c.figure, c.kind, c.count) for c in known} == cells
    assert ("accepted", "job", 1) in cells


async def test_a_move_that_is_told_late_stands_on_its_month_and_in_the_revisions(service: Service[Settings]) -> None:
    await tell(service, happened(ConfirmationRequested, 1), at=JANUARY)
    await tell(service, MovedIn(interest_id=UUID(int=11), month="2026-01"), at=MAY)
    assert await count(service, THEN, THEN) == {"registered": 1}
    assert await count(service, THEN, NOW) == {"registered": 1, "moved_in": 1}
    assert await count(service, date(2025, 12, 31), NOW) == {}
    assert await revisions(service, per=THEN) == [Revised("moved_in", "", 0, 1)]


async def test_a_retracted_proposal_counted_until_it_was_retracted(service: Service[Settings]) -> None:
    await tell(service, happened(MatchProposed, 1), at=JANUARY)
    await tell(service, happened(MatchRetracted, 1), at=MAY)
    assert await count(service, THEN, NOW) == {"proposed": 1}
    assert await count(service, NOW, THEN) == {"proposed": 1}
    assert await count(service, NOW, NOW) == {}
    assert await revisions(service) == [Revised("proposed", "job", 1, 0)]


async def test_a_decided_proposal_counts_whatever_is_retracted_after(service: Service[Settings]) -> None:
    await tell(service, *(happened(kind, 2) for kind in (MatchProposed, MatchReviewed, MatchRetracted)), at=JANUARY)
    assert await count(service) == {"proposed": 1, "approved": 1}


async def test_a_round_that_is_taken_back_and_a_placement_that_fell_are_revised(service: Service[Settings]) -> None:
    await tell(service, *(happened(kind, 1) for kind in (RoundAllocated, OfferMade, PlacementMade)), at=JANUARY)
    await tell(service, *(happened(kind, 1) for kind in (RoundUndone, PlacementFellThrough)), at=MAY)
    assert await count(service, NOW, THEN) == {"rounds": 1, "introduced": 1, "placed": 1}
    assert [(r.figure, r.then, r.now) for r in await revisions(service)] == [
        ("fell_through", 0, 1),
        ("placed", 1, 0),
        ("rounds", 1, 0),
    ]


async def test_who_changes_their_answer_has_one(service: Service[Settings]) -> None:
    await tell(service, happened(OfferDeclined, 1), at=JANUARY)
    await tell(service, happened(OfferAccepted, 1), at=MAY)
    assert (await count(service, NOW, THEN), await count(service)) == ({"declined": 1}, {"accepted": 1})


async def test_the_day_ends_at_midnight_in_sweden(service: Service[Settings]) -> None:
    await tell(service, happened(ConfirmationRequested, 1), at=datetime(2026, 1, 31, 22, 59, tzinfo=UTC))
    await tell(service, happened(ConfirmationRequested, 2), at=datetime(2026, 1, 31, 23, tzinfo=UTC))
    assert await count(service, THEN, NOW) == {"registered": 1}


async def test_what_is_heard_again_is_not_observed_again(service: Service[Settings]) -> None:
    heard = await tell(service, *all_stories(), at=BEGAN)
    before = await rows(service)
    await apply(service, heard)
    assert (await rows(service), len(before) > len(KINDS)) == (before, True)


async def test_a_rebuild_in_other_batches_makes_the_same_rows(service: Service[Settings]) -> None:
    heard = await tell(service, *all_stories(), at=BEGAN)
    before = await rows(service)
    async with service.database.transaction() as tx:
        await tx.execute("truncate inbox, heard, offsets, observations, settled, tallies")
    for start in range(0, len(heard), 5):
        await apply(service, heard[start : start + 5])
    assert await rows(service) == before


async def test_there_is_a_row_behind_each_of_a_figures_number(service: Service[Settings]) -> None:
    heard = await tell(service, *all_stories(), at=BEGAN)
    places = {(h.envelope.id, h.topic, h.partition, h.offset) for h in heard if h.envelope}
    async with service.database.transaction() as tx:
        for cell in await asked.counted(tx, "", ALWAYS, ALWAYS):
            found: list[Source] = []
            after: asked.Place = None
            while some := await asked.behind(tx, cell.figure, "", cell.kind, ALWAYS, ALWAYS, 2, after):
                found += some
                after = some[-1].topic, some[-1].partition, some[-1].offset
            assert len(set(found)) == len(found) == cell.count, cell
            assert {(row.event_id, row.topic, row.partition, row.offset) for row in found} <= places


async def test_behind_a_figure_of_an_earlier_day_are_as_many_rows_as_it_counted_then(
    service: Service[Settings],
) -> None:
    events = random.Random(7).sample(all_stories(), 90)
    await tell(service, *events[:50], at=JANUARY)
    await tell(service, *events[50:], *events[:20], at=MAY)
    async with service.database.transaction() as tx:
        for per, known in ((THEN, THEN), (THEN, NOW), (NOW, THEN), (NOW, NOW)):
            cells = await asked.counted(tx, "", per, known)
            for figure in FIGURES:
                found = await asked.behind(tx, figure, "", None, per, known, 500, None)
                assert len(found) == sum(c.count for c in cells if c.figure == figure), (figure, per, known)


async def test_a_day_is_shown_as_it_was_known_and_as_it_is_known_now(
    service: Service[Settings], officer: httpx.AsyncClient
) -> None:
    await tell(service, happened(MatchProposed, 1), happened(MatchProposed, 2), at=JANUARY)
    await tell(service, happened(MatchRetracted, 1), at=MAY)
    page = (await officer.get("/uppfoljning/per?per=2026-05-31&kand=2026-01-31")).text
    [row] = re.findall(r"<tr>.*?data-figure=\"proposed\".*?</tr>", page.split("<tbody>")[1])[:1]
    assert re.findall(r">([−\d]+)<", row.partition("Föreslagna")[2]) == ["2", "1", "−1"]
    assert "Ändrat sedan dess" in page
    link = "/uppfoljning/siffra/proposed?per=2026-05-31&amp;kand=2026-01-31"
    assert link in page
    behind = (await officer.get(link.replace("&amp;", "&"))).text
    assert "<span data-total>2</span>" in behind
    assert len(re.findall(r"matches/0/\d+", behind)) == 2
    assert "20 januari 2026 10.00" in behind


async def test_each_figure_of_the_follow_up_opens(service: Service[Settings], officer: httpx.AsyncClient) -> None:
    await tell(service, *all_stories(), at=JANUARY)
    page = (await officer.get("/uppfoljning?lang=en")).text
    for figure in FIGURES:
        number = re.search(rf'data-figure="{figure}"><a href="(.*?)" aria-label=".*?">(\d+)</a>', page)
        assert number, figure
        behind = (await officer.get(number[1])).text
        assert f"<span data-total>{number[2]}</span>" in behind
        assert behind.count('<th scope="row"') == int(number[2]), figure


async def test_many_rows_come_in_pages(
    service: Service[Settings], officer: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reporting.history.PAGE", 2)
    await tell(service, *all_stories(), at=JANUARY)
    first = (await officer.get("/uppfoljning/siffra/registered")).text
    assert "2 av 3, den senast kända först" in first
    [further] = re.findall(r'<a href="([^"]*)">Fler rader', first)
    last = (await officer.get(further.replace("&amp;", "&"))).text
    assert "1 av 3, den senast kända först" in last
    assert ("Fler rader" in last, "Från början" in last) == (False, True)
    places = [place for page in (first, last) for place in re.findall(r"interests/0/\d+</td>", page)]
    assert len(set(places)) == len(places) == 3
    assert (await officer.get("/uppfoljning/siffra/registered?efter=interests/0/999")).status_code == 404
    assert (await officer.get("/uppfoljning/siffra/registered?efter=fem")).status_code == 422


async def test_what_is_no_date_or_no_figure_is_told_so(officer: httpx.AsyncClient) -> None:
    for written in ("31 januari", "2026-02-30", "1769900000", "2026-W05-1"):
        answer = await officer.get("/uppfoljning/per", params={"per": written})
        assert answer.status_code == 422
        assert "Skriv ett datum som finns" in answer.text
    assert (await officer.get("/uppfoljning/siffra/happiness")).status_code == 404
    assert (await officer.get("/uppfoljning/siffra/placed?slag=castle")).status_code == 422


async def test_before_anything_was_known_and_on_days_to_come_the_pages_say_so(officer: httpx.AsyncClient) -> None:
    page = (await officer.get("/uppfoljning/per?per=2999-12-31&kand=1999-12-31")).text
    assert "Inget var känt." in page
    assert "En dag som inte har varit än" in page
    assert "Siffran är noll" in (await officer.get("/uppfoljning/siffra/placed?per=9999-12-31&kand=0001-01-01")).text


async def test_an_officer_of_one_municipality_sees_its_history_only(
    service: Service[Settings], officer: httpx.AsyncClient
) -> None:
    await tell(service, happened(ConfirmationRequested, 1), at=JANUARY, municipality="0380")
    signed_in(officer, "2580")
    assert "Siffran är noll" in (await officer.get("/uppfoljning/siffra/registered")).text
    signed_in(officer, "0380")
    assert "<span data-total>1</span>" in (await officer.get("/uppfoljning/siffra/registered")).text


async def test_history_is_for_those_who_follow_up(officer: httpx.AsyncClient) -> None:
    officer.cookies.clear()
    for address in ("/uppfoljning/per", "/uppfoljning/siffra/placed"):
        assert (await officer.get(address)).status_code in (303, 401)
