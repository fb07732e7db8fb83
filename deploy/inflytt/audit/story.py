"""What the topics tell, folded: how every household, place, pair, introduction and message stands after the last record."""

from dataclasses import dataclass, field
from typing import Any

from inflytt.audit.log import POSTED, Log, Record

ENDS = {
    "OfferWithdrawn": "withdrawn",
    "OfferLapsed": "lapsed",
    "AcceptanceTooLate": "too_late",
    "PlacementMade": "placed",
    "PlacementFellThrough": "fell_through",
}
FATES = {
    "MessageSent": "sent",
    "MessageFailed": "failed",
    "MessageSuppressed": "suppressed",
    "MessageUncertain": "uncertain",
}


@dataclass
class Household:
    """One interest, by its events."""

    asked: list[str] = field(default_factory=list)  # adults, in the order they were asked to confirm
    adults: list[str] = field(default_factory=list)
    awaited: list[str] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)  # ever
    registered: bool = False
    withdrawn: bool = False
    lapsed: bool = False
    moved_in: str | None = None

    @property
    def state(self) -> str:
        return "withdrawn" if self.withdrawn else "registered" if self.registered else "awaiting"

    def hear(self, record: Record) -> None:
        told = record.value
        match record.type:
            case "ConfirmationRequested":
                self.asked.append(told["person_id"])
            case "InterestRegistered" | "InterestChanged":
                self.registered = True
                self.adults = [adult["person_id"] for adult in told["adults"]]
                self.awaited = [adult["person_id"] for adult in told["awaited"]]
                self.confirmed |= set(self.adults)
            case "InterestWithdrawn":
                self.withdrawn = True
            case "RegistrationLapsed":
                self.lapsed = True
            case "MovedIn":
                self.moved_in = told["month"]


@dataclass
class Match:
    """One pair's proposal, decision and introduction."""

    state: str = ""  # proposed, retracted, approved, rejected
    offers: list[str] = field(default_factory=list)


@dataclass
class Offer:
    made: dict[str, Any] = field(default_factory=dict)
    ends: list[str] = field(default_factory=list)
    yes: set[str] = field(default_factory=set)  # adults who accepted
    owner: str | None = None

    @property
    def state(self) -> str:
        return self.ends[-1] if self.ends else "open"


class Story:
    """Everything the log tells of, by id."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.erased = {record.value["subject_id"] for record in log.of("erasures", "SubjectErased")}
        self.households: dict[str, Household] = {}
        self.opportunities: dict[str, Record] = {}  # as posted
        self.closed: set[str] = set()
        self.matches: dict[str, Match] = {}
        self.offers: dict[str, Offer] = {}
        self._interests()
        self._opportunities()
        self._matches()

    def _interests(self) -> None:
        for record in self.log.of("interests"):
            self.households.setdefault(record.key, Household()).hear(record)
            if record.type == "OfferAccepted":
                self._offer(record).yes.add(record.value["person_id"])

    def _opportunities(self) -> None:
        for record in self.log.of("opportunities"):
            if record.type in POSTED:
                self.opportunities[record.key] = record
            elif record.type == "OpportunityClosed":
                self.closed.add(record.key)
            elif record.type == "OwnerAnswered":
                self._offer(record).owner = record.value["answer"]

    def _matches(self) -> None:
        for record in self.log.of("matches"):
            told = record.value
            match record.type:
                case "MatchProposed" | "MatchRetracted":
                    self._match(told).state = {"MatchProposed": "proposed"}.get(record.type, "retracted")
                case "MatchReviewed":
                    self._match(told).state = told["decision"]
                case "OfferMade":
                    self._match(told).offers.append(told["offer_id"])
                    self._offer(record).made = told
                case _ if record.type in ENDS:
                    self._offer(record).ends.append(ENDS[record.type])

    def _match(self, told: dict[str, Any]) -> Match:
        return self.matches.setdefault(told["match_id"], Match())

    def _offer(self, record: Record) -> Offer:
        return self.offers.setdefault(record.value["offer_id"], Offer())

    def gone(self, interest_id: str) -> bool:
        """Whether intake has deleted the household: it lapsed, or its last adult was erased."""
        return interest_id in self.erased or self.households[interest_id].lapsed

    def people(self, interest_id: str) -> set[str]:
        """The adults whom intake still keeps."""
        household = self.households[interest_id]
        if self.gone(interest_id):
            return set()
        kept = household.adults + household.awaited if household.registered else household.asked
        return set(kept) - self.erased
