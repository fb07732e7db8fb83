"""Offers as both sides see them: who has answered, and which answers still count."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Answer = Literal["yes", "no"]


@dataclass(frozen=True)
class Offer:
    """An introduction. `state` is "open" until `matches` tells how it ended, and then the end's name."""

    offer_id: UUID
    people: tuple[UUID, ...]
    answer_by: datetime
    state: str
    answers: dict[UUID, Answer]  # of the people
    owner: Answer | None = None

    @property
    def person_yes(self) -> bool:
        """Whether everybody whose yes is needed has said yes."""
        return all(self.answers.get(person) == "yes" for person in self.people)


Outcome = Literal["taken", "repeated", "answered", "over", "not_yours"]


def person_answers(offer: Offer, person: UUID, answer: Answer, now: datetime) -> Outcome:
    """What comes of an adult's answer. The first one stands; the same again is the same."""
    if person not in offer.people:
        return "not_yours"
    return _outcome(offer, offer.answers.get(person), answer, now)


def owner_answers(offer: Offer, answer: Answer, now: datetime) -> Outcome:
    """What comes of the answer of the place's owner."""
    return _outcome(offer, offer.owner, answer, now)


def _outcome(offer: Offer, given: Answer | None, answer: Answer, now: datetime) -> Outcome:
    if given is not None:
        return "repeated" if given == answer else "answered"
    if offer.state != "open" or now >= offer.answer_by:
        return "over"
    return "taken"
