"""What partners do and what intake hears: the partner door over HTTP and Kafka, offers, disclosures, `.out`."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.plain import Plain
from contracts.matches import OfferLapsed, PlacementMade
from contracts.opportunities import DwellingListed, OpportunityClosed, OwnerAnswered, VacancyChanged, VacancyPosted
from contracts.partners import InputRefused
from intake import gateway
from intake.store import opportunities
from intakesample import (
    PUBLISHERS,
    adult,
    circle,
    course,
    dwelling,
    employment,
    offer_made,
    registration,
    school_places,
    vacancy,
)

OFFSETS = count()


async def post_vacancy(world: Any, **more: Any) -> dict[str, Any]:
    answer = await world.partner("norrverk", "POST", "/vacancies", vacancy(**more))
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_an_employer_posts_a_vacancy_and_its_repeat_is_the_same(world: Any) -> None:
    body = vacancy()
    answers = [await world.partner("norrverk", "POST", "/vacancies", body) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    (posted,) = await world.said()
    assert isinstance(posted, VacancyPosted)
    assert (posted.reference, posted.occupation, posted.partner_id) == (body["reference"], "svetsare", "norrverk")


async def test_another_vacancy_under_the_same_reference_is_a_conflict(world: Any) -> None:
    await post_vacancy(world, reference="N-same")
    answer = await world.partner("norrverk", "POST", "/vacancies", vacancy(reference="N-same", places=9))
    assert (answer.status_code, answer.json()["code"]) == (409, "reference_in_use")


async def test_a_vacancy_is_changed_whole_and_closed_with_a_reason(world: Any) -> None:
    body = vacancy()
    id = (await world.partner("norrverk", "POST", "/vacancies", body)).json()["opportunity_id"]
    await world.said()
    assert (await world.partner("norrverk", "PUT", f"/vacancies/{id}", {**body, "places": 3})).status_code == 200
    assert (await world.partner("norrverk", "PUT", f"/vacancies/{id}", {**body, "places": 3})).status_code == 200
    closing = {"reason": "filled_elsewhere"}
    for _ in range(2):
        closed = await world.partner("norrverk", "POST", f"/opportunities/{id}/close", closing)
        assert closed.status_code == 200
    assert (await world.partner("norrverk", "PUT", f"/vacancies/{id}", body)).status_code == 409
    changed, ended, _refused = await world.said()
    assert isinstance(changed, VacancyChanged)
    assert changed.places == 3
    assert ended == OpportunityClosed(opportunity_id=UUID(id), partner_id="norrverk", reason="filled_elsewhere")


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("/vacancies", vacancy(occupation="trollkarl"), "/occupation", "unknown_occupation"),
    ("/vacancies", vacancy(places=0), "/places", "greater_than_equal"),
    ("/vacancies", vacancy(places="två"), "/places", "int_type"),
    ("/vacancies", vacancy(municipality="0380"), "/municipality", "other_municipality"),
    ("/vacancies", {k: v for k, v in vacancy().items() if k != "title"}, "/title", "missing"),
    ("/dwellings", dwelling(agreement="another"), "/agreement", "agreement_missing"),
    ("/employments", employment(allocation="pool"), "/agreement", "agreement_missing"),
    ("/employments", employment(adaptation=["magi"]), "/adaptation/0", "unknown_choice"),
    ("/school-places", school_places(stages=[]), "/stages", "too_short"),
    ("/school-places", school_places(how_to_join=None), "/how_to_join", "how_to_join_missing"),
    ("/courses", course(level=7), "/level", "less_than_equal"),
    ("/courses", course(teaches=["trolleri"]), "/teaches/0", "unknown_skill"),
    ("/circles", circle(interests=["häxkonst"]), "/interests/0", "unknown_choice"),
    ("/circles", circle(allocation="pool"), "/allocation", "literal_error"),
    ("/dwellings", dwelling(allocation="queue_bound"), "/how_to_join", "how_to_join_missing"),
    ("/dwellings", dwelling(rent=-1), "/rent", "greater_than_equal"),
]


@pytest.mark.parametrize(("path", "body", "pointer", "code"), REFUSED, ids=[f"{r[3]} at {r[2]}" for r in REFUSED])
async def test_what_a_partner_may_not_say_is_refused_and_counted(
    world: Any, path: str, body: dict[str, Any], pointer: str, code: str
) -> None:
    partner = PUBLISHERS[path]
    answer = await world.partner(partner, "POST", path, body)
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [(pointer, code)]
    (refused,) = await world.said()
    assert isinstance(refused, InputRefused)
    assert (refused.partner_id, refused.door, refused.code) == (partner, "http", "invalid_input")


async def test_the_partner_door_opens_to_nobody_without_a_key(world: Any) -> None:
    for path in ("/partner/opportunities", "/partner/offers"):
        assert (await world.client.get(path)).status_code == 401
    assert (await world.client.post("/partner/vacancies", json=vacancy())).status_code == 401


async def test_a_partner_sees_and_changes_only_its_own(world: Any) -> None:
    id = (await post_vacancy(world))["opportunity_id"]
    assert (await world.partner("lulehem", "PUT", f"/vacancies/{id}", vacancy())).status_code == 404
    closing = {"reason": "withdrawn"}
    assert (await world.partner("lulehem", "POST", f"/opportunities/{id}/close", closing)).status_code == 404
    own = (await world.partner("lulehem", "GET", "/opportunities")).json()
    assert id not in {place["opportunity_id"] for place in own}


async def offered(world: Any) -> tuple[Any, UUID]:
    interest_id, (ask,) = await world.confirmed(registration(adult("Ask Lind", email="ask@inflytt.example")))
    place = await post_vacancy(world)
    made = offer_made(interest_id, [ask], opportunity_id=UUID(place["opportunity_id"]))
    await world.tell(made)
    return made, ask


async def seen(world: Any, offer_id: UUID) -> dict[str, Any]:
    answer: dict[str, Any] = (await world.partner("norrverk", "GET", f"/offers/{offer_id}")).json()
    return answer


async def test_an_owner_sees_who_it_is_only_after_that_persons_yes_and_it_is_noted(world: Any) -> None:
    made, ask = await offered(world)
    before = await seen(world, made.offer_id)
    assert (before["person_yes"], before["people"], before["band"]) == (False, [], "72")
    link = await world.own_page(ask)
    assert "Norrverk AB fick" not in (await world.client.get(link)).text
    await world.press(link, f"/offers/{made.offer_id}/accept")
    after = await seen(world, made.offer_id)
    assert after["person_yes"] is True
    assert after["people"] == [{"name": "Ask Lind", "email": "ask@inflytt.example", "phone": None}]
    noted = await world.rows("select * from disclosures where offer_id = $1", made.offer_id)
    assert [(row["partner_id"], row["person_id"]) for row in noted] == [("norrverk", ask)]
    assert "Norrverk AB fick" in (await world.client.get(link)).text


async def test_when_an_offer_is_over_its_owner_is_shown_nobody_any_more(world: Any) -> None:
    made, ask = await offered(world)
    await world.press(await world.own_page(ask), f"/offers/{made.offer_id}/accept")
    facts = {name: getattr(made, name) for name in ("offer_id", "interest_id", "opportunity_id", "partner_id")}
    await world.tell(OfferLapsed(**facts, kind="job", people=(ask,), silent="owner"))
    assert (await seen(world, made.offer_id))["people"] == []


async def test_the_owner_answers_once_and_a_no_has_a_reason(world: Any) -> None:
    made, _ = await offered(world)
    await world.said()
    path = f"/offers/{made.offer_id}/answer"
    assert (await world.partner("norrverk", "POST", path, {"answer": "no"})).status_code == 422
    no = {"answer": "no", "reason": "lacks_licence"}
    for _ in range(2):
        assert (await world.partner("norrverk", "POST", path, no)).status_code == 200
    assert (await world.partner("norrverk", "POST", path, {"answer": "yes"})).status_code == 409
    assert (await world.partner("lulehem", "POST", path, no)).status_code == 404
    answers = [event for event in await world.said() if isinstance(event, OwnerAnswered)]
    assert [(one.answer, one.reason, one.offer_id) for one in answers] == [("no", "lacks_licence", made.offer_id)]


async def test_what_becomes_of_an_offer_is_told_on_the_owners_own_topic(world: Any) -> None:
    made, ask = await offered(world)
    facts = {name: getattr(made, name) for name in ("offer_id", "interest_id", "opportunity_id", "partner_id")}
    await world.tell(PlacementMade(**facts, kind="job", people=(ask,), seat=1))
    out = [json.loads(row["payload"]) for row in await world.rows_said() if row["topic"] == "partner.norrverk.out"]
    assert [(told["type"], told["offer_id"]) for told in out] == [
        ("offer_made", str(made.offer_id)),
        ("placement_made", str(made.offer_id)),
    ]
    assert out[0]["band"] == "72"
    assert out[0]["link"] == f"/partner/offers/{made.offer_id}"
    assert "Ask" not in json.dumps(out)


async def test_an_offer_that_lapsed_can_be_answered_by_nobody(world: Any, later: Callable[..., None]) -> None:
    made, ask = await offered(world)
    facts = {name: getattr(made, name) for name in ("offer_id", "interest_id", "opportunity_id", "partner_id")}
    link = await world.own_page(ask)
    await world.tell(OfferLapsed(**facts, kind="job", people=(ask,), silent="both"))
    answer = await world.press(link, f"/offers/{made.offer_id}/accept")
    assert answer.headers["location"].endswith("sagt=over")
    owner = await world.partner("norrverk", "POST", f"/offers/{made.offer_id}/answer", {"answer": "yes"})
    assert (owner.status_code, owner.json()["code"]) == (409, "over")


async def publish(world: Any, message: Any, offset: int | None = None) -> list[dict[str, Any]]:
    """Lulehem writes on its topic; what intake says about it, as the outbox's rows."""
    async with world.database.transaction() as tx:
        partner = (await opportunities.partners(tx, ["lulehem"]))["lulehem"]
    value = message if isinstance(message, bytes) else json.dumps(message).encode()
    record = Plain("partner.lulehem.in", 0, next(OFFSETS) if offset is None else offset, value)
    await gateway.take(world.service, partner, record)
    rows: list[dict[str, Any]] = await world.rows_said()
    return rows


async def test_a_landlord_lists_changes_and_closes_a_dwelling_on_its_topic(world: Any) -> None:
    home = dwelling()
    said = await publish(world, {**home, "type": "dwelling", "id": "m-1"})
    said += await publish(world, {**home, "rent": 9900, "type": "change", "id": "m-2"})
    closing = {"type": "close", "id": "m-3", "reference": home["reference"], "reason": "withdrawn"}
    said += await publish(world, closing)
    assert [row["type"] for row in said] == ["DwellingListed", "DwellingChanged", "OpportunityClosed"]
    listed = DwellingListed.model_validate_json(said[0]["payload"])
    assert (listed.allocation, listed.agreement, listed.reference) == ("pool", "pool-2026", home["reference"])


async def test_the_same_record_again_does_nothing(world: Any) -> None:
    offset = next(OFFSETS)
    message = {**dwelling(), "type": "dwelling", "id": "m-1"}
    assert len(await publish(world, message, offset)) == 1
    assert await publish(world, message, offset) == []


MALFORMED: list[tuple[Any, str, str]] = [
    (b"{not json", "json_invalid", ""),
    (b"\xff\xfe", "", ""),
    (b"", "empty", ""),
    (b"[1]", "not_an_object", ""),
    ({**dwelling(), "id": "m-1"}, "invalid_input", "/type"),
    ({**dwelling(), "type": "castle", "id": "m-1"}, "invalid_input", "/type"),
    ({**dwelling(rooms="tre"), "type": "dwelling", "id": "m-1"}, "invalid_input", "/rooms"),
    ({**dwelling(area="atlantis"), "type": "dwelling", "id": "m-1"}, "invalid_input", "/area"),
    ({"type": "close", "id": "m-1", "reference": "unheard-of", "reason": "withdrawn"}, "not_found", ""),
    ({"type": "answer", "id": "m-1", "offer_id": str(uuid4()), "answer": "yes"}, "not_found", ""),
]


@pytest.mark.parametrize(("message", "code", "pointer"), MALFORMED)
async def test_what_cannot_be_taken_comes_back_with_code_pointer_and_a_sentence(
    world: Any, message: Any, code: str, pointer: str
) -> None:
    rejected, refused = await publish(world, message)
    assert rejected["topic"] == "partner.lulehem.rejected"
    told = json.loads(rejected["payload"])
    assert told["input"] == ("m-1" if isinstance(message, dict) else None)
    assert told["code"] == code or not code
    assert [fault["pointer"] for fault in told["errors"] if fault["pointer"]] == ([pointer] if pointer else [])
    assert told["sentence"]
    assert refused["type"] == "InputRefused"
