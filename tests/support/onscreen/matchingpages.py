"""What coordinators see: the day's list, a household with its proposals, rounds before and after they are published."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import helpers
from chassis.envelope import new_id
from chassis.web import User
from contracts import Event, Sealed
from contracts.interests import HomeNeeds, LearningNeeds
from contracts.matches import MatchEvent, MatchProposed
from contracts.municipalities import CONTROLLER
from inflytt.servers import Databases
from matching.app import service as declared
from matching.rankings import Rankings
from matching.rounds import solving
from matching.store import rounds
from matchingsample import VIDE, adult, dwelling, household, vacancy
from onscreen import Page, Served, door, send, serving

OFFICER = User(sub="lind", name="Lind", roles=frozenset({"officer"}), municipality="2580")
EMPTY = (Page("/", VIDE), Page("/rundor", VIDE))
PAGES = (
    Page("/", VIDE),
    Page("/?show=all", VIDE),
    Page("/", OFFICER, status=403),
    Page("/hushall/{family}", VIDE),
    Page("/hushall/{family}?why={far}", VIDE),
    Page("/hushall/{family}?done=rejected", VIDE),
    Page("/hushall/{decided}", VIDE),
    Page("/hushall/{lonely}", VIDE),
    Page("/rundor", VIDE),
    Page("/rundor/{asked}", VIDE),
    Page("/rundor/{solved}", VIDE),
    Page("/rundor/{refused}", VIDE),
    Page("/rundor/{published}", VIDE),
    Page("/rundor/{undone}", VIDE, press="form[action$=undo] .btn"),
    Page("/finns-inte", VIDE, status=404),
)


@asynccontextmanager
async def opened(postgres: Databases) -> AsyncIterator[Served]:
    """The desk, where nothing has happened yet."""
    listening, address = door()
    more = {"issuer_url": "http://127.0.0.1:1", "oidc_client_id": "desk", "oidc_client_secret": "s" * 32}
    more |= {"intake_url": "http://127.0.0.1:1", "public_url": address, "allowed_hosts": "127.0.0.1"}
    service = await helpers.fresh(declared, postgres, helpers.Keys(), **more)
    async with serving(service, listening, address) as served:
        yield served


async def fill(served: Served) -> None:
    """Households that look for work and homes, places of each way to give them, decisions, rounds."""
    rankings = Rankings()
    learner = adult("svetsare", adapted_work=True, adaptation=("quiet-workplace",), skills=("mig-mag",))
    learner = learner.model_copy(
        update={"learning": Sealed.of(learner.person_id, LearningNeeds(occupations=("svetsare",)))}
    )
    family = household(learner, adult("forskollarare"), home=HomeNeeds(rooms_min=2, children_born=("2019-05",)))
    lonely, far = household(adult("lakare")), vacancy("lakare", title="Distriktsläkare", skills_required=("mig-mag",))
    places = [vacancy(places=3), dwelling("queue_bound"), dwelling("owner_decides"), far]
    await _happened(served, rankings, family, lonely, *places)
    decided = household()
    for match in await _happened(served, rankings, decided):
        at = f"/hushall/{decided.interest_id}"
        async with served.client(VIDE) as client:
            await send(client, f"{at}/matches/{match.match_id}/approve", at, reason="good_fit")
        await _happened(served, rankings)
    named = {"family": family, "lonely": lonely, "decided": decided}
    served.named |= {name: str(one.interest_id) for name, one in named.items()} | {"far": str(far.opportunity_id)}
    await _rounds(served, rankings)


async def _happened(served: Served, rankings: Rankings, *events: Event) -> list[MatchProposed]:
    """Matching hears these, and then its own words until it has no more; what it proposed."""
    proposed: list[MatchProposed] = []
    while events:
        await helpers.tell(served.service, *events, memory=rankings)
        events = tuple(e for e in await helpers.said(served.service) if isinstance(e, MatchEvent))
        proposed += [e for e in events if isinstance(e, MatchProposed)]
    if not proposed and (own := [e for e in await helpers.said(served.service) if isinstance(e, MatchEvent)]):
        await helpers.tell(served.service, *own, memory=rankings)
    return proposed


async def _rounds(served: Served, rankings: Rankings) -> None:
    """One of each state."""
    refused = await _solved(served, ["network"])
    for name in ("published", "undone"):
        families = [household(adult(None), home=HomeNeeds(rooms_min=2)) for _ in range(3)]
        await _happened(served, rankings, *families, dwelling("pool", 2))
        served.named[name] = await _solved(served, ["home"])
        async with served.client(VIDE) as client:
            await send(client, f"/rundor/{served.named[name]}/publish", f"/rundor/{served.named[name]}")
        await _happened(served, rankings)
    families = [household(adult(None), home=HomeNeeds(rooms_min=2)) for _ in range(3)]
    await _happened(served, rankings, *families, dwelling("pool", 2))
    solved = await _solved(served, ["home"])
    served.named |= {"refused": refused, "solved": solved, "asked": str(await _asked(served, ["home", "job"]))}


async def _asked(served: Served, kinds: list[Any]) -> UUID:
    round_id = new_id()
    async with served.service.database.transaction() as tx:
        await rounds.ask(tx, round_id, ("2580", CONTROLLER["2580"]), kinds, VIDE.sub, [])
    return round_id


async def _solved(served: Served, kinds: list[Any]) -> str:
    """A round that the loop of the service has solved or refused."""
    round_id, service = await _asked(served, kinds), served.service
    service.stopping.clear()
    running = asyncio.create_task(solving.run(service))
    state = "asked"
    while state in ("asked", "solving"):
        await asyncio.sleep(0.05)
        async with service.database.transaction() as tx:
            found = await rounds.find(tx, round_id, "2580")
        assert found is not None
        state = found.state
    service.stopping.set()
    await running
    return str(round_id)
