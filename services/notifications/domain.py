"""What is worth telling whom: which letters an event asks for, and when a letter may go. Pure: no clock, no text."""

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Literal, get_args
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from contracts.event import Event
from contracts.interests import ConfirmationRequested, StillHereAsked
from contracts.matches import (
    AcceptanceTooLate,
    OfferEvent,
    OfferLapsed,
    OfferMade,
    OfferWithdrawn,
    PlacementFellThrough,
    PlacementMade,
    ReferralMade,
)
from contracts.opportunities import Circle, Course, Dwelling, Place, Vacancy

HERE = ZoneInfo("Europe/Stockholm")
MORNING, EVENING = time(8), time(20)  # nobody's telephone should buzz about a flat at night
MAIL = "mail"

Template = Literal[
    "confirm", "offer", "owner_offer", "placement", "fell_through", "lapsed", "withdrawn", "too_late", "referred",
    "still_here",
]  # fmt: skip
TEMPLATES: tuple[Template, ...] = get_args(Template)
AT_ANY_HOUR: frozenset[Template] = frozenset({"confirm"})  # the reader has just pressed the button and waits

State = Literal["queued", "sending", "handing_over", "sent", "failed", "suppressed", "uncertain"]

OWN_DOING = frozenset({"withdrawn", "placed"})  # why an offer was withdrawn, where the household itself knows it

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)


@dataclass(frozen=True)
class Letter:
    """One thing to tell one reader: an adult (`person_id`) or a partner. `facts` are codes the text needs, never names.

    `language` is None where the event doesn't say it: the reader's own is known elsewhere.
    """

    template: Template
    interest_id: UUID
    person_id: UUID | None = None
    partner_id: str | None = None
    offer_id: UUID | None = None
    opportunity_id: UUID | None = None
    language: str | None = None
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def recipient(self) -> str:
        return str(self.person_id or self.partner_id)

    @property
    def at_any_hour(self) -> bool:
        return self.template in AT_ANY_HOUR

    def id(self, cause: UUID) -> UUID:
        """The message's id: the same for the same cause, recipient, template and channel, so that a repeat is seen."""
        return uuid5(cause, f"{self.recipient}|{self.template}|{MAIL}")


def letters_for(event: Event) -> list[Letter]:
    """The letters an event asks for; none where those concerned know it already, or need not."""
    match event:
        case ConfirmationRequested():
            return [Letter("confirm", event.interest_id, event.person_id, language=event.language)]
        case StillHereAsked():
            facts = {"months": str(event.months), "adults": str(len(event.people))}
            return [Letter("still_here", event.interest_id, person, facts=facts) for person in event.people]
        case OfferMade():
            facts = {"kind": event.kind, "answer_by": event.answer_by.isoformat()}
            return [*_to_people("offer", event, facts), _to_owner("owner_offer", event, facts)]
        case PlacementMade():
            return _to_people("placement", event, {"kind": event.kind})
        case PlacementFellThrough():
            return _after_a_no(event)
        case OfferLapsed():
            return _to_people("lapsed", event, {"kind": event.kind, "silent": event.silent})
        case OfferWithdrawn() if event.reason not in OWN_DOING:
            return _to_people("withdrawn", event, {"kind": event.kind})
        case AcceptanceTooLate():
            return _to_people("too_late", event, {"kind": event.kind})
        case ReferralMade():
            facts = {"kind": event.kind, "way": event.way, "adults": str(len(event.people))}
            facts |= {"wait_months": str(event.wait_months)} if event.wait_months is not None else {}
            letter = Letter("referred", event.interest_id, opportunity_id=event.opportunity_id, facts=facts)
            return [replace(letter, person_id=person) for person in event.people]
        case _:
            return []


def _to_people(template: Template, offer: OfferEvent, facts: dict[str, str]) -> list[Letter]:
    together = facts | {"adults": str(len(offer.people))}
    letter = Letter(template, offer.interest_id, offer_id=offer.offer_id, opportunity_id=offer.opportunity_id)
    return [replace(letter, person_id=person, facts=together) for person in offer.people]


def _to_owner(template: Template, offer: OfferEvent, facts: dict[str, str]) -> Letter:
    letter = Letter(template, offer.interest_id, offer_id=offer.offer_id, opportunity_id=offer.opportunity_id)
    return replace(letter, partner_id=offer.partner_id, facts=facts)


def _after_a_no(event: PlacementFellThrough) -> list[Letter]:
    """Who said no alone knows it; where two were asked, both hear that the question is closed."""
    if event.side == "person" and len(event.people) == 1:
        return []
    return _to_people("fell_through", event, {"kind": event.kind, "side": event.side})


def told_of(place: Place) -> dict[str, str]:
    """What a letter says of a place, as its owner published it; rent in SEK a month.

    Without an owner's name the title says whose it is; `how_to_join` is there where one has to queue or apply oneself.
    """
    told = {"title": place.title, "own_reference": place.reference, "owner": _owner(place)}
    if place.allocation in ("queue_bound", "authority_decides") and place.how_to_join:
        told["how_to_join"] = place.how_to_join
    if isinstance(place, Dwelling):
        told |= {"rooms": str(place.rooms), "size_m2": str(place.size_m2), "rent": str(place.rent)}
        told["available"] = place.available
    return told


def _owner(place: Place) -> str:
    match place:
        case Vacancy():
            return place.employer
        case Dwelling():
            return place.landlord
        case Course():
            return place.provider
        case Circle():
            return place.host
        case _:
            return ""


def is_decent(moment: datetime) -> bool:
    """Whether letters may reach people now: 08:00 to 20:00 in Sweden."""
    return MORNING <= moment.astimezone(HERE).time() < EVENING


def send_at(at_any_hour: bool, ready: datetime) -> datetime:
    """When a letter that is ready at `ready` (aware) may go: at once, or the next morning at eight in Sweden."""
    if at_any_hour or is_decent(ready):
        return ready
    here = ready.astimezone(HERE)
    day = here.date() + timedelta(days=here.time() >= EVENING)
    return datetime.combine(day, MORNING, HERE).astimezone(ready.tzinfo)


def try_again_at(at_any_hour: bool, attempts: int, now: datetime) -> datetime:
    """When to try after `attempts` (1 or more) that the provider turned away: twice as long each time, to 15 minutes."""
    return send_at(at_any_hour, now + min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE))
