"""What intake does for order's sake: erasures that were cut off are finished, what has served its time is deleted."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from chassis.service import Service
from chassis.telemetry import log
from intake import households as doing
from intake.settings import IntakeSettings
from intake.store import households, links, opportunities, replies
from intake.store.keys import keys_of

EVERY = 60.0  # seconds
KEPT = timedelta(days=30)  # platform time: answers to repeats, links that ran out, partners' inputs


async def run(service: Service[IntakeSettings]) -> None:
    """Tidies again and again until the service stops."""
    while not service.stopping.is_set():
        await finish_erasures(service)
        await delete_old(service)
        with suppress(TimeoutError):
            await asyncio.wait_for(service.stopping.wait(), EVERY)


async def finish_erasures(service: Service[IntakeSettings]) -> None:
    """Forgets every adult whose key is gone while the rows are still there: a crash came in between."""
    async with service.database.transaction() as tx:
        gone = await keys_of(tx).missing(await households.all_people(tx))
    for person_id in gone:
        async with service.database.transaction() as tx:
            await doing.erase(tx, person_id)
        log.warning("erasure_finished", person=str(person_id))


async def delete_old(service: Service[IntakeSettings]) -> None:
    async with service.database.transaction() as tx:
        for sweep in (links.sweep, replies.sweep, opportunities.sweep_inputs):
            await sweep(tx, tx.now - KEPT)
