"""The loop that solves what was asked for: one round at a time, in a worker process, with progress that everybody sees."""

import asyncio
from contextlib import suppress
from dataclasses import asdict

from chassis.service import Service
from chassis.telemetry import log
from chassis.web.catalogues import sv
from contracts.vocabulary import VOCABULARY
from matching.domain.outcomes import NotInPool
from matching.domain.rounds import package
from matching.domain.rounds.gather import gather
from matching.domain.rounds.package import Gets, Lock, Never, NotARound, StaysOut
from matching.domain.rounds.relax import Say
from matching.settings import MatchingSettings
from matching.solving import Answer, SolvingFailed, solved
from matching.store import households, places, rounds
from matching.store.rounds import Round
from matching.yardstick import all_kinds

PAUSE = 0.5  # seconds between two looks for a round
BEAT = 1.0  # seconds between two words of how far it has come
LOCKS: dict[str, type[Lock]] = {"gets": Gets, "never": Never, "stays_out": StaysOut}


async def run(service: Service[MatchingSettings]) -> None:
    """Solves until the service stops; what it was about to solve then is left to others."""
    while not service.stopping.is_set():
        async with service.database.transaction() as tx:
            claimed = await rounds.claim(tx)
        if claimed is not None:
            await _solve(service, claimed)
        else:
            with suppress(TimeoutError):
                await asyncio.wait_for(service.stopping.wait(), PAUSE)


async def _solve(service: Service[MatchingSettings], asked: Round) -> None:
    far = ["gathering"]

    def say(what: str, done: int, of: int) -> None:
        far[0] = f"{what} {done} {of}"

    solving = asyncio.create_task(_solved(service, asked, say))
    stopping = asyncio.create_task(service.stopping.wait())
    while not (await asyncio.wait({solving, stopping}, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED))[0]:
        async with service.database.transaction() as tx:
            await rounds.beat(tx, asked.round_id, far[0])
    stopping.cancel()
    if not solving.done():
        solving.cancel()
        await asyncio.gather(solving, return_exceptions=True)
        async with service.database.transaction() as tx:
            await rounds.put_back(tx, asked.round_id)
        return
    async with service.database.transaction() as tx:
        try:
            whole, (result, needs) = solving.result()
        except (NotARound, NotInPool, SolvingFailed) as error:
            log.warning("round_refused", round_id=str(asked.round_id), why=str(error))
            await rounds.refused(tx, asked.round_id, str(error))
        else:
            told = asdict(result) | {"households": len(whole.households), "fingerprint": result.fingerprint}
            told["needs"] = asdict(needs)
            await rounds.solved(tx, asked.round_id, told)


async def _solved(service: Service[MatchingSettings], asked: Round, say: Say) -> tuple[package.Round, Answer]:
    async with service.database.transaction() as tx:
        seekers = await households.all_seekers(tx, asked.municipality, asked.kinds)
        pools = [one for one in await places.all_free_places(tx) if _is_shared(one, asked.municipality)]
        priority = await rounds.far_from_work(tx)
    kinds = {name: all_kinds()[name] for name in asked.kinds}
    locks = tuple(LOCKS[told["lock"]](**{k: v for k, v in told.items() if k != "lock"}) for told in asked.locks)
    law = {one.id: one.licence for one in VOCABULARY.occupations.values() if one.licence}
    whole = await asyncio.to_thread(gather, kinds, seekers, pools, priority, locks, law)
    if not whole.households or not whole.places:
        raise NotARound(sv("Ingen söker det som finns i poolerna."))
    return whole, await solved(whole, say)


def _is_shared(place: places.Place, municipality: str) -> bool:
    return place.municipality == municipality and place.facts.allocation == "pool"
