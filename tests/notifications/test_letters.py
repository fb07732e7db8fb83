"""Every letter in every language: whole, with the place it is about, and without a trace of a template."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.web.catalogues import untranslated
from notifications.domain import TEMPLATES
from notifications.letters import Letters, Unwritable
from notifications.senders import Answer
from notifications.store import Message

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
JOB = {"title": "Svetsare", "owner": "Norrverk AB", "own_reference": "N-17"}
HOME = {"title": "Tre rum på Kronan", "owner": "Lulehem AB", "own_reference": "L-4"}
HOME |= {"rooms": "3", "size_m2": "74", "rent": "11200", "available": "2027-02"}
SCHOOL = {"title": "Kronans förskola", "owner": "", "own_reference": "S-2", "how_to_join": "Sök på webben."}
COURSE = {"title": "Svetsutbildning", "owner": "Lärcentrum", "own_reference": "K-9"}
CIRCLE = {"title": "Språkkafé", "owner": "Bya-nät", "own_reference": "B-1"}
PLACES = {"job": JOB, "employment": JOB, "home": HOME, "school": SCHOOL, "education": COURSE, "network": CIRCLE}
NOT_OF_A_PLACE = ("confirm", "still_here")
LETTERS = Letters("inflyttning@inflytt.example")


def message(template: str, kind: str, adults: str) -> Message:
    facts = {
        "kind": kind,
        "adults": adults,
        "side": "owner",
        "silent": "owner",
        "way": "join_queue",
        "wait_months": "3",
        "months": "12",
        "answer_by": "2026-11-26T15:00:00+00:00",
    }
    who: dict[str, Any] = {"partner_id": "lulehem"} if template == "owner_offer" else {"person_id": UUID(int=9)}
    about: dict[str, Any] = {"interest_id": UUID(int=1), "offer_id": UUID(int=2), "municipality": "2580"}
    return Message(message_id=UUID(int=3), template=template, language="sv", facts=facts, **who, **about)


def answer(**more: Any) -> Answer:
    given = {"address": "ask@inflytt.example", "name": "Ask Lind", "link": "http://x.test/min-sida/abc"}
    return Answer.model_validate({"message_id": UUID(int=3), "wanted": True, **given, **more})


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize(("kind", "adults"), [*((kind, "1") for kind in PLACES), ("home", "2"), ("school", "2")])
def test_every_letter_reads_whole(template: str, language: str, kind: str, adults: str) -> None:
    place = PLACES[kind]
    mail = LETTERS.written(message(template, kind, adults), place, answer(language=language), NOW)
    text = mail.get_content()
    assert "http://x.test/min-sida/abc\n" in text
    assert not any(part in text + mail["Subject"] for part in ("{", "}", "%(", "None", "\n\n\n"))
    assert ("Lule" in text, mail["Content-Language"]) == (True, language)
    if template not in NOT_OF_A_PLACE:
        assert place["title"] in text
        assert place["owner"] in text


def test_a_home_is_told_with_rooms_rent_and_when_it_is_free() -> None:
    mail = LETTERS.written(message("offer", "home", "2"), HOME, answer(), NOW)
    text = mail.get_content().replace("\xa0", " ")
    assert mail["Subject"].replace("\xa0", " ") == "Ett hem till er: svara senast torsdag 26 november kl. 16.00"
    assert "3 rum, 74 m², 11 200 kr i månaden, ledig från februari 2027." in text
    assert "båda behöver säga ja" in text


WORK = ("job", "employment")
WORDS = {
    "home": ("hem", "bostad"),
    "school": ("skola", "barn"),
    "education": ("utbildning",),
    "network": ("lära känna", "bjud", "välkommen", "gärna", "blev inte av", "fullt"),
    "job": ("jobb", "arbetsgivare", "tjänst"),
}


@pytest.mark.parametrize("template", [name for name in TEMPLATES if name not in NOT_OF_A_PLACE])
@pytest.mark.parametrize("kind", PLACES)
def test_every_letter_is_about_the_kind_of_place_it_is_about(template: str, kind: str) -> None:
    mail = LETTERS.written(message(template, kind, "1"), PLACES[kind] | {"title": "X", "owner": "Y"}, answer(), NOW)
    text = f"{mail['Subject']}\n{mail.get_content()}".lower()
    own = WORDS.get(kind, WORDS["job"])
    assert any(word in text for word in own)
    assert not any(
        word in text for other, words in WORDS.items() if words != own for word in words if other != "network"
    )


def test_a_letter_never_tells_that_work_is_adapted() -> None:
    for template in TEMPLATES:
        plain, adapted = (LETTERS.written(message(template, kind, "1"), JOB, answer(), NOW) for kind in WORK)
        assert (plain["Subject"], plain.get_content()) == (adapted["Subject"], adapted.get_content())


def test_whether_they_live_here_still_is_asked_of_one_or_of_two() -> None:
    alone, both = (LETTERS.written(message("still_here", "home", adults), {}, answer(), NOW) for adults in "12")
    assert (alone["Subject"], both["Subject"]) == ("Bor du kvar i Luleå?", "Bor ni kvar i Luleå?")
    assert "ungefär ett år sedan flytten hit" in alone.get_content()
    assert "räcker det att en av er svarar" in both.get_content()
    assert "räcker det" not in alone.get_content()


def test_where_one_has_to_apply_oneself_the_offer_says_how() -> None:
    assert "Sök på webben." in LETTERS.written(message("offer", "school", "1"), SCHOOL, answer(), NOW).get_content()
    assert "söker man" not in LETTERS.written(message("offer", "job", "1"), JOB, answer(), NOW).get_content()


def test_the_headers_name_the_message_and_keep_answering_machines_away() -> None:
    mail = LETTERS.written(message("confirm", "job", "1"), {}, answer(name="Åsa Öst"), NOW)
    assert mail["Message-ID"] == f"<{UUID(int=3)}@inflytt.example>"
    assert mail["To"].addresses[0].display_name == "Åsa Öst"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert b"\xc3" not in bytes(mail)


@pytest.mark.parametrize("address", ["", "ask", "ask@inflytt.example\r\nBcc: all@x.example", "a@b@c"])
def test_an_address_that_no_header_can_hold_is_not_written_to(address: str) -> None:
    with pytest.raises(Unwritable):
        LETTERS.written(message("confirm", "job", "1"), {}, answer(address=address), NOW)


def test_every_text_is_there_in_english() -> None:
    assert untranslated("notifications", "en") == {"%(title)s, %(owner)s.", "%(title)s."}  # names, the same in both
