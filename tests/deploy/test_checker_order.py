"""The judge of a run: versions at every consumer, parked keys, causes, and capacity at every moment; all in memory."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence_sample import HOME, HOME_OFFER, INTEREST, JOB_MATCH, JOB_OFFER, World, journal, told
from inflytt.audit import capacity
from inflytt.audit.log import Log, Record
from inflytt.chaos.checks import judge
from inflytt.chaos.evidence import Evidence
from inflytt.players.journal import Journal


@pytest.fixture
def world() -> World:
    return told()


@pytest.fixture
def kept(tmp_path: Path) -> Journal:
    return journal(tmp_path / "journal.jsonl")


def found(kept: Journal, evidence: Evidence) -> dict[str, list[str]]:
    return {name: sentences for name, sentences in vars(judge(kept, evidence)).items() if sentences}


def the(world: World, type: str, nth: int = 0) -> Record:
    return [record for record in world.records if record.type == type][nth]


def swap(rows: list[Any], a: int, b: int, *names: str) -> None:
    for name in names:
        rows[a][name], rows[b][name] = rows[b][name], rows[a][name]


# versions per key, in topics and at every consumer


def test_versions_that_come_the_other_way_round_are_an_inversion(kept: Journal, world: World) -> None:
    first, second = (world.records.index(the(world, type)) for type in ("ConfirmationRequested", "InterestRegistered"))
    evidence = world.evidence()
    world.records[first], world.records[second] = world.records[second], world.records[first]
    assert any("version 2 came after 0" in sentence for sentence in found(kept, evidence)["inversions"])


def test_another_event_with_the_id_of_one_is_a_duplicate(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    world.records.insert(3, replace(world.records[2], raw=b"{}"))
    assert any("another event has its id" in sentence for sentence in found(kept, evidence)["duplicates"])


def test_a_topic_whose_first_records_are_gone_has_lost_something(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    evidence.log.cut = ["interests/0"]
    assert found(kept, evidence) == {"lost": ["lost: topic interests/0 (Kafka): its first records are gone"]}


@pytest.mark.parametrize("service", ["matching", "notifications", "reporting"])
def test_a_consumer_that_took_a_later_version_first_is_named(kept: Journal, world: World, service: str) -> None:
    evidence = world.evidence()
    rows = evidence.rows(service, "inbox")
    ids = [row["event_id"] for row in rows]
    swap(rows, *(ids.index(the(world, type).id) for type in ("ConfirmationRequested", "InterestRegistered")), "taken")
    inversions = found(kept, evidence)["inversions"]
    assert any(f"{service} took version 2 of key {INTEREST} before version 1" in sentence for sentence in inversions)


def test_events_that_a_consumer_took_together_are_in_order(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    for row in evidence.rows("matching", "inbox"):
        row["taken"] = 700
    assert found(kept, evidence) == {}


@pytest.mark.parametrize(("less", "kind"), [(1, "lost"), (-1, "phantoms")])
def test_a_consumer_whose_own_count_of_a_key_is_another_than_the_topics_is_named(
    kept: Journal, world: World, less: int, kind: str
) -> None:
    evidence = world.evidence()
    evidence.rows("reporting", "heard")[0]["version"] -= less
    told = found(kept, evidence)
    assert told.keys() == {kind}
    assert "reporting has handled" in told[kind][0]


def test_a_consumer_that_counts_a_key_of_which_no_topic_tells_is_named(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    stranger = {"source": "intake", "topic": "interests", "key": "i-2", "version": 1}
    evidence.rows("notifications", "heard").append(stranger)
    assert "notifications has handled 1 of 0" in found(kept, evidence)["phantoms"][0]


@pytest.mark.parametrize(("more", "kind"), [(1, "lost"), (-1, "phantoms")])
def test_a_publisher_whose_count_is_another_than_the_topics_is_named(
    kept: Journal, world: World, more: int, kind: str
) -> None:
    evidence = world.evidence()
    evidence.rows("matching", "streams")[0]["version"] += more
    assert "matching has said" in found(kept, evidence)[kind][0]


# parked keys


def parked(
    world: World, *versions: int, states: tuple[str, ...] = ("failed", "behind", "behind", "behind")
) -> Evidence:
    """Reporting has parked these versions of the household's key, and has handled those before the first."""
    evidence = world.evidence()
    stream = {"source": "intake", "topic": "interests", "key": INTEREST}
    for row in evidence.rows("reporting", "heard"):
        if row.items() >= stream.items():
            row["version"] = 2
    evidence.rows("reporting", "parked").extend(
        {"id": n, "consumer": "reporting", "event_id": "x", "version": v, "state": states[n], "error": "", **stream}
        for n, v in enumerate(versions)
    )
    return evidence


def test_what_is_parked_is_named_and_stands_in_order(kept: Journal, world: World) -> None:
    told = found(kept, parked(world, 3, 4))
    assert told.keys() == {"lost"}
    assert len(told["lost"]) == 2


@pytest.mark.parametrize("versions", [(4, 3), (3, 3), (4,), (3,), (2, 3, 4), (3, 4, 5)])
def test_a_parked_key_out_of_order_or_handled_past_is_an_inversion(
    kept: Journal, world: World, versions: tuple[int, ...]
) -> None:
    assert any(
        "where [3, 4] must stand" in sentence for sentence in found(kept, parked(world, *versions))["inversions"]
    )


def test_what_was_tried_behind_a_parked_event_is_an_inversion(kept: Journal, world: World) -> None:
    told = found(kept, parked(world, 3, 4, states=("failed", "failed")))
    assert any("has tried what stands behind" in sentence for sentence in told["inversions"])


def test_a_record_that_nobody_can_read_blocks_no_key(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    stranger = {"id": 1, "source": "", "topic": "interests", "key": None, "version": None, "event_id": None}
    evidence.rows("reporting", "parked").append({**stranger, "state": "unreadable", "error": "no key"})
    assert found(kept, evidence).keys() == {"lost"}


# nothing downstream of what was rolled back


def test_an_event_whose_cause_is_in_no_topic_is_a_phantom(kept: Journal, world: World) -> None:
    cause = replace(the(world, "InterestRegistered"), headers={"ce_id": "e-999"})
    world.say("matches", INTEREST, "MatchRetracted", cause, match_id=JOB_MATCH)
    assert any("its cause e-999 is in no topic" in sentence for sentence in found(kept, world.evidence())["phantoms"])


def test_an_event_whose_cause_its_service_rolled_back_is_a_phantom(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    for row in evidence.rows("matching", "heard"):
        row["version"] = 1
    assert any("matching has not handled its cause, InterestRegistered" in s for s in found(kept, evidence)["phantoms"])


def test_an_event_caused_by_what_its_service_does_not_read_is_a_phantom(kept: Journal, world: World) -> None:
    world.say("matches", INTEREST, "MatchRetracted", the(world, "MessageSent"), match_id="m")
    phantoms = found(kept, world.evidence())["phantoms"]
    assert any("its cause is in messages, which matching does not read" in sentence for sentence in phantoms)


def test_effects_that_come_in_another_order_than_their_causes_are_an_inversion(kept: Journal, world: World) -> None:
    late, early = the(world, "OfferAccepted"), the(world, "InterestRegistered")
    for n, cause in enumerate((late, early)):
        world.say("matches", INTEREST, "MatchProposed", cause, match_id=f"m-{n}")
    assert any("version 2 of" in sentence for sentence in found(kept, world.evidence())["inversions"])


def test_an_event_that_a_consumer_took_and_no_topic_has_is_a_phantom(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    evidence.rows("matching", "inbox").append({"event_id": "e-999", "taken": 999})
    assert "it was taken, and is in no topic" in found(kept, evidence)["phantoms"][0]


def test_events_of_a_key_that_their_service_never_counted_are_phantoms(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    evidence.rows("intake", "streams").pop(0)
    assert any("intake no count of them" in sentence for sentence in found(kept, evidence)["phantoms"])


# capacity, at every moment


class Day:
    """One place and what happens to it, told in order."""

    def __init__(self, places: int, allocation: str = "owner_decides") -> None:
        self.world, self.seats = World(), 0
        self.publish("DwellingListed", places, allocation)

    def publish(self, type: str, places: int, allocation: str = "owner_decides") -> Record:
        facts = {"places": places, "allocation": allocation}
        return self.world.say("opportunities", HOME, type, opportunity_id=HOME, **facts)

    def close(self) -> Record:
        return self.world.say("opportunities", HOME, "OpportunityClosed", opportunity_id=HOME)

    def offer(self, offer: str, type: str = "OfferMade", cause: Record | None = None, **more: Any) -> None:
        about = {"opportunity_id": HOME, "kind": "home", "interest_id": f"i-{offer}", "people": []}
        self.world.say("matches", f"i-{offer}", type, cause, offer_id=offer, **about, **more)

    def yes(self, offer: str) -> Record:
        return self.world.say("opportunities", HOME, "OwnerAnswered", offer_id=offer, answer="yes")

    def place(self, offer: str, cause: Record | None = None, seat: int | None = None) -> None:
        self.seats += 1
        self.offer(offer, "PlacementMade", cause, seat=seat or self.seats)

    @property
    def told(self) -> list[str]:
        return [finding.told for finding in capacity.exceeded(Log(self.world.records))]


def test_as_many_placements_as_places_are_fine_and_one_more_is_not() -> None:
    day = Day(places=2)
    for offer in ("a", "b", "c"):
        day.offer(offer)
    for offer in ("a", "b"):
        day.place(offer, day.yes(offer))
    assert day.told == []
    day.place("c", day.yes("c"))
    assert day.told == ["3 placements and 2 places"]


def test_more_places_that_come_later_do_not_excuse_what_was_given_before() -> None:
    day = Day(places=1)
    for offer in ("a", "b"):
        day.offer(offer)
        day.place(offer, day.yes(offer))
    day.publish("DwellingChanged", 2)
    assert day.told == ["2 placements and 1 places"]


def test_an_owner_who_asks_for_fewer_takes_nothing_back_but_gives_nothing_more() -> None:
    day = Day(places=3)
    for offer in ("a", "b"):
        day.place(offer, day.yes(offer))
    day.publish("DwellingChanged", 1)
    assert day.told == []
    day.place("c", day.yes("c"))
    assert day.told == ["3 placements and 1 places"]


def test_a_change_that_matching_may_not_have_heard_excuses_what_stood_before_it() -> None:
    day = Day(places=2)
    day.place("a", day.yes("a"))
    yes = day.yes("b")
    day.publish("DwellingChanged", 1)
    day.place("b", yes)  # the answer was handled before the change
    assert day.told == []


def test_what_the_owner_said_before_the_yes_was_heard_before_the_placement() -> None:
    day = Day(places=2)
    day.place("a", day.yes("a"))
    day.publish("DwellingChanged", 1)
    day.yes("b")
    day.place("b")  # by the last adult's answer, which says nothing of what was heard from the owner
    assert day.told == ["2 placements and 1 places"]


def test_a_yes_to_an_offer_that_ended_otherwise_may_not_have_been_heard() -> None:
    day = Day(places=1)
    day.offer("a")
    day.offer("b")
    yes = day.yes("b")
    day.publish("DwellingChanged", 0)
    day.yes("a")
    day.offer("a", "OfferWithdrawn")
    day.place("b", yes)
    assert day.told == []


@pytest.mark.parametrize("type", capacity.POSTINGS)
def test_every_way_of_publishing_tells_how_many_places_there_are(type: str) -> None:
    day = Day(places=0)
    day.publish(type, 1)
    day.place("a", day.yes("a"))
    assert day.told == []
    day.place("b", day.yes("b"))
    assert day.told == ["2 placements and 1 places"]


def test_a_pool_is_never_promised_twice() -> None:
    day = Day(places=1, allocation="pool")
    day.offer("a")
    day.offer("b")
    assert day.told == ["0 given and 2 promised of a pool of 1"]


@pytest.mark.parametrize("end", ["OfferWithdrawn", "OfferLapsed", "AcceptanceTooLate", "PlacementFellThrough"])
def test_a_pools_place_can_be_promised_again_when_an_offer_has_ended(end: str) -> None:
    day = Day(places=1, allocation="pool")
    day.offer("a")
    day.offer("a", end)
    day.offer("b")
    assert day.told == []


def test_what_is_given_of_a_pool_is_not_promised_again() -> None:
    day = Day(places=1, allocation="pool")
    day.offer("a")
    day.place("a", day.yes("a"))
    day.offer("b")
    assert day.told == ["1 given and 1 promised of a pool of 1"]


def test_an_owner_who_decides_may_be_asked_about_more_people_than_there_are_places() -> None:
    day = Day(places=1)
    day.offer("a")
    day.offer("b")
    assert day.told == []


def test_a_seat_that_is_given_twice_or_left_out_is_named() -> None:
    day = Day(places=5)
    day.place("a", day.yes("a"))
    day.place("b", day.yes("b"), seat=1)
    day.place("c", day.yes("c"), seat=4)
    assert day.told == ["seat 1 was given as number 2", "seat 4 was given as number 3"]


def test_nothing_is_given_of_a_place_that_has_closed() -> None:
    day = Day(places=2)
    before = day.yes("a")
    day.close()
    day.place("a", before)
    assert day.told == []
    day.place("b", day.yes("b"))
    assert day.told == ["PlacementMade after it had closed"]
    day.offer("c")
    assert day.told[1:] == ["OfferMade after it had closed"]


def test_what_an_offer_was_withdrawn_for_has_been_heard() -> None:
    day = Day(places=2)
    day.offer("a")
    day.offer("a", "OfferWithdrawn", day.close())
    day.offer("b")
    assert day.told == ["OfferMade after it had closed"]


def test_what_happened_to_another_place_says_nothing_of_this_one() -> None:
    day = Day(places=2)
    day.offer("a")
    yes = day.yes("b")
    day.close()
    elsewhere = [day.world.say("opportunities", "other", "OwnerAnswered", offer_id="x", answer="yes") for _ in range(9)]
    day.offer("a", "OfferWithdrawn", elsewhere[-1])
    day.place("b", yes)
    assert day.told == []


def test_an_adult_gets_one_job_and_a_household_one_home(kept: Journal, world: World) -> None:
    for kind, who in (("job", "people"), ("home", "interest_id")):
        told = the(world, "PlacementMade", kind == "home").value
        assert told["kind"] == kind
        elsewhere = told | {"offer_id": "o-9", "opportunity_id": "x", "interest_id": "i-2", "people": ["p-2"]}
        world.say("matches", "i-2", "PlacementMade", **elsewhere | {who: told[who]})
    exceeded = [s for s in found(kept, world.evidence())["exceeded"] if "had placed already" in s]
    assert len(exceeded) == 2
    assert f"whom {JOB_OFFER} had placed already got another job" in exceeded[0]
    assert f"whom {HOME_OFFER} had placed already got another home" in exceeded[1]


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("opportunities", {"taken": 0}, "0 are taken, and the topic gives seats [1]"),
        ("opportunities", {"places": 0}, "1 are taken of 0"),
        ("seats", {"seat": 2}, "1 are taken, and the offers gives seats [2]"),
    ],
)
def test_rows_that_count_otherwise_than_was_given_are_named(
    kept: Journal, world: World, table: str, change: dict[str, int], sentence: str
) -> None:
    evidence = world.evidence()
    evidence.rows("matching", table)[0].update(change)
    assert any(sentence in told for told in found(kept, evidence)["exceeded"])


def test_two_households_in_one_home_are_named_by_topic_and_tables(kept: Journal, world: World) -> None:
    evidence = world.evidence()
    evidence.rows("matching", "seats").append({"offer_id": "o-9", "opportunity_id": HOME, "seat": 1})
    assert any("the offers gives seats [1, 1]" in told for told in found(kept, evidence)["exceeded"])


def test_a_placement_without_everybodys_yes_is_named(kept: Journal, world: World) -> None:
    world.records.remove(the(world, "OfferAccepted"))
    assert any("before everybody had said yes" in sentence for sentence in found(kept, world.evidence())["inversions"])


@pytest.mark.parametrize(
    ("type", "value", "kind", "sentence"),
    [
        ("MatchReviewed", {"match_id": JOB_MATCH, "decision": "rejected"}, "inversions", "its match is rejected"),
        ("OfferMade", {"match_id": JOB_MATCH, "offer_id": "o-9"}, "duplicates", "the match was introduced twice"),
        ("OfferLapsed", {"offer_id": JOB_OFFER}, "duplicates", "it ended more than once: placed, lapsed"),
        ("OfferLapsed", {"offer_id": "o-9"}, "lost", "it was answered or ended, and never made"),
    ],
)
def test_a_road_that_nobody_may_walk_is_named(
    kept: Journal, world: World, type: str, value: dict[str, str], kind: str, sentence: str
) -> None:
    world.say("matches", INTEREST, type, **{"opportunity_id": HOME, "kind": "home", "people": [], **value})
    assert any(sentence in told for told in found(kept, world.evidence())[kind])


@pytest.mark.parametrize(
    ("kinds", "twice"),
    [
        (("job", "job"), True),
        (("job", "employment"), True),
        (("education", "education"), True),
        (("home", "home"), True),
        (("job", "education"), False),
        (("home", "school"), False),
        (("network", "network"), False),
        (("school", "school"), False),  # two children
    ],
)
def test_nobody_is_placed_twice_in_what_one_has_once(kinds: tuple[str, str], twice: bool) -> None:
    world = World()
    for number, kind in enumerate(kinds):
        place, offer, about = f"place-{number}", f"offer-{number}", {"kind": kind, "match_id": f"match-{number}"}
        told = {"offer_id": offer, "interest_id": "i", "people": ["ask"], "opportunity_id": place, **about}
        world.say("opportunities", place, "CircleOffered", opportunity_id=place, places=1, allocation="owner_decides")
        world.say("matches", "i", "MatchProposed", child_id=f"child-{number}" if kind == "school" else None, **about)
        world.say("matches", "i", "OfferMade", **told)
        yes = world.say("opportunities", place, "OwnerAnswered", offer_id=offer, answer="yes")
        world.say("matches", "i", "PlacementMade", yes, seat=1, **told)
    assert bool(list(capacity.exceeded(Log(world.records)))) is twice
