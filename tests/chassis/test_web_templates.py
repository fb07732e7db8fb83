"""Pages and mails: two languages, numbers and times in words, nothing unescaped, nothing undefined."""

from datetime import UTC, date, datetime

import pytest
from jinja2 import UndefinedError

from chassis.web import Templates
from chassis.web.catalogues import untranslated
from chassis.web.formats import Formats
from websample import application, browser

TEMPLATES = Templates()


def told(source: str, language: str = "sv", **context: object) -> str:
    return TEMPLATES._environments[language].from_string(source).render(**context)


def test_everything_the_chassis_says_is_said_in_english_too() -> None:
    assert untranslated("chassis.web", "en") == set()
    assert untranslated("websample", "en") == set()
    assert "Spara" in untranslated("websample", "fi")


def test_numbers_are_written_with_no_break_spaces() -> None:
    assert (Formats("sv").number(79244), Formats("en").number(79244)) == ("79\u00a0244", "79,244")
    assert (Formats("sv").kronor(11200), Formats("en").kronor(11200)) == ("11\u00a0200\u00a0kr", "SEK\u00a011,200")
    assert (Formats("sv").share(0.124), Formats("en").share(0.124)) == ("12\u00a0%", "12%")


def test_moments_are_told_in_words_in_stockholm() -> None:
    moment = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
    assert Formats("sv").moment(moment) == "torsdag 26 november kl.\u00a016.00"
    assert Formats("en").moment(moment) == "Thursday 26 November at\u00a016:00"
    assert Formats("sv").clock(moment) == "16.00"
    assert Formats("sv").day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)) == "1 januari 2027"
    assert Formats("en").day(date(2027, 2, 1)) == "1 February 2027"


def test_a_moment_without_a_time_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Formats("sv").moment(datetime(2026, 11, 26, 15, 0))  # noqa: DTZ001


def test_an_undefined_name_is_an_error_and_text_is_escaped() -> None:
    with pytest.raises(UndefinedError):
        TEMPLATES.render("error.html")
    text = 't("Sida %(now)s av %(total)s: %(name)s", now=1, total=2, name=name)'
    source = "{% autoescape true %}{{ " + text + " }}{% endautoescape %}"
    assert told(source, name="<b>") == "Sida 1 av 2: &lt;b&gt;"


def test_a_mail_as_text_is_not_escaped_and_a_language_we_lack_falls_to_swedish() -> None:
    templates = Templates("websample")
    assert templates.render("mail.txt", language="en", name="Malva & Ask") == "Hello Malva & Ask,\nMove to Luleå"
    assert templates.render("mail.txt", language="uk", name="Malva").startswith("Hej Malva,")


def test_plurals_follow_the_language() -> None:
    source = '{{ plural("En sak saknas eller stämmer inte", "%(n)s saker saknas eller stämmer inte", n) }}'
    assert [told(source, "en", n=n) for n in (1, 2)] == [
        "One thing is missing or not right",
        "2 things are missing or not right",
    ]
    assert told(source, n=2) == "2 saker saknas eller stämmer inte"


def test_the_macros_keep_the_score_and_its_reasons_together() -> None:
    html = told(
        '{% from "macros.html" import score_table %}{{ score_table("Skäl", [("Fyra rum", 260), ("Hiss", 80)]) }}'
    )
    assert '<rect class="k2" x="260" width="80" height="10"/>' in html
    assert '<td class="num">340</td>' in html
    assert "style=" not in html


async def test_the_language_is_chosen_remembered_and_falls_to_swedish() -> None:
    async with browser(application()) as client:
        assert '<html lang="sv">' in (await client.get("/form")).text
        assert '<html lang="en">' in (await client.get("/form", headers={"accept-language": "en-US,en;q=0.9"})).text
        assert '<html lang="sv">' in (await client.get("/form", headers={"accept-language": "de;q=x,,"})).text
        chosen = await client.get("/form?lang=en&step=3")
        assert 'href="?step=3&amp;lang=sv" lang="sv"' in chosen.text
        assert '<html lang="en">' in (await client.get("/form")).text
        assert client.cookies["intake-language"] == "en"
        assert (await client.get("/form?lang=xx")).status_code == 200


async def test_a_page_has_no_inline_style_or_script() -> None:
    async with browser(application()) as client:
        html = (await client.get("/form")).text
    assert "style=" not in html
    assert "<script" not in html
    assert "<h1>&lt;Formulär&gt;</h1>" in html
