"""The pages people use: the form, the confirmation, the own page."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from chassis import clock
from chassis.web.catalogues import translators, untranslated
from contracts.erasures import ErasureCarriedOut, SubjectErased
from contracts.interests import (
    InterestChanged,
    InterestRegistered,
    InterestWithdrawn,
    MovedIn,
    OfferAccepted,
    OfferDeclined,
    RegistrationLapsed,
)
from contracts.matches import OfferMade
from intake import tidying
from intake.bodies.reading import GENERAL, SENTENCES
from intake.pages.form import ASKS
from intakesample import FORM, adult, offer_made, registration

SAME = {"Start"}  # the same word in both languages


async def test_the_form_registers_and_says_look_in_your_mail(world: Any) -> None:
    answer = await world.press("/anmal", **FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmal/tack")
    (asked,) = await world.said()
    (person,) = await world.people(str(asked.interest_id))
    await world.press((await world.letter(person))["link"])
    (said,) = await world.said()
    assert said.adults[0].needs.value.occupations[0] == "svetsare"
    assert said.home.value.rent_max == 12000


async def test_a_form_sent_twice_is_one_registration(world: Any) -> None:
    for _ in range(2):
        answer = await world.press("/anmal", **FORM, copy="the-same-copy")
        assert answer.status_code == 303
    assert len(await world.said()) == 1


async def test_a_form_with_faults_comes_back_with_what_was_written_and_where_it_is_wrong(world: Any) -> None:
    answer = await world.press("/anmal", **{**FORM, "adults-0-email": "ask", "adults-0-name": ""})
    assert answer.status_code == 422
    assert "<title>Fel:" in answer.text
    assert 'href="#adults-0-email"' in answer.text
    assert 'id="adults-0-email-error"' in answer.text
    assert 'value="Svetsare, plåtslagare"' in answer.text
    assert await world.said() == []


async def test_a_form_that_this_service_did_not_hand_out_is_refused(world: Any) -> None:
    assert (await world.client.post("/anmal", data=FORM)).status_code == 403


async def test_the_form_has_a_second_adult_and_children(world: Any) -> None:
    second = {"adults-1-name": "Malva", "adults-1-email": "malva@inflytt.example", "adults-1-language": "en"}
    assert (await world.press("/anmal", **FORM, **second, children="2019-05")).status_code == 303
    asked = await world.said()
    assert [event.language for event in asked] == ["sv", "en"]


async def test_opening_the_link_confirms_nothing_and_pressing_does(world: Any) -> None:
    told = (await world.register(registration(adult(), adult("Malva")))).json()
    ask, malva = await world.people(told["interest_id"])
    await world.said()
    link = (await world.letter(ask))["link"]
    assert (await world.client.get(link)).status_code == 200
    assert await world.said() == []
    assert (await world.press(link)).status_code == 200
    (registered,) = await world.said()
    assert isinstance(registered, InterestRegistered)
    assert [one.person_id for one in registered.adults] == [ask]
    assert [one.person_id for one in registered.awaited] == [malva]


async def test_a_link_confirms_once_and_says_so_afterwards(world: Any) -> None:
    told = (await world.register(registration())).json()
    (ask,) = await world.people(told["interest_id"])
    link = (await world.letter(ask))["link"]
    token = await world.token(link)
    assert (await world.client.post(link, data={"csrf": token})).status_code == 200
    await world.said()
    again = await world.client.post(link, data={"csrf": token})
    assert again.status_code == 410
    assert "redan bekräftat" in again.text
    assert await world.said() == []


async def test_a_link_runs_out_after_seven_days(world: Any, later: Callable[..., None]) -> None:
    told = (await world.register(registration())).json()
    link = (await world.letter((await world.people(told["interest_id"]))[0]))["link"]
    later(days=7, minutes=1)
    answer = await world.client.get(link)
    assert (answer.status_code, "gått ut" in answer.text) == (410, True)


async def test_a_second_adult_changes_the_household_when_they_confirm(world: Any) -> None:
    _, (ask, malva) = await world.confirmed(registration(adult(), adult("Malva")), adults=2)
    changed = (await world.said())[-1]
    assert isinstance(changed, InterestChanged)
    assert [one.person_id for one in changed.adults] == [ask, malva]
    assert changed.awaited == ()


async def test_who_did_not_write_opens_nothing_alone(world: Any) -> None:
    told = (await world.register(registration(adult(), adult("Malva")))).json()
    ask, malva = await world.people(told["interest_id"])
    await world.said()
    await world.press((await world.letter(malva))["link"])
    assert await world.said() == []
    await world.press((await world.letter(ask))["link"])
    (registered,) = await world.said()
    assert len(registered.adults) == 2


async def test_a_registration_that_nobody_confirms_is_deleted_after_a_week(
    world: Any, later: Callable[..., None]
) -> None:
    told = (await world.register(registration())).json()
    (ask,) = await world.people(told["interest_id"])
    await world.said()
    later(days=7, minutes=1)
    await world.pass_time()
    assert RegistrationLapsed(interest_id=UUID(told["interest_id"])) in await world.said()
    assert await world.people(told["interest_id"]) == []
    assert await world.database.keyring.get([ask]) == {}


async def test_a_second_adult_who_never_confirms_is_forgotten_after_a_week(
    world: Any, later: Callable[..., None]
) -> None:
    interest_id, (ask, malva) = await world.confirmed(registration(adult(), adult("Malva")))
    await world.said()
    later(days=7, minutes=1)
    await world.pass_time()
    changed = next(event for event in await world.said() if event.key == str(interest_id))
    assert ([one.person_id for one in changed.adults], changed.awaited) == ([ask], ())
    assert await world.people(str(interest_id)) == [ask]
    assert set(await world.database.keyring.get([ask, malva])) == {ask}


async def offered(world: Any, *, adults: int = 1, **more: Any) -> tuple[OfferMade, list[UUID]]:
    """A household with an offer of a job to its first adult."""
    interest_id, people = await world.confirmed(registration(*(adult() for _ in range(adults))), adults=adults)
    made = offer_made(interest_id, people[:1], **more)
    await world.tell(made)
    await world.said()
    return made, people


async def test_an_offer_stands_on_the_own_page_and_a_yes_is_said_once(world: Any) -> None:
    made, (ask,) = await offered(world)
    link = await world.own_page(ask)
    assert f'data-offer="{made.offer_id}"' in (await world.client.get(link)).text
    for _ in range(2):
        answer = await world.press(link, f"/offers/{made.offer_id}/accept")
        assert answer.status_code == 303
    assert await world.said() == [
        OfferAccepted(interest_id=made.interest_id, offer_id=made.offer_id, person_id=ask, kind=made.kind)
    ]
    assert "tagit emot ditt ja" in (await world.client.get(answer.headers["location"])).text


async def test_a_no_has_a_reason_and_a_yes_afterwards_changes_nothing(world: Any) -> None:
    made, (ask,) = await offered(world)
    link = await world.own_page(ask)
    await world.press(link, f"/offers/{made.offer_id}/decline", reason="wage")
    late = await world.press(link, f"/offers/{made.offer_id}/accept")
    assert late.headers["location"].endswith("sagt=redan")
    assert await world.said() == [
        OfferDeclined(
            interest_id=made.interest_id, offer_id=made.offer_id, person_id=ask, reason="wage", kind=made.kind
        )
    ]


async def test_an_answer_after_the_time_is_told_so(world: Any, later: Callable[..., None]) -> None:
    made, (ask,) = await offered(world)
    link = await world.own_page(ask)
    later(days=6)
    answer = await world.press(link, f"/offers/{made.offer_id}/accept")
    assert answer.headers["location"].endswith("sagt=over")
    assert await world.said() == []


async def test_nobody_answers_for_somebody_else(world: Any) -> None:
    made, (_, malva) = await offered(world, adults=2)
    answer = await world.press(await world.own_page(malva), f"/offers/{made.offer_id}/accept")
    assert answer.status_code == 404


async def test_a_household_says_that_it_lives_here_once(world: Any) -> None:
    interest_id, (ask,) = await world.confirmed(registration())
    await world.said()
    link = await world.own_page(ask)
    month = (await world.client.get(link)).text.split('name="month"')[1].split('value="')[1][:7]
    token = await world.token(link)
    for _ in range(2):
        answer = await world.client.post(f"{link}/moved-in", data={"csrf": token, "month": month})
        assert answer.status_code == 303
    assert await world.said() == [MovedIn(interest_id=interest_id, month=month)]


async def test_a_household_withdraws_and_nothing_more_is_wanted(world: Any) -> None:
    interest_id, (ask,) = await world.confirmed(registration())
    await world.said()
    await world.press(await world.own_page(ask), "/withdraw", reason="found_on_own")
    assert await world.said() == [InterestWithdrawn(interest_id=interest_id, reason="found_on_own")]
    assert (await world.letter(ask, "offer"))["reason"] == "withdrawn"


async def test_the_last_adult_who_is_erased_takes_the_household_along(world: Any) -> None:
    interest_id, (ask,) = await world.confirmed(registration())
    await world.said()
    answer = await world.press(await world.own_page(ask), "/erase")
    assert (answer.status_code, answer.headers["location"]) == (303, "/raderad")
    assert await world.said() == [
        InterestWithdrawn(interest_id=interest_id, reason="erased"),
        SubjectErased(subject_id=ask, interest_id=interest_id),
        ErasureCarriedOut(subject_id=ask, service="intake"),
        SubjectErased(subject_id=interest_id, interest_id=interest_id),
        ErasureCarriedOut(subject_id=interest_id, service="intake"),
    ]
    assert await world.database.keyring.get([ask, interest_id]) == {}
    assert await world.people(str(interest_id)) == []
    assert (await world.letter(ask, "offer"))["reason"] == "gone"


async def test_an_adult_who_is_erased_leaves_the_other_one_registered(world: Any) -> None:
    interest_id, (ask, malva) = await world.confirmed(registration(adult(), adult("Malva")), adults=2)
    await world.said()
    await world.press(await world.own_page(ask), "/erase")
    changed, erased, _carried_out = await world.said()
    assert [one.person_id for one in changed.adults] == [malva]
    assert changed.home.value.rooms_min == 3
    assert erased == SubjectErased(subject_id=ask, interest_id=interest_id)


async def test_who_did_not_write_can_be_erased_and_the_registration_still_waits(world: Any) -> None:
    told = (await world.register(registration(adult(), adult("Malva")))).json()
    ask, malva = await world.people(told["interest_id"])
    await world.press((await world.letter(malva))["link"])
    await world.said()
    await world.press(await world.own_page(malva), "/erase")
    assert {event.key for event in await world.said()} == {str(malva)}
    await world.press((await world.letter(ask))["link"])
    (registered,) = await world.said()
    assert ([one.person_id for one in registered.adults], registered.awaited) == ([ask], ())


async def test_who_withdrew_can_still_be_erased(world: Any) -> None:
    interest_id, (ask,) = await world.confirmed(registration())
    link = await world.own_page(ask)
    await world.press(link, "/withdraw", reason="no_reason")
    await world.said()
    await world.press(link, "/erase")
    assert {event.subject_id for event in await world.said()} == {ask, interest_id}


async def test_an_erasure_that_a_crash_cut_off_is_finished(world: Any) -> None:
    interest_id, (ask, malva) = await world.confirmed(registration(adult(), adult("Malva")), adults=2)
    await world.said()
    await world.database.keyring.destroy([ask])  # and then the process died
    await tidying.finish_erasures(world.service)
    changed, erased, _ = await world.said()
    assert [one.person_id for one in changed.adults] == [malva]
    assert erased == SubjectErased(subject_id=ask, interest_id=interest_id)
    assert await world.people(str(interest_id)) == [malva]


async def test_what_has_served_its_time_is_deleted(world: Any, later: Callable[..., None]) -> None:
    _, (ask,) = await world.confirmed(registration())
    await world.own_page(ask)
    later(days=61 + 400)  # other tests have been a year ahead
    await tidying.delete_old(world.service)
    for table in ("links", "replies", "partner_inputs"):
        assert await world.rows(f"select * from {table}") == []


async def test_a_page_whose_link_was_made_up_says_that_nothing_is_here(world: Any) -> None:
    assert (await world.client.get(f"/min-sida/{uuid4().hex}")).status_code == 404
    assert (await world.client.get(f"/bekrafta/{uuid4().hex}")).status_code == 404


def test_everything_that_is_said_to_people_is_there_in_english() -> None:
    said = {*SENTENCES.values(), GENERAL, *ASKS.values()}
    english = translators("intake")["en"]
    assert {text for text in untranslated("intake", "en") if text not in SAME} == set()
    assert {text for text in said if english(text) == text} == set()


async def test_an_erasure_asked_for_twice_at_once_happens_once(world: Any) -> None:
    _, (ask, malva) = await world.confirmed(registration(adult(), adult("Malva")), adults=2)
    link = await world.own_page(ask)
    token = await world.token(link)
    await world.said()
    await asyncio.gather(*(world.client.post(f"{link}/erase", data={"csrf": token}) for _ in range(4)))
    erased = [event for event in await world.said() if isinstance(event, SubjectErased)]
    assert [event.subject_id for event in erased] == [ask]
    assert set(await world.database.keyring.get([ask, malva])) == {malva}


async def test_two_adults_who_confirm_at_once_make_one_registered_household(world: Any) -> None:
    told = (await world.register(registration(adult(), adult("Malva")))).json()
    people = await world.people(told["interest_id"])
    links = [(await world.letter(person))["link"] for person in people]
    tokens = [await world.token(link) for link in links]
    await world.said()
    pressed = zip(links, tokens, strict=True)
    await asyncio.gather(*(world.client.post(link, data={"csrf": token}) for link, token in pressed))
    said = await world.said()
    assert isinstance(said[0], InterestRegistered)
    assert [one.person_id for one in said[-1].adults] == people
    assert said[-1].awaited == ()


class Pressed(NamedTuple):
    """A button on an own page, and what is sent with it."""

    link: str
    button: str
    fields: dict[str, str]


async def pressed_while_locked(world: Any, interest_id: UUID, *buttons: Pressed) -> None:
    """All of them are pressed while somebody has the household's row: all have read it when they begin to wait for it."""
    tokens = [await world.token(one.link) for one in buttons]
    await world.said()
    async with world.database.transaction() as tx:
        await tx.execute("select from interests where interest_id = $1 for update", interest_id)
        sent = [
            asyncio.create_task(world.client.post(f"{one.link}/{one.button}", data={"csrf": token, **one.fields}))
            for one, token in zip(buttons, tokens, strict=True)
        ]
        waiting = (
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        )
        while (await tx.fetch(waiting))[0][0] < len(buttons):
            await asyncio.sleep(0.01)
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {303}


async def test_an_interest_that_both_adults_end_at_once_ends_once(world: Any) -> None:
    interest_id, people = await world.confirmed(registration(adult(), adult("Malva")), adults=2)
    links = [await world.own_page(person) for person in people]
    buttons = [Pressed(link, "withdraw", {"reason": "found_on_own"}) for link in links]
    await pressed_while_locked(world, interest_id, *buttons)
    assert [type(event) for event in await world.said()] == [InterestWithdrawn]


async def test_a_household_that_moves_in_twice_at_once_has_moved_in_once(world: Any) -> None:
    interest_id, people = await world.confirmed(registration(adult(), adult("Malva")), adults=2)
    month = f"{clock.now():%Y-%m}"
    buttons = [Pressed(await world.own_page(person), "moved-in", {"month": month}) for person in people]
    await pressed_while_locked(world, interest_id, *buttons)
    assert [type(event) for event in await world.said()] == [MovedIn]


async def test_what_one_adult_chooses_at_the_same_moment_stands_in_what_is_said_of_the_other(world: Any) -> None:
    interest_id, (ask, malva) = await world.confirmed(registration(adult(), adult("Malva")), adults=2)
    buttons = [Pressed(await world.own_page(person), "choices", {}) for person in (ask, malva)]
    await pressed_while_locked(world, interest_id, *buttons)
    changed = (await world.said())[-1]
    assert [one.consents for one in changed.adults] == [False, False]
