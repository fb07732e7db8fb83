"""Capacity, at every moment of the history: nothing is promised or given that its owner did not offer, or twice."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from inflytt.audit.findings import Finding
from inflytt.audit.log import CHANGED, POSTED, Log, Record
from inflytt.audit.rows import Rows

POSTINGS = (*POSTED, *CHANGED)
ENDS = ("OfferWithdrawn", "OfferLapsed", "AcceptanceTooLate", "PlacementFellThrough")


@dataclass
class Place:
    """One opportunity while its history is told. An owner may ask for other places than before, or close, at any time:
    `known` is the last version of that which matching had surely heard, by what it did."""

    said: list[Record]  # its own topic's, by version
    known: int = 1
    offered: set[str] = field(default_factory=set)  # offers that are open
    taken: int = 0

    def hears(self, record: Record, by_id: dict[str, Record]) -> None:
        """What this record follows from was heard before it: its cause, and the owner's yes to a placement."""
        cause = by_id.get(record.headers.get("ce_cause", ""))
        if cause is not None and cause.key == record.value["opportunity_id"]:
            self.known = max(self.known, cause.version)
        if record.type == "PlacementMade":
            yes = (r.version for r in self.said if r.value.get("offer_id") == record.value["offer_id"])
            self.known = max([self.known, *yes])

    def postings(self, record: Record) -> list[Record]:
        """How its owner had published it when `record` was said: as last heard, or as said since, maybe heard as well."""
        posted = [r for r in self.said if r.type in POSTINGS and (r.version <= self.known or r.id < record.id)]
        return [r for r in posted if r.version > self.known] + [r for r in posted if r.version <= self.known][-1:]

    def places(self, record: Record) -> int:
        return max((r.value["places"] for r in self.postings(record)), default=0)

    def pooled(self, record: Record) -> bool:
        return all(r.value["allocation"] == "pool" for r in self.postings(record))

    @property
    def closed(self) -> bool:
        return any(r.type == "OpportunityClosed" and r.version <= self.known for r in self.said)


def exceeded(log: Log) -> list[Finding]:
    """Each place's history, in the order in which it was said, against what its owner offered at that moment.

    Ids are made while the place is locked, and sort by the time they were made; between keys, topics have no order.
    """
    by_id = {record.id: record for record in reversed(log.records)}
    places: dict[str, Place] = defaultdict(lambda: Place([]))
    for record in sorted(log.of("opportunities"), key=lambda record: record.version):
        places[record.key].said.append(record)
    findings = list[Finding]()
    for record in sorted(log.of("matches", "OfferMade", "PlacementMade", *ENDS), key=lambda record: record.id):
        place = places[record.value["opportunity_id"]]
        place.hears(record, by_id)
        findings += _told(place, record)
    return findings + list(_placed_twice(log))


def _told(place: Place, record: Record) -> Iterable[Finding]:
    told, places = record.value, place.places(record)

    def too_much(sentence: str) -> Finding:
        return Finding("capacity", "opportunity", told["opportunity_id"], record.where, sentence)

    if record.type == "OfferMade":
        place.offered.add(told["offer_id"])
        if place.pooled(record) and place.taken + len(place.offered) > places:
            yield too_much(f"{place.taken} given and {len(place.offered)} promised of a pool of {places}")
    else:
        place.offered.discard(told["offer_id"])
    if record.type == "PlacementMade":
        place.taken += 1
        if place.taken > places:
            yield too_much(f"{place.taken} placements and {places} places")
        if told["seat"] != place.taken:
            yield too_much(f"seat {told['seat']} was given as number {place.taken}")
    if record.type in ("OfferMade", "PlacementMade") and place.closed:
        yield too_much(f"{record.type} after it had closed")


def _placed_twice(log: Log) -> Iterable[Finding]:
    """An adult has one job, adapted or not, and one education, a household one home, a child one school."""
    proposed = {record.value["match_id"]: record.value for record in log.of("matches", "MatchProposed")}
    matches = {record.value["offer_id"]: record.value.get("match_id") for record in log.of("matches", "OfferMade")}
    first_offers: dict[tuple[str, str], str] = {}
    for record in log.of("matches", "PlacementMade"):
        told = record.value
        if told["kind"] == "network":  # of people to know there can be many
            continue
        sort = "job" if told["kind"] == "employment" else told["kind"]
        who = told["interest_id"] if sort == "home" else told["people"][0]
        if sort == "school":
            who = proposed[matches[told["offer_id"]]]["child_id"]
        first = first_offers.setdefault((sort, who), told["offer_id"])
        if first != told["offer_id"]:
            sentence = f"whom {first} had placed already got another {told['kind']}"
            yield Finding("capacity", "introduction", told["offer_id"], record.where, sentence)


def counted(log: Log, rows: Rows) -> list[Finding]:
    """Matching's own rows: as many taken as were given, each seat once, and never more than there are."""
    given: dict[str, list[int]] = defaultdict(list)
    for record in log.of("matches", "PlacementMade"):
        given[record.value["opportunity_id"]].append(record.value["seat"])
    seats: dict[str, list[int]] = defaultdict(list)
    for row in rows["matching"]["seats"]:
        seats[row["opportunity_id"]].append(row["seat"])
    where, findings = "matching.opportunities", list[Finding]()
    for row in rows["matching"]["opportunities"]:
        id, taken = row["opportunity_id"], row["taken"]
        told = {"the topic": sorted(given[id]), "the offers": sorted(seats[id])}
        sentences = [
            f"{taken} are taken, and {who} gives seats {got}" for who, got in told.items() if got != _to(taken)
        ]
        sentences += [f"{taken} are taken of {row['places']}"] if taken > row["places"] else []
        findings += [Finding("capacity", "opportunity", id, where, sentence) for sentence in sentences]
    return findings


def _to(taken: int) -> list[int]:
    return list(range(1, taken + 1))
