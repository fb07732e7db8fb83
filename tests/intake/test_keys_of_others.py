"""Other services' keyrings, which ask intake: a key is kept in memory, and no longer than its subject is."""

from typing import Any

import httpx

from chassis.keyring import IntakeKeys
from intakesample import registration


async def test_a_service_that_has_heard_of_an_erasure_opens_nothing_of_theirs_any_more(world: Any) -> None:
    _, (ask,) = await world.confirmed(registration())
    keyring = IntakeKeys("matching", world.service.settings)
    keyring.client = httpx.AsyncClient(
        transport=world.client._transport, base_url="http://intake.test", headers=keyring.client.headers
    )
    assert set(await keyring.get([ask])) == {ask}
    assert (await world.press(await world.own_page(ask), "/erase")).status_code == 303
    keyring.forget(ask)
    assert await keyring.get([ask]) == {}
