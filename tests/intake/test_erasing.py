"""Erasures at odd moments: cut off by a crash, or before who wrote has confirmed."""

from typing import Any
from uuid import UUID

from contracts.erasures import SubjectErased
from contracts.interests import InterestWithdrawn
from intake import households, tidying
from intakesample import adult, registration


async def test_an_erasure_of_a_whole_household_that_a_crash_cut_off_is_finished(world: Any) -> None:
    """Its keys are gone, its rows are there: whoever of its adults comes first."""
    interest_id, (ask, malva) = await world.confirmed(registration(adult(), adult("Malva")), adults=1)
    await world.said()
    await world.database.keyring.destroy([interest_id, ask, malva])  # and then the process died
    await tidying.finish_erasures(world.service)
    said = await world.said()
    assert InterestWithdrawn(interest_id=interest_id, reason="erased") in said
    erased = [event.subject_id for event in said if isinstance(event, SubjectErased)]
    assert sorted(erased) == sorted([ask, malva, interest_id])
    assert await world.people(str(interest_id)) == []


async def test_when_who_wrote_is_erased_before_they_confirmed_nobody_is_left_waiting(world: Any) -> None:
    """Home and children were theirs to tell: the second adult's yes alone opens nothing, and would wait for ever."""
    interest_id = (await world.register(registration(adult(), adult("Malva")))).json()["interest_id"]
    ask, malva = await world.people(interest_id)
    assert (await world.press((await world.letter(malva))["link"])).status_code == 200
    await world.said()
    async with world.database.transaction() as tx:
        await households.erase(tx, ask)
    erased = [event.subject_id for event in await world.said() if isinstance(event, SubjectErased)]
    assert sorted(erased) == sorted([ask, malva, UUID(interest_id)])
    assert await world.people(interest_id) == []
