"""Under which key matching says what it says: all of one household's story stays in order."""

from typing import Any

from contracts.matches import MatchProposed
from matchingsample import household, vacancy


async def test_all_that_is_said_of_a_household_is_said_under_its_own_key(platform: Any) -> None:
    seeker = household()
    await platform.tell(seeker, vacancy(), vacancy())
    proposed = await platform.rows("select key, topic from outbox where type = 'MatchProposed'")
    said = [event for event in await platform.said() if isinstance(event, MatchProposed)]
    assert len(said) == len(proposed) == 2
    assert {row["key"] for row in proposed} == {str(seeker.interest_id)}
    await platform.approve(said[0].match_id)
    rows = await platform.rows("select key from outbox where topic = 'matches'")
    assert [row["key"] for row in rows] == [str(seeker.interest_id)] * 2
