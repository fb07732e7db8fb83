"""Finishes erasures that were cut off: a key is gone, and rows that it opened are still there."""

import asyncio
from contextlib import suppress

from chassis.service import Service
from chassis.telemetry import log
from intake import households as doing
from intake.settings import IntakeSettings
from intake.store import households
from intake.store.keys import keys_of

EVERY = 30.0  # seconds


async def finish(service: Service[IntakeSettings]) -> None:
    """Looks again and again for adults without a key, and forgets them whole."""
    while not service.stopping.is_set():
        async with service.database.transaction() as tx:
            people = await households.all_people(tx)
            gone = await keys_of(tx).missing(people)
        for person_id in gone:
            async with service.database.transaction() as tx:
                await doing.erase(tx, person_id)
            log.warning("erasure_finished", person=str(person_id))
        with suppress(TimeoutError):
            await asyncio.wait_for(service.stopping.wait(), EVERY)
