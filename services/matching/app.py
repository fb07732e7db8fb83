"""Matching: proposes who fits what, lets coordinators decide, and keeps offers until both sides have said yes."""

from chassis.keyring import IntakeKeys
from chassis.service import Service
from matching import api, auditing, desk, handlers
from matching.rounds import pages as rounds
from matching.rounds import solving
from matching.settings import MatchingSettings
from matching.store import tables

service = Service(
    "matching",
    settings=MatchingSettings,
    tables=tables.Base.metadata,
    consumer=handlers.consumer,
    routers=[api.router, desk.router, rounds.router],
    loops=[solving.run],
    keyring=lambda settings: IntakeKeys("matching", settings),
    sign_in=True,
    witness=auditing.witness,
)
