"""Everything that is said of a household is written down beside it, in the same transaction: nothing can be said unseen."""

from collections.abc import Sequence

from chassis.database import Transaction
from chassis.outbox import Saying
from contracts.matches import MatchEvent, MatchProposed
from matching.domain import proof
from matching.store import audit


async def witness(tx: Transaction, sayings: Sequence[Saying]) -> None:
    """Adds a line of each to the chain of the household that it is about. Keys are those that the events are sealed with."""
    told = [(saying, saying.event) for saying in sayings if isinstance(saying.event, MatchEvent)]
    keys = await tx.keyring.get({event.reasons.subject for _, event in told if isinstance(event, MatchProposed)})
    lines = [
        proof.line(event, saying.id, saying.attributes["ce_actor"], saying.attributes["ce_time"], keys)
        for saying, event in told
    ]
    await audit.append(tx, lines)
