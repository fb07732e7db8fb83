"""All that a household can look for: sealed in what is said, kept as it was, and each adult's own two switches."""

from typing import Any
from uuid import UUID

from contracts.interests import BelongingNeeds, ChildNeeds, InterestChanged, InterestRegistered, LearningNeeds
from intakesample import adult, registration

SECRETS = ("quiet-workplace", "upper-secondary", "adult-close", "mig-mag-svetsning", "sports", "co-op", "lift")


def everything() -> dict[str, Any]:
    asks = adult(
        commute_max=40,
        hours_refused=["night"],
        adapted_work=True,
        adaptation=["quiet-workplace"],
        learning={"skills_wanted": ["mig-mag-svetsning"], "level": 3, "distance_suits": False},
        belonging={"interests": ["sports"], "areas": ["lulea-kronan"], "times": ["weekend"]},
    )
    home = {"rooms_min": 3, "tenures": ["co-op"], "accessibility": ["lift"]}
    pupils = [
        {"stage": "upper-secondary", "support": ["adult-close"], "units_of_siblings": ["kronan"]},
        {"born": "2025-01", "profiles": ["mother-tongue"]},
    ]
    return registration(asks, adult("Malva Ek"), home=home, pupils=pupils, children=["2009-03", "2025-01"])


async def test_every_need_is_told_to_who_has_the_keys(world: Any) -> None:
    interest_id, (ask, _) = await world.confirmed(everything())
    registered: Any = next(event for event in await world.said() if isinstance(event, InterestRegistered))
    (told,) = registered.adults
    needs = told.needs.value
    assert (needs.commute_max, needs.hours_refused, needs.adapted_work) == (40, ("night",), True)
    assert needs.adaptation == ("quiet-workplace",)
    assert (told.consents, told.shares, told.person_id) == (True, True, ask)
    assert told.learning.value == LearningNeeds(
        skills_wanted=("mig-mag-svetsning",), level=3, distance_suits=False, languages=needs.languages
    )
    assert told.belonging.value == BelongingNeeds(
        interests=("sports",), areas=("lulea-kronan",), times=("weekend",), languages=("sv",)
    )
    assert (registered.home.value.tenures, registered.home.value.accessibility) == (("co-op",), ("lift",))
    older, younger = registered.pupils
    assert older.needs.value == ChildNeeds(
        stage="upper-secondary", support=("adult-close",), units_of_siblings=("kronan",)
    )
    assert (younger.needs.value.stage, younger.needs.subject) == ("preschool", interest_id)


async def test_no_need_stands_open_in_the_database_or_on_any_topic(world: Any) -> None:
    interest_id, people = await world.confirmed(everything(), adults=2)
    rows = await world.rows("select home, pupils from interests where interest_id = $1", interest_id)
    rows += await world.rows("select particulars from adults where person_id = any($1)", people)
    rows += await world.rows_said()
    for secret in SECRETS:
        assert not any(f'"{secret}"' in str(row) for row in rows), secret


async def test_a_child_keeps_its_id_through_every_change(world: Any) -> None:
    _, (_, malva) = await world.confirmed(everything())
    first: Any = [event for event in await world.said() if isinstance(event, InterestRegistered)][-1]
    await world.press((await world.letter(malva))["link"])
    (second,) = await world.said()
    assert isinstance(second, InterestChanged)
    assert [child.child_id for child in second.pupils] == [child.child_id for child in first.pupils]
    assert second.pupils == first.pupils


async def test_when_one_adult_is_erased_the_children_still_need_their_places(world: Any) -> None:
    _, (_, malva) = await world.confirmed(everything(), adults=2)
    await world.press(await world.own_page(malva), "/erase")
    changed: Any = [event for event in await world.said() if isinstance(event, InterestChanged)][-1]
    assert (len(changed.adults), len(changed.pupils)) == (1, 2)


async def test_an_adult_switches_matching_and_sharing_off_and_on_for_themselves(world: Any) -> None:
    _, (ask, malva) = await world.confirmed(everything(), adults=2)
    link = await world.own_page(ask)
    await world.said()
    for fields, stands in (({"shares": "yes"}, (False, True)), ({"consents": "yes"}, (True, False))):
        answer = await world.press(link, "/choices", **fields)
        assert answer.headers["location"].endswith("sagt=valt")
        (changed,) = await world.said()
        switches = {told.person_id: (told.consents, told.shares) for told in changed.adults}
        assert switches == {ask: stands, malva: (True, True)}
    await world.press(link, "/choices", consents="yes")
    assert await world.said() == []  # it stood so already


async def test_after_a_withdrawal_there_is_nothing_to_choose(world: Any) -> None:
    _, (ask, _) = await world.confirmed(everything())
    link = await world.own_page(ask)
    token = await world.token(link)
    await world.press(link, "/withdraw")
    await world.said()
    answer = await world.client.post(f"{link}/choices", data={"csrf": token, "consents": "yes"})
    assert answer.headers["location"].endswith("sagt=inte-nu")
    assert await world.said() == []


async def test_only_a_child_needs_a_place(world: Any) -> None:
    body = registration(adult(wants_work=False, occupations=[]), home=None, pupils=[{"stage": "f"}], children=[])
    interest_id, _ = await world.confirmed(body)
    registered = (await world.said())[-1]
    assert isinstance(registered.interest_id, UUID)
    assert (registered.wants_home, registered.children, len(registered.pupils)) == (False, "1-2", 1)
    assert registered.interest_id == interest_id
