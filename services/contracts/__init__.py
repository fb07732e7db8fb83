"""What services say to each other: every event by topic. Importing this fills the registry."""

from contracts import erasures, followup, interests, matches, measurements, messages, opportunities, partners, rounds
from contracts.event import REGISTRY, Event, Topic
from contracts.fields import Sealed

TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        interests.INTERESTS,
        opportunities.OPPORTUNITIES,
        matches.MATCHES,
        messages.MESSAGES,
        partners.PARTNERS,
        rounds.ROUNDS,
        followup.FOLLOWUP,
        measurements.MEASUREMENTS,
        erasures.ERASURES,
    )
}


def event_type(topic: str, name: str) -> type[Event] | None:
    """The event that `name` means on `topic`, or None when this version does not know it."""
    return REGISTRY.get(topic, {}).get(name)


__all__ = ["REGISTRY", "TOPICS", "Event", "Sealed", "Topic", "event_type"]
