"""Places of every kind come by the same door, each from its own sort of organisation, and are said as they are."""

import json
from importlib import import_module
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from chassis.plain import Plain
from contracts.opportunities import CHANGED, POSTED, Employment, SchoolPlaces, kind_of
from contracts.partners import InputRefused
from intake import gateway
from intake.store import opportunities
from intakesample import (
    PUBLISHERS,
    circle,
    course,
    dwelling,
    employment,
    offer_made,
    registration,
    school_places,
    vacancy,
)

OFFSETS = count(50_000)  # beyond those of other tests, whose partners are the same
CLOSING = {"reason": "withdrawn"}
SORTS: list[tuple[str, dict[str, Any], Any, str]] = [
    ("/vacancies", vacancy(hours=["night"]), "job", "vacancy"),
    ("/employments", employment(), "employment", "employment"),
    ("/dwellings", dwelling(tenure="co-op", accessibility=["lift"], social_purpose=True), "home", "dwelling"),
    ("/school-places", school_places(), "school", "school_places"),
    ("/courses", course(), "education", "course"),
    ("/circles", circle(), "network", "circle"),
]
of_every_sort = pytest.mark.parametrize(("path", "body", "kind", "name"), SORTS, ids=[sort[2] for sort in SORTS])


@of_every_sort
async def test_a_place_is_published_changed_and_listed_whole(
    world: Any, path: str, body: dict[str, Any], kind: Any, name: str
) -> None:
    owner, changed = PUBLISHERS[path], {**body, "places": 7}
    posted = await world.partner(owner, "POST", path, body)
    assert posted.status_code == 201, posted.text
    id = posted.json()["opportunity_id"]
    assert (await world.partner(owner, "PUT", f"{path}/{id}", changed)).status_code == 200
    first, second = await world.said()
    assert (type(first), type(second)) == (POSTED[kind], CHANGED[kind])
    assert kind_of(first) == kind
    told = json.loads(second.model_dump_json())
    assert {field: told[field] for field in changed if field != "municipality"} == {
        field: value for field, value in changed.items() if field != "municipality"
    }
    own = {place["opportunity_id"]: place for place in (await world.partner(owner, "GET", "/opportunities")).json()}
    assert (own[id]["kind"], own[id]["places"], own[id]["state"]) == (kind, 7, "open")


@of_every_sort
async def test_only_organisations_of_the_right_sort_publish_a_kind(
    world: Any, path: str, body: dict[str, Any], kind: Any, name: str
) -> None:
    for other in set(PUBLISHERS.values()) - {PUBLISHERS[path]}:
        answer = await world.partner(other, "POST", path, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_yours_to_publish")
        assert [type(event) for event in await world.said()] == [InputRefused]


async def test_what_nobody_said_of_a_place_stays_unsaid(world: Any) -> None:
    await world.partner("lulehem", "POST", "/dwellings", dwelling())
    await world.partner("norrverk", "POST", "/employments", employment())
    home, job = await world.said()
    assert (home.accessibility, home.tenure, home.wait_months) == (None, "tenancy", None)
    assert isinstance(job, Employment)
    assert (job.assessment_first, job.allocation) == (True, "owner_decides")


@pytest.mark.parametrize(("path", "body"), [("/vacancies", vacancy()), ("/dwellings", dwelling())])
async def test_what_was_published_before_there_were_more_fields_is_still_the_same(
    world: Any, path: str, body: dict[str, Any]
) -> None:
    first = await world.partner(PUBLISHERS[path], "POST", path, body)
    new = ["wait_months", "hours", "tenure", "accessibility", "social_purpose"]
    new += ["allocation", "agreement", "how_to_join"] if path == "/vacancies" else []
    await world.rows("update opportunities set body = body - $1::text[] where reference = $2", new, body["reference"])
    for statement in import_module("intake.migrations.0003_places_say_all").FILLED:
        await world.rows(statement)
    again = await world.partner(PUBLISHERS[path], "POST", path, body)
    assert (again.status_code, again.json()) == (201, first.json())


async def publish(world: Any, partner_id: str, message: dict[str, Any]) -> list[dict[str, Any]]:
    async with world.database.transaction() as tx:
        partner = (await opportunities.partners(tx, [partner_id]))[partner_id]
    record = Plain(f"partner.{partner_id}.in", 0, next(OFFSETS), json.dumps(message).encode())
    await gateway.take(world.service, partner, record)
    rows: list[dict[str, Any]] = await world.rows_said()
    return rows


@of_every_sort
async def test_the_same_is_taken_on_kafka(world: Any, path: str, body: dict[str, Any], kind: Any, name: str) -> None:
    owner, reference = PUBLISHERS[path], f"kafka-{kind}"
    said = []
    for message in ({**body, "type": name}, {**body, "places": 9, "type": "change"}, {"type": "close"} | CLOSING):
        said += await publish(world, owner, {**message, "reference": reference, "id": "m"})
    assert [row["type"] for row in said] == [POSTED[kind].__name__, CHANGED[kind].__name__, "OpportunityClosed"]


async def test_a_school_is_refused_on_kafka_with_every_fault_and_where_it_is(world: Any) -> None:
    message = {**school_places(stages=["sandlåda"], how_to_join=None), "type": "school_places"}
    rejected, _ = await publish(world, "skolan", message)
    told = json.loads(rejected["payload"])
    assert {(fault["pointer"], fault["code"]) for fault in told["errors"]} == {
        ("/stages/0", "unknown_choice"),
        ("/id", "missing"),
    }


async def test_a_school_sees_how_many_are_asked_and_no_more_before_their_yes(world: Any) -> None:
    interest_id, (ask,) = await world.confirmed(registration())
    place = await world.partner("skolan", "POST", "/school-places", school_places())
    id = UUID(place.json()["opportunity_id"])
    made = offer_made(interest_id, [ask], opportunity_id=id, partner_id="skolan", kind="school")
    await world.tell(made)
    seen = (await world.partner("skolan", "GET", f"/offers/{made.offer_id}")).json()
    assert (seen["kind"], seen["band"], seen["people"]) == ("school", "1", [])


@pytest.mark.parametrize(("partner", "shown"), [("skolan", {"name", "email", "phone"}), ("byanat", {"name", "email"})])
async def test_each_sort_of_organisation_is_shown_what_it_needs_after_a_yes(
    world: Any, partner: str, shown: set[str]
) -> None:
    interest_id, (ask,) = await world.confirmed(registration())
    kind = "school" if partner == "skolan" else "network"
    made = offer_made(interest_id, [ask], partner_id=partner, kind=kind)
    await world.tell(made)
    await world.press(await world.own_page(ask), f"/offers/{made.offer_id}/accept")
    seen = (await world.partner(partner, "GET", f"/offers/{made.offer_id}")).json()
    assert [set(person) for person in seen["people"]] == [shown]


@pytest.mark.parametrize(
    ("path", "body", "kind", "words"),
    [
        ("/school-places", school_places(), "school", ("Förskola, Förskoleklass", "Kronan", "ett av era barn")),
        ("/courses", course(), "education", ("Lärcentrum", "Svetsare", "föreslår den här utbildningen")),
        ("/circles", circle(), "network", ("Bya-nät", "Öva svenska", "Vardagskvällar", "namn och din mejl")),
        ("/employments", employment(), "employment", ("Norrverk AB", "valt ut dig till det här jobbet")),
    ],
)
async def test_an_offer_of_every_kind_stands_on_the_own_page(
    world: Any, path: str, body: dict[str, Any], kind: str, words: tuple[str, ...]
) -> None:
    interest_id, (ask,) = await world.confirmed(registration())
    posted = await world.partner(PUBLISHERS[path], "POST", path, body)
    id = UUID(posted.json()["opportunity_id"])
    await world.tell(offer_made(interest_id, [ask], opportunity_id=id, partner_id=PUBLISHERS[path], kind=kind))
    page = (await world.client.get(await world.own_page(ask))).text
    for word in (body["title"], *words):
        assert word in page


async def test_school_places_say_their_stages_openly(world: Any) -> None:
    await world.partner("skolan", "POST", "/school-places", school_places())
    (offered,) = await world.said()
    assert isinstance(offered, SchoolPlaces)
    assert (offered.unit, offered.stages, offered.wait_months) == ("kronan", ("preschool", "f"), 2)
