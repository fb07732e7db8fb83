"""An erasure that came to light while the simulation was written unfinished: of a whole household, cut off by a crash."""

from typing import Any

from contracts.erasures import SubjectErased
from contracts.interests import InterestWithdrawn
from intake import tidying
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
