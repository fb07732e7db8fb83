"""How far a household has come: its package (who has what), and the road with what has happened and what comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from contracts.fields import Kind
from matching.store.desk import Household, Shortlisted, Waiting
from matching.words import Words

Status = tuple[str, str, str | None]  # the tag's kind, its text, its icon where it isn't the kind's own
Station = tuple[Literal["past", "now", "next"], str, str]


@dataclass(frozen=True)
class Part:
    """A line of the package: what one of them looks for, or the household as a whole."""

    who: str
    what: str
    status: Status
    note: str = ""


def stages(home: Household, shortlist: Sequence[Shortlisted], words: Words) -> list[tuple[str, bool]]:
    """The five stations, each with whether it is reached."""
    t = words.t
    reached = [
        (t("Anmälda"), True),
        (t("Föreslagna"), bool(shortlist)),
        (t("Introducerade"), any(one.offer_state for one in shortlist)),
        (t("Båda ja"), any(one.offer_state == "placed" for one in shortlist)),
        (t("Inflyttade"), home.moved_in is not None),
    ]
    last = max(number for number, (_, here) in enumerate(reached) if here)
    return [(name, number <= last) for number, (name, _) in enumerate(reached)]


def package(home: Household, shortlist: Sequence[Shortlisted], words: Words) -> list[Part]:
    """What each of the household looks for and has found."""
    t, parts = words.t, list[Part]()

    def part(who: str, what: str, seeker: UUID, found: Sequence[Kind], *kinds: Kind) -> None:
        theirs = [one for one in shortlist if one.seeker_id == seeker and one.kind in kinds]
        parts.append(Part(who, what, _status(theirs, bool({*found} & {*kinds}), words), _note(theirs, words)))

    for person in home.adults:
        who, wished = t("Vuxen %(n)s", n=person.position), words.names(person.needs.occupations) if person.needs else ""
        if person.wants_work:
            part(who, wished or t("Arbete"), person.person_id, person.found, "job", "employment")
        else:
            parts.append(Part(who, wished or t("Arbete"), ("neu", t("Söker inte arbete"), None)))
        if person.learning:
            part(who, t("Utbildning"), person.person_id, person.found, "education")
        if person.belonging:
            part(who, t("Nätverk"), person.person_id, person.found, "network")
    for number in range(home.awaited):
        who = t("Vuxen %(n)s", n=len(home.adults) + number + 1)
        parts.append(Part(who, t("Inget är känt än"), ("neu", t("Väntar på medsökande"), "waiting")))
    for pupil in home.pupils:
        stage = words.name(pupil.needs.stage) if pupil.needs else t("Förskola eller skola")
        part(t("Barn %(n)s", n=pupil.position), stage, pupil.child_id, pupil.found, "school")
    if home.wants_home:
        part(t("Tillsammans"), t("Bostad"), home.interest_id, home.found, "home")
    return parts


def waiting_for(one: Shortlisted, words: Words) -> str:
    """Whose answer an open offer lacks."""
    t = words.t
    people = set(one.people) <= set(one.people_yes)
    owners = {
        "job": t("arbetsgivaren"),
        "employment": t("arbetsgivaren"),
        "home": t("hyresvärden"),
        "school": t("skolan"),
        "education": t("anordnaren"),
        "network": t("värden"),
    }
    if people:
        return t("Väntar på %(who)s", who=owners[one.kind])
    return t("Väntar på hushållet") if one.owner_yes else t("Väntar på hushållet och %(who)s", who=owners[one.kind])


def outcome(one: Shortlisted, words: Words) -> Status:
    """What became of a decided pair."""
    t = words.t
    if one.state == "referred":
        return "ok", t("Hänvisade"), None
    told: dict[str | None, Status] = {
        None: ("neu", t("Bortvald"), "stopped"),
        "open": ("at", waiting_for(one, words), None),
        "placed": ("ok", t("Båda ja"), None),
        "too_late": ("st", t("Platsen hann bli tagen"), None),
        "fell_through": ("st", _who_said_no(one, words), None),
        "lapsed": ("st", _who_was_silent(one, words), None),
        "withdrawn": ("st", t("Återtaget: %(why)s", why=words.reason("fell_through", one.ended_by or "")), None),
    }
    return told[one.offer_state]


def stations(home: Household, shortlist: Sequence[Shortlisted], words: Words) -> list[Station]:
    """What comes, then what has happened, the newest first."""
    t, moments = words.t, []
    coming: list[tuple[datetime, str]] = []
    for one in shortlist:
        title = one.facts.title
        if one.decided_at and one.decided_by:
            why = words.reason("approval" if one.state == "approved" else "rejection", one.reason) if one.reason else ""
            did = {
                "approved": t("%(who)s introducerade", who=one.decided_by),
                "rejected": t("%(who)s valde bort", who=one.decided_by),
                "referred": t("%(who)s hänvisade", who=one.decided_by),
            }[one.state]
            moments.append((one.decided_at, f"{did}: {title}. {why}." if why else f"{did}: {title}."))
        if one.ended_at:
            moments.append((one.ended_at, f"{title}: {outcome(one, words)[1]}."))
        elif one.answer_by:
            coming.append((one.answer_by, t("Svarstiden går ut: %(what)s.", what=title)))
    if home.ended_at:
        moments.append((home.ended_at, t("Hushållet drog tillbaka sin anmälan.")))
    moments.append((home.registered_at, t("Hushållet bekräftade sin anmälan.")))
    told: list[Station] = [("next", words.format.moment(when), text) for when, text in sorted(coming, reverse=True)]
    past = [(words.format.moment(when), text) for when, text in sorted(moments, reverse=True)]
    return told + [("past" if number else "now", when, text) for number, (when, text) in enumerate(past)]


def list_status(one: Waiting, words: Words) -> Status:
    """Where a household in the list stands."""
    t = words.t
    if one.state == "withdrawn":
        return "neu", t("Avslutad"), "stopped"
    if one.proposals:
        return "at", t("Du beslutar"), "unsure"
    if one.offers:
        return "go", t("Väntar på svar"), None
    return ("ok", t("Placerad"), None) if one.placements else ("neu", t("Inget förslag än"), None)


def _status(theirs: Sequence[Shortlisted], placed: bool, words: Words) -> Status:
    t = words.t
    if placed:
        return "ok", t("Båda ja"), None
    offers = [one for one in theirs if one.offer_state == "open"]
    if offers:
        return "at", waiting_for(offers[0], words), None
    proposals = sum(one.state == "proposed" for one in theirs)
    if proposals:
        return "at", t.plural("Ett förslag att besluta om", "%(n)s förslag att besluta om", proposals), "unsure"
    return "neu", t("Inget förslag än"), None


def _note(theirs: Sequence[Shortlisted], words: Words) -> str:
    placed = [one.facts.title for one in theirs if one.offer_state == "placed"]
    if placed:
        return placed[0]
    clocks = [one.answer_by for one in theirs if one.offer_state == "open" and one.answer_by]
    return words.t("Senast %(when)s", when=words.format.moment(min(clocks))) if clocks else ""


def _who_said_no(one: Shortlisted, words: Words) -> str:
    person = one.ended_by == "person"
    why = words.reason("person_decline" if person else "owner_refusal", one.end_reason or "")
    return words.t("Hushållet sa nej: %(why)s", why=why) if person else words.t("Ägaren sa nej: %(why)s", why=why)


def _who_was_silent(one: Shortlisted, words: Words) -> str:
    if one.ended_by == "both":
        return words.t("Tiden gick ut, ingen svarade")
    who = words.t("hushållet") if one.ended_by == "person" else words.t("ägaren")
    return words.t("Tiden gick ut, %(who)s svarade inte", who=who)
