"""An audited proposal is made again from the very words that it was made from, and held against what was written down."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from chassis.records import Heard, Stream
from contracts.matches import MatchProposed, Reasons
from matching.domain import proof
from matching.domain.audit import Differs, Entry, replay
from matching.domain.kinds.shape import Kind
from matching.domain.proof import Gone, NoPair
from matching.yardstick import all_kinds

Verdict = Literal["same", "differs", "erased", "other_vocabulary", "not_noted", "not_in_the_log"]
WRONG: tuple[Verdict, ...] = ("differs", "not_in_the_log")
Position = tuple[Stream, int]  # and the version in it


@dataclass(frozen=True)
class Judged:
    """What came of one proposal. `why`: what differs, or what is missing."""

    verdict: Verdict
    why: str = ""


class Words:
    """What was said on the topics, opened where it still can be."""

    def __init__(self, heard: Iterable[Heard]) -> None:
        self.at: dict[Position, Heard] = {}
        self.of: dict[UUID, Heard] = {}
        for one in heard:
            if one.envelope is not None and one.event is not None:
                self.at[one.stream, one.envelope.version] = one
                self.of[one.envelope.id] = one


def keys_needed(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """Whose words, by topic, all the proposals among the entries were made from and said with."""
    found: dict[str, set[str]] = {"interests": set(), "opportunities": set(), "matches": set()}
    for inputs in (json.loads(entry.inputs) for entry in entries if entry.kind == "proposed"):
        found["interests"].add(inputs["interest_id"])
        found["matches"].add(inputs["interest_id"])
        found["opportunities"].add(inputs["opportunity_id"])
    return found


def subjects(entries: Iterable[Entry]) -> set[UUID]:
    """Whose keys the hashes of the proposals among the entries were made with."""
    return {_subject(json.loads(entry.inputs)) for entry in entries if entry.kind == "proposed"}


def judge(entry: Entry, words: Words, keys: Mapping[UUID, bytes]) -> Judged:
    """Makes a `proposed` entry's reasons again and compares them, byte for byte. Pure."""
    inputs = json.loads(entry.inputs)
    kind = all_kinds()[inputs["kind"]]
    if inputs["made_from"] is None:
        return Judged("not_noted", "it was said before versions were kept")
    if (version := inputs["made_from"]["vocabulary"]) != kind.version:
        return Judged("other_vocabulary", f"it was made with version {version}, this is {kind.version}")
    made_from = {name: words.at.get(position) for name, position in _positions(inputs).items()}
    if missing := [name for name, heard in made_from.items() if heard is None]:
        return Judged("not_in_the_log", f"no version {inputs['made_from'][missing[0]]} of the {missing[0]}")
    key = keys.get(_subject(inputs))
    try:
        reasons = _again(kind, inputs, {name: heard for name, heard in made_from.items() if heard})
    except Gone:
        return Judged("erased")
    except NoPair as why:
        return Judged("differs", str(why))
    if key is None or json.loads(entry.outputs)["reasons"] is None:
        return Judged("erased")
    found = replay(entry, lambda _: proof.outcome(reasons, key))
    if isinstance(found, Differs):
        return Judged("differs", _where(words.of.get(UUID(inputs["event"])), reasons))
    return Judged("same")


def unlike(entries: Sequence[Entry], words: Words, household: str, unsent: Collection[UUID]) -> list[str]:
    """Where the chain and what was said of the household are not the same: who wrote a whole chain anew is found here.

    `unsent`: events that wait in the outbox. What was said before the first entry is older than the audit.
    """
    entered = {UUID(json.loads(entry.inputs)["event"]): (nth, entry) for nth, entry in enumerate(entries, start=1)}
    stream = ("matching", "matches", household)
    said = {h.envelope.id: h for (of, _), h in words.at.items() if of == stream and h.envelope}
    versions = [h.envelope.version for id, h in said.items() if id in entered and h.envelope]
    found = [f"entry {nth}: nobody said so" for id, (nth, _) in entered.items() if id not in said and id not in unsent]
    for id, heard in said.items():
        assert heard.envelope is not None
        if id in entered and not _alike(entered[id][1], heard):
            found.append(f"entry {entered[id][0]}: something else was said")
        elif id not in entered and versions and heard.envelope.version > min(versions):
            found.append(f"{heard.envelope.type}, version {heard.envelope.version}: no entry tells of it")
    return found


def _alike(entry: Entry, heard: Heard) -> bool:
    """Whether the entry is what would be written down of this event, its reasons apart: those are made again."""
    assert heard.envelope is not None
    said = proof.line(heard.event, heard.envelope.id, heard.envelope.actor, heard.envelope.time.isoformat(), {})
    inputs, outputs = json.loads(entry.inputs), json.loads(entry.outputs)
    if isinstance(heard.event, MatchProposed):
        outputs["reasons"] = None
    return (entry.kind, inputs, outputs, entry.by, entry.at) == (said.kind, said.inputs, said.outputs, said.by, said.at)


def _positions(inputs: Mapping[str, Any]) -> dict[str, Position]:
    streams: dict[str, Stream] = {
        "interest": ("intake", "interests", inputs["interest_id"]),
        "opportunity": ("intake", "opportunities", inputs["opportunity_id"]),
        "assessment": ("matching", "matches", inputs["interest_id"]),
    }
    versions = inputs["made_from"]
    return {name: (stream, versions[name]) for name, stream in streams.items() if versions[name] is not None}


def _subject(inputs: Mapping[str, Any]) -> UUID:
    return UUID(inputs["person_id"] or inputs["interest_id"])


def _again(kind: Kind, inputs: Mapping[str, Any], made_from: Mapping[str, Heard]) -> Reasons:
    home, place = made_from["interest"], made_from["opportunity"]
    assessed = made_from["assessment"].event if "assessment" in made_from else None
    seeker = proof.seeker(home.event, kind, UUID(inputs["seeker"]), _municipality(home), assessed)
    return proof.again(kind, seeker, proof.place(place.event, kind, _municipality(place)))


def _municipality(heard: Heard) -> str:
    assert heard.envelope is not None
    return heard.envelope.municipality


def _where(said: Heard | None, now: Reasons) -> str:
    """The first line that is not the same as when it was said, where what was said can still be read."""
    event = said.event if said else None
    then = event.reasons.value if isinstance(event, MatchProposed) else None
    if then is None:
        return "what was said then can't be read"
    if then == now:
        return "what was said then comes out again, but is not what was written down"
    for before, after in zip(then.reasons, now.reasons, strict=False):
        if before != after:
            return f"{before.code} gave {before.points} points, and now {after.code} gives {after.points}"
    return f"{len(then.reasons)} lines, and now {len(now.reasons)}"
