"""The players' journal against the topics and the mail: what was answered with yes has happened, once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from inflytt.audit.findings import Finding, repeated
from inflytt.audit.story import Story
from inflytt.players.journal import Entry, Journal
from inflytt.players.mailbox import Letter

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def reference(interest_id: str) -> str:
    """The reference by which people in Luleå know an interest: its id's last 30 bits, five a letter."""
    number = UUID(interest_id).int
    code = "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(6)))
    return f"LUL-{code[:3]}-{code[3:]}"


class Held:
    """The journal held against a story. A sentence says who was answered what, and when."""

    def __init__(self, journal: Journal, story: Story) -> None:
        self.journal, self.story = journal, story
        self.interests = {reference(id): id for id in story.households}
        self.references = {
            entry.who.partition(",")[0]: entry["reference"]
            for entry in journal.those("letter", "confirm")
            if entry.get("reference") and entry.who.startswith("household")
        }
        self.rejected = {entry["input"] for entry in journal.those("rejected")}
        self.names = self._names()

    def named(self, finding: Finding) -> Finding:
        """The finding with the name by which people know what it is about: a reference, and who among the players."""
        known = [self.names[part] for part in finding.id.split() if part in self.names]
        return replace(finding, told=f"{known[0]}: {finding.told}") if known else finding

    def _names(self) -> dict[str, str]:
        who = {told: household for household, told in self.references.items()}
        names = {id: ", ".join(filter(None, (told, who.get(told)))) for told, id in self.interests.items()}
        for id, household in self.story.households.items():
            names |= {person: f"{names[id]}, adult {n}" for n, person in enumerate(household.asked, 1)}
        names |= {
            id: f"{r.value['reference']} of {r.value['partner_id']}" for id, r in self.story.opportunities.items()
        }
        for id, offer in self.story.offers.items():
            interest, place = (offer.made.get(part, "") for part in ("interest_id", "opportunity_id"))
            names[id] = f"{names.get(interest, interest)} to {names.get(place, place)}"
        for record in self.story.log.of("messages"):
            to = record.value.get("person_id") or record.value.get("partner_id")
            names[record.key] = f"{record.value['template']} to {names.get(str(to), to)}"
        return names

    def findings(self) -> list[Finding]:
        return [
            *self._registrations(),
            *self._confirmations(),
            *self._people(),
            *self._places(),
            *self._refusals(),
            *self._decisions(),
            *self._answers(),
        ]

    def _registrations(self) -> Iterable[Finding]:
        first: dict[str, str | None] = {}
        for entry in self.journal.those("register"):
            if not entry["taken"]:
                continue
            told = entry.get("interest_id") or self.interests.get(self.references.get(entry.who, ""))
            if entry.who in first and first[entry.who] != told:
                yield _finding("duplicate", "registration", entry, "the same key got another answer", told)
            first.setdefault(entry.who, told)
            household = self.story.households.get(told or "")
            if household is None:
                yield _finding("lost", "registration", entry, "no event tells of it", told or entry.who)
            elif len(set(household.asked)) != len(entry["adults"]):
                sentence = f"{len(entry['adults'])} adults were to be asked"
                yield _finding("lost", "registration", entry, sentence, told)
        known = Counter(id for id in first.values() if id)
        yield from (
            Finding("duplicate", "registration", id, "interests", "two households have it")
            for id, n in known.items()
            if n > 1
        )

    def _confirmations(self) -> Iterable[Finding]:
        confirmed = Counter(e["reference"] for e in self.journal.those("confirm") if e["confirmed"])
        for told, count in confirmed.items():
            household = self.story.households.get(self.interests.get(told, ""))
            if household is not None and household.registered and len(household.confirmed) != count:
                sentence = (
                    f"{count} adults were told that they have confirmed, the topic tells of {len(household.confirmed)}"
                )
                yield Finding("lost", "person", told, "interests", sentence)

    def _people(self) -> Iterable[Finding]:
        """Who withdrew, was erased, or moved in."""
        for entry in self.journal.those("withdraw", "erase", "moved_in"):
            household = self.story.households.get(id := self.interests.get(entry["reference"], ""))
            if entry.get("said") == "avslutad" and not (household and household.withdrawn):
                yield _finding("lost", "withdrawal", entry, "no event tells of it", id)
            if entry.get("said") == "inflyttad" and not (household and household.moved_in):
                yield _finding("lost", "moving in", entry, "no event tells of it", id)
            if entry.get("erased") and not self.story.erased & set(household.asked if household else ()):
                yield _finding("lost", "erasure", entry, "no event tells of it", id)

    def _places(self) -> Iterable[Finding]:
        posted = {(r.value["partner_id"], r.value["reference"]): id for id, r in self.story.opportunities.items()}
        for entry in self.journal.those("post"):
            if not self._taken(entry):
                continue
            id = posted.get((entry.who, entry["reference"]))
            if id is None or entry.get("opportunity_id") not in (None, id):
                yield _finding(
                    "lost",
                    "opportunity",
                    entry,
                    "no event tells of it",
                    entry.get("opportunity_id") or entry["reference"],
                )
        for entry in self.journal.those("close"):
            id = entry.get("opportunity_id") or posted.get((entry.who, entry.get("reference") or ""))
            if self._taken(entry) and id not in self.story.closed:
                yield _finding("lost", "closing", entry, "no event tells of it", id)

    def _refusals(self) -> Iterable[Finding]:
        told = [entry for entry in self.journal.entries if entry.get("codes") is not None]
        said = sum(1 for _ in self.story.log.of("partners", "InputRefused"))
        if len(told) != said:
            sentence = f"partners were refused {len(told)} times, and the topic tells of {said}"
            yield Finding("lost" if said < len(told) else "duplicate", "refusal", str(said), "partners", sentence)
        answered = {(entry.who, entry["partition"], entry["offset"]) for entry in self.journal.those("rejected")}
        for entry in self.journal.those("malformed"):
            if entry.status is None and (entry.who, entry["partition"], entry["offset"]) not in answered:
                yield _finding("lost", "refusal", entry, "nothing came back", str(entry["offset"]))

    def _decisions(self) -> Iterable[Finding]:
        for entry in self.journal.those("approve", "reject"):
            match = self.story.matches.get(entry["match_id"])
            decided = {"approve": "approved", "reject": "rejected"}[entry.did]
            if entry["done"] and (match is None or match.state != decided):
                yield _finding("lost", "decision", entry, "no event tells of it", entry["match_id"])
            elif entry["done"] and entry.did == "approve" and match and not match.offers:
                yield _finding("lost", "introduction", entry, "the match was never introduced", entry["match_id"])

    def _answers(self) -> Iterable[Finding]:
        people = Counter(
            (r.value["offer_id"], {"OfferAccepted": "yes"}.get(r.type, "no"), r.value["interest_id"])
            for r in self.story.log.of("interests", "OfferAccepted", "OfferDeclined")
        )
        for entry in self.journal.those("person_answer"):
            given = (entry["offer_id"], entry["answer"], self.interests.get(entry["reference"], ""))
            people[given] -= entry["said"] in ("ja", "nej")
            if people[given] < 0:
                yield _finding("lost", "answer", entry, "no event tells of it", entry["offer_id"])
        for entry in self.journal.those("owner_answer"):
            offer = self.story.offers.get(entry["offer_id"])
            if self._taken(entry) and (offer is None or offer.owner != entry["answer"]):
                yield _finding("lost", "answer", entry, "no event tells of it", entry["offer_id"])

    def _taken(self, entry: Entry) -> bool:
        return bool(entry.get("taken")) or (entry.status is None and entry.get("id") not in self.rejected)


def mail(letters: Sequence[Letter], journal: Journal, story: Story) -> list[Finding]:
    """Every letter that arrived was sent by the ledger, once; every one that was sent has arrived."""
    sent = {record.key for record in story.log.of("messages", "MessageSent")}
    uncertain = {record.key for record in story.log.of("messages", "MessageUncertain")}
    arrived = {letter.message_id for letter in letters}
    read = {entry["message_id"] for entry in journal.those("letter")}

    def finding(kind: str, id: str, sentence: str) -> Finding:
        return Finding(kind, "message", id, "mail", sentence)  # type: ignore[arg-type]

    return [
        *(finding("lost", id, "it was sent, and never arrived") for id in sorted(sent - arrived)),
        *(finding("lost", id, "it arrived, and no event tells of it") for id in sorted(arrived - sent - uncertain)),
        *(finding("lost", id, "somebody read it, and it is gone") for id in sorted(read - arrived)),
        *(finding("duplicate", id, "it arrived twice") for id in repeated(letter.message_id for letter in letters)),
        *(finding("uncertain", id, "nobody knows whether it arrived") for id in sorted(uncertain - sent)),
    ]


def _finding(kind: str, what: str, entry: Entry, sentence: str, id: str | None) -> Finding:
    who = f"{entry.who} was answered {entry.status or 'nothing'} at {entry.at[11:19]} by {entry.door}"
    return Finding(kind, what, id or entry.who, "topics", f"{who}, and {sentence}")  # type: ignore[arg-type]
