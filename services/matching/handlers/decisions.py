"""What coordinators decided at the desk, heard as everybody hears it: the next candidates move up."""

from chassis.database import Transaction
from contracts import Event
from contracts.matches import MatchReviewed
from matching.handlers import proposing
from matching.handlers.consumer import consumer
from matching.store import pairs


@consumer.on(MatchReviewed)
async def move_up(said: MatchReviewed, tx: Transaction) -> list[Event]:
    match = await pairs.find(tx, said.match_id)
    assert match is not None
    return await proposing.decide(tx, match)
