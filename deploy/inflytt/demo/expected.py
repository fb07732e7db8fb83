"""The figures as they should be: from what the players did, were answered and saw. No service is asked for a figure."""

from collections import Counter
from typing import Any
from uuid import UUID

from contracts.references import reference
from contracts.vocabulary import VOCABULARY
from inflytt.audit.log import Log
from inflytt.demo.brute import Side, standing
from inflytt.demo.scenario import Scenario
from inflytt.players.households import Family, Person
from inflytt.players.people import Size

ENDS = {"lapsed": "lapsed", "placed": "placed"} | dict.fromkeys(
    ("fell_through", "withdrawn", "too_late"), "fell_through"
)


class Expected:
    """`log` is read for one thing only: which ids the services gave to whom the players know by reference."""

    def __init__(self, scenario: Scenario, log: Log) -> None:
        self.scenario, self.journal = scenario, scenario.journal
        self.ids = _ids(scenario.families, log)
        looks = list(self.journal.those("look"))
        self.offers = [offer for look in looks for offer in look["offers"]]
        self.places = [place for look in looks for place in look["places"]]
        self.refused_inputs = {entry.get("input") for entry in self.journal.those("rejected")}

    def figures(self) -> dict[str, int]:
        ends = Counter(ENDS[offer["state"]] for offer in self.offers if offer["state"] != "open")
        answers = Counter(e["answer"] for e in self._taken("owner_answer"))
        refusals = [e for e in self.journal.entries if e.get("codes") is not None]
        said = Counter(e["answer"] for e in self.journal.those("person_answer") if e["said"] in ("ja", "nej"))
        return {
            "registered": len({e.who for e in self.journal.those("register") if e["taken"]}),
            "confirmed": sum(family.people[0].confirmed for family in self.scenario.families),
            "withdrawn": sum(e.get("said") == "avslutad" or e.get("erased") is True for e in self._leavings()),
            "refused": len(refusals),
            "opportunities": len(self._taken("post")),
            "proposed": len(self.standing()) + len(self.decided()),
            "approved": sum(e["done"] for e in self.journal.those("approve")),
            "introduced": len(self.offers),
            "accepted": said["yes"],
            "owner_yes": answers["yes"],
            "owner_refused": answers["no"],
            "lapsed": ends["lapsed"],
            "placed": ends["placed"],
            "fell_through": ends["fell_through"],
            "moved_in": len({e["reference"] for e in self.journal.those("moved_in") if e["said"] == "inflyttad"}),
            "mails": len(self.scenario.doors.mail.letters),
        }

    def related(self) -> dict[str, int]:
        """Adults whose occupation no vacancy names, how many got an introduction by a related one, and by none."""
        unnamed = {
            self.ids[p][1]: p.adult.occupation for p in self.scenario.people if p.adult.unnamed and p in self.ids
        }
        jobs = {place["opportunity_id"]: self._body(place)["occupation"] for place in self._places("job")}
        introduced = [
            (e["person_id"], VOCABULARY.related(unnamed[e["person_id"]], jobs[e["opportunity_id"]]))
            for e in self.journal.those("approve")
            if e["done"] and e["person_id"] in unnamed
        ]
        return {
            "adults": sum(person.adult.unnamed for person in self.scenario.people),
            "by_a_related_one": len({person for person, near in introduced if near >= 250}),
            "by_an_unrelated_one": len({person for person, near in introduced if near < 250}),
        }

    def surprises(self) -> list[str]:
        """What was answered otherwise than it should, and what the scenario did not get to show."""
        back = {(e["partition"], e["offset"]): e for e in self.journal.those("rejected")}
        told = []
        for entry in self.journal.those("malformed"):
            answer = entry if entry.status else back.get((entry["partition"], entry["offset"]))
            if answer is None or entry["expected"] not in answer["codes"] or not answer["sentence"]:
                told.append(f"{entry.who} sent what is {entry['expected']} by {entry.door} and was answered otherwise")
        strangers = [e for e in self.journal.those("register") if e.who.startswith("stranger") and not e["refused"]]
        told += [f"the rubbish of {entry.who} was answered {entry.status}" for entry in strangers]
        return told + (self._not_shown() if self.scenario.size == Size() else [])

    def _not_shown(self) -> list[str]:
        """What the whole scenario is there to show, and did not."""
        told = [f"the scenario shows nothing that is {name}" for name, count in self.figures().items() if not count]
        related = self.related()
        if related["by_a_related_one"] * 2 < related["adults"]:
            told.append("fewer than half of those whose occupation no vacancy names were introduced by a related one")
        if related["by_an_unrelated_one"]:
            told.append("somebody was introduced by an occupation that is related to nothing")
        return told

    def decided(self) -> set[tuple[UUID, UUID]]:
        done = [e for e in self.journal.those("approve", "reject") if e["done"]]
        return {(UUID(e["person_id"] or e["interest_id"]), UUID(e["opportunity_id"])) for e in done}

    def standing(self) -> set[tuple[UUID, UUID]]:
        """The proposals that should stand now, by brute force."""
        return standing(self._seekers(), self._free_places(), self.decided())

    def _seekers(self) -> list[Side]:
        placed = {offer["offer_id"]: offer["kind"] for offer in self.offers if offer["state"] == "placed"}
        found = []
        for family in self.scenario.families:
            if family.left or not family.people[0].confirmed:
                continue
            for person in family.people:
                got = {placed[offer] for offer in person.offers if offer in placed}
                if person.confirmed and person.adult.wants_work and "job" not in got:
                    found.append(Side(UUID(self.ids[person][1]), "job", _needs(person)))
            housed = any(placed.get(offer) == "home" for person in family.people for offer in person.offers)
            awaits = family.people[0] is not family.people[-1] and not family.people[-1].confirmed
            if family.plan.home and not housed and not awaits:
                found.append(Side(UUID(self.ids[family.people[0]][0]), "home", family.plan.home))
        return found

    def _free_places(self) -> list[Side]:
        taken = Counter(offer["opportunity_id"] for offer in self.offers if offer["state"] == "placed")
        return [
            Side(UUID(place["opportunity_id"]), kind, body)
            for kind in ("job", "home")
            for place in self._places(kind)
            if place["state"] == "open" and taken[place["opportunity_id"]] < (body := self._body(place))["places"]
        ]

    def _places(self, kind: str) -> list[dict[str, Any]]:
        return [place for place in self.places if place["reference"].startswith("NV-" if kind == "job" else "LH-")]

    def _body(self, place: dict[str, Any]) -> dict[str, Any]:
        """What was last sent of it."""
        sent = (*self.scenario.vacancies, *self.scenario.dwellings)
        return next(body for body in sent if body["reference"] == place["reference"])

    def _taken(self, did: str) -> list[Any]:
        """What an owner did and was not refused: over HTTP it was answered so, on Kafka nothing came back."""
        return [
            e for e in self.journal.those(did) if e.get("taken") or (e.get("id") and e["id"] not in self.refused_inputs)
        ]

    def _leavings(self) -> list[Any]:
        return list(self.journal.those("withdraw", "erase"))


def _needs(person: Person) -> dict[str, Any]:
    adult = person.adult
    return {"occupations": [adult.occupation], "start": adult.start, "speaks": adult.speaks} | {
        "licences": adult.licences,
        "skills": adult.skills,
        "extent_percent": adult.extent_percent,
    }


def _ids(families: list[Family], log: Log) -> dict[Person, tuple[str, str]]:
    """Each adult's interest and person id: the household by its reference, its adults in the order they were asked."""
    found: dict[Person, tuple[str, str]] = {}
    of = {family.reference: family for family in families if family.reference}
    for interest_id, records in log.by_key("interests").items():
        family = of.get(reference("2580", UUID(interest_id)))
        asked = [record.value["person_id"] for record in records if record.type == "ConfirmationRequested"]
        found |= {person: (interest_id, id) for person, id in zip(family.people if family else (), asked, strict=False)}
    return found
