"""Intake's JSON door for people, and the two internal calls."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.interests import ConfirmationRequested
from intakesample import adult, registration


async def test_a_household_registers_and_each_adult_is_asked_to_confirm(world: Any) -> None:
    answer = await world.register(registration(adult(), adult("Malva Ek", language="en")))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["status"] == "awaiting_confirmation"
    assert told["reference"].startswith("LUL-")
    ask, malva = await world.people(told["interest_id"])
    interest_id = UUID(told["interest_id"])
    assert await world.said() == [
        ConfirmationRequested(interest_id=interest_id, person_id=ask, language="sv"),
        ConfirmationRequested(interest_id=interest_id, person_id=malva, language="en"),
    ]


async def test_a_repeat_gets_the_first_answer_and_nothing_is_done_again(world: Any) -> None:
    body, key = registration(), uuid4().hex
    first, again = await world.register(body, key), await world.register(body, key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(await world.said()) == 1


async def test_a_key_cannot_be_used_for_something_else(world: Any) -> None:
    key = uuid4().hex
    await world.register(registration(), key)
    answer = await world.register(registration(), key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


async def test_of_many_at_once_with_one_key_exactly_one_registers(world: Any) -> None:
    body, key = registration(), uuid4().hex
    answers = await asyncio.gather(*(world.register(body, key) for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["interest_id"] for answer in answers if answer.status_code == 201}) == 1
    assert len(await world.said()) == 1


async def test_a_registration_without_a_key_is_refused(world: Any) -> None:
    answer = await world.client.post("/api/interests", json=registration())
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


RUBBISH: list[tuple[dict[str, Any], str, str]] = [
    (registration(adult(email="ask@")), "/adults/0/email", "not_an_address"),
    (registration(adult(name="Ask\u0000")), "", "unstorable_text"),
    (registration(adult(name="")), "/adults/0/name", "text_too_short"),
    (registration(adult(name="köp nu www.exempel.se")), "/adults/0/name", "web_address_in_name"),
    (registration(adult(occupations=[])), "/adults/0/occupations", "occupation_needed"),
    (registration(adult(occupations=[{"id": "trollkarl"}])), "/adults/0/occupations/0/id", "unknown_occupation"),
    (
        registration(adult(occupations=[{"words": "svets 19850101-1234"}])),
        "/adults/0/occupations/0/words",
        "identity_number",
    ),
    (registration(children=["2035-01"]), "/children/0", "not_a_childs_month"),
    (registration(children=["mars"]), "/children/0", "not_a_month"),
    (registration(consent=False), "/consent", "consent_needed"),
    (registration(adult(email="a@b.se"), adult(email="A@b.se")), "/adults/1/email", "same_address"),
    (registration(adults=[]), "/adults", "too_short"),
    (registration(adult(wants_work=False), home=None), "/home", "wish_needed"),
    (registration(municipality="1234"), "/municipality", "unknown_municipality"),
    (registration(pupils=[{}]), "/pupils/0/born", "stage_needed"),
    (registration(pupils=[{"stage": "12"}]), "/pupils/0/stage", "unknown_choice"),
    (registration(pupils=[{"stage": "f", "areas": ["uppsala-arsta"]}]), "/pupils/0/areas", "area_elsewhere"),
    (
        registration(adult(belonging={"areas": ["uppsala-arsta"]})),
        "/adults/0/belonging/areas",
        "area_elsewhere",
    ),
    (registration(adult(adaptation=["magi"])), "/adults/0/adaptation/0", "unknown_choice"),
    (registration(adult(learning={"level": 9})), "/adults/0/learning/level", "less_than_equal"),
    (registration(home={"tenures": ["slott"]}), "/home/tenures/0", "unknown_choice"),
    (registration(extra=1), "/extra", "extra_forbidden"),
]


@pytest.mark.parametrize(("body", "pointer", "code"), RUBBISH, ids=[f"{code} at {at}" for _, at, code in RUBBISH])
async def test_rubbish_is_refused_with_code_pointer_and_a_sentence(
    world: Any, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await world.register(body)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    if code == "unstorable_text":
        assert (answer.status_code, problem["code"]) == (400, code)
        return
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [(pointer, code)]
    assert problem["errors"][0]["detail"] not in ("", "refused")
    assert await world.said() == []


async def test_the_sentence_is_english_for_who_reads_english(world: Any) -> None:
    headers = {"Idempotency-Key": "k", "Accept-Language": "en"}
    answer = await world.client.post("/api/interests", json=registration(adult(email="x")), headers=headers)
    assert answer.json()["errors"][0]["detail"] == "Write an e-mail address, like name@example.com"


async def test_nothing_personal_stands_in_the_database_or_the_outbox(world: Any) -> None:
    person = adult("Kanariefågel Ek", email="kanarie@inflytt.example", phone="+46 70 987 65 43")
    person["occupations"] = [{"words": "kanarieskötare med svets"}]
    await world.confirmed(registration(person))
    tables = await world.rows("select tablename as name from pg_tables where schemaname = 'public'")
    for table in tables:
        for row in await world.rows(f'select * from "{table["name"]}"'):
            text = " ".join(v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in row.values())
            assert "anarie" not in text, table
            assert "987" not in text.replace(" ", "") or "709876543" not in text.replace(" ", "")


async def test_only_services_that_know_the_token_get_keys_and_addresses(world: Any) -> None:
    for path in ("/internal/keys", "/internal/letters"):
        answer = await world.client.post(path, json={}, headers={"Authorization": "Bearer " + "x" * 40})
        assert answer.status_code == 401


async def keys(world: Any, service: str, *subjects: UUID) -> Any:
    return await world.client.post(
        "/internal/keys",
        json={"service": service, "subjects": [str(subject) for subject in subjects]},
        headers={"Authorization": f"Bearer {world.service.settings.service_token}"},
    )


async def test_matching_gets_the_keys_that_are_there_and_others_get_none(world: Any) -> None:
    interest_id, (ask,) = await world.confirmed(registration())
    answer = await keys(world, "matching", ask, interest_id, uuid4())
    assert set(answer.json()["keys"]) == {str(ask), str(interest_id)}
    assert (await keys(world, "reporting", ask)).status_code == 403


async def test_a_letter_gets_address_name_language_and_a_fresh_link(world: Any) -> None:
    told = await world.register(registration(adult("Ask Lind", email="ask.lind@Inflytt.example")))
    (ask,) = await world.people(told.json()["interest_id"])
    first, second = await world.letter(ask), await world.letter(ask)
    assert first["wanted"] is True
    assert (first["address"], first["name"], first["language"]) == ("ask.lind@inflytt.example", "Ask Lind", "sv")
    assert first["link"].startswith("http://intake.test/bekrafta/")
    assert first["link"] != second["link"]


async def test_a_letter_to_who_is_gone_or_has_confirmed_is_not_wanted(world: Any) -> None:
    _, (ask,) = await world.confirmed(registration())
    assert (await world.letter(ask))["reason"] == "confirmed"
    assert (await world.letter(uuid4()))["reason"] == "gone"


async def test_a_partner_gets_its_letters_at_its_own_address(world: Any) -> None:
    letter = await world.letter(template="owner_offer", partner_id="norrverk")
    assert (letter["wanted"], letter["address"]) == (True, "jobb@norrverk.example")
