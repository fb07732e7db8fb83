"""Notifications: tells people and partners, by mail, what concerns them, and keeps a ledger of what was told."""

from chassis.service import Service
from notifications import handlers, sending, store
from notifications.settings import NotificationsSettings

service = Service(
    "notifications",
    settings=NotificationsSettings,
    tables=store.Base.metadata,
    consumer=handlers.consumer,
    loops=[sending.run],
)
