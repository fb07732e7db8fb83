"""The last place, wanted by two at the same moment: who waited for the other decides by what stands then."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis.envelope import new_id
from contracts.interests import HomeNeeds
from contracts.matches import MatchProposed
from matching import deciding
from matching.deciding import Refused
from matchingsample import adult, dwelling, household


async def test_who_waits_while_another_offers_a_pools_last_home_is_refused(platform: Any) -> None:
    await platform.tell(*(household(adult(None), home=HomeNeeds()) for _ in range(2)), dwelling("pool"))
    one, other = [event for event in await platform.said() if isinstance(event, MatchProposed)]
    async with platform.service.database.transaction() as tx:
        await deciding.approve(tx, one.match_id, "vide", "good_fit", new_id(), timedelta(days=7))
        waits = asyncio.create_task(platform.approve(other.match_id, "hägg"))
        await asyncio.sleep(0.5)
        assert not waits.done()
    with pytest.raises(Refused, match="pool_spoken_for"):
        await waits
    assert len(await platform.rows("select 1 from offers")) == 1
