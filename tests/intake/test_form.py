"""What the form asks beyond work and a home: closed until wanted, taken as told, and open where it is wrong."""

import re
from typing import Any

import pytest

from contracts.interests import BelongingNeeds, InterestRegistered
from intakesample import FORM

MORE = {
    "adults-0-work-commute_max": "45",
    "adults-0-work-hours_refused": "night",
    "adults-0-adapted-work": "yes",
    "adults-0-adapted-needs": ["quiet-workplace", "close-mentor"],
    "adults-0-learning-words": "undersköterska",
    "adults-0-learning-level": "3",
    "adults-0-belonging-interests": "sports",
    "children": ["2019-05", "", "2025-01"],
    "pupils": ["0", "2"],
    "pupils-from_month": "2027-08",
    "pupils-profiles": "mother-tongue",
    "more-tenures": "co-op",
    "more-accessibility": "lift",
}


async def registered(world: Any, **fields: Any) -> Any:
    answer = await world.press("/anmal", **FORM, **fields)
    assert answer.status_code == 303, answer.text
    (asked,) = await world.said()
    (person,) = await world.people(str(asked.interest_id))
    await world.press((await world.letter(person))["link"])
    (said,) = await world.said()
    assert isinstance(said, InterestRegistered)
    return said


async def test_everything_the_form_asks_is_told(world: Any) -> None:
    said = await registered(world, **MORE)
    (adult,) = said.adults
    assert (adult.needs.value.commute_max, adult.needs.value.hours_refused) == (45, ("night",))
    assert (adult.needs.value.adapted_work, adult.needs.value.adaptation) == (True, ("quiet-workplace", "close-mentor"))
    assert (adult.learning.value.level, adult.learning.value.pace_percent) == (3, 100)
    assert "underskoterska" in adult.learning.value.occupations
    assert adult.belonging.value == BelongingNeeds(interests=("sports",), languages=("sv",))
    assert [child.needs.value.stage for child in said.pupils] == ["2", "preschool"]
    assert {child.needs.value.profiles for child in said.pupils} == {("mother-tongue",)}
    assert (said.home.value.tenures, said.home.value.accessibility) == (("co-op",), ("lift",))


async def test_who_opens_no_section_asks_for_nothing_more(world: Any) -> None:
    said = await registered(world, children=["2019-05"])
    assert (said.adults[0].learning, said.adults[0].belonging, said.pupils) == (None, None, ())
    assert said.adults[0].needs.value.adapted_work is False


async def test_every_section_is_closed_on_an_empty_form_and_every_question_has_a_label(world: Any) -> None:
    page = (await world.client.get("/anmal")).text
    assert "<details open" not in re.sub(r' class="[^"]*"', "", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', page))
    asked = re.findall(r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|checkbox|radio)")[^>]* id="([^"]+)"', page)
    assert set(asked) <= labelled


@pytest.mark.parametrize(
    ("fields", "at", "section"),
    [
        ({"pupils": ["1"], "children": ["2019-05", ""]}, "pupils", "Vi behöver förskole- eller skolplats"),
        ({"pupils": ["0"], "children": ["2019-05"], "pupils-from_month": "1999-01"}, "pupils-from_month", "Vi behöver"),
        ({"adults-0-work-commute_max": "långt"}, "adults-0-work-commute_max", "Resväg och arbetstider"),
        ({"adults-0-learning-start": "1999-01"}, "adults-0-learning-start", "Jag vill studera"),
        ({"adults-0-belonging-interests": "magi"}, "adults-0-belonging-interests", "Jag vill lära känna folk"),
        ({"adults-0-adapted-needs": "magi"}, "adults-0-adapted-needs", "Jag behöver anpassning"),
        ({"more-tenures": "slott"}, "more-tenures", "Boendeform"),
    ],
)
async def test_a_fault_in_a_section_opens_it_and_is_linked_to_its_field(
    world: Any, fields: dict[str, Any], at: str, section: str
) -> None:
    answer = await world.press("/anmal", **FORM, **fields)
    assert answer.status_code == 422
    assert f'<a href="#{at}">' in answer.text
    assert re.search(rf'\bid="{at}"', answer.text)
    opened = re.findall(r"<details[^>]* open>\s*<summary>([^<]*)", answer.text)
    assert any(summary.startswith(section) for summary in opened)


async def test_the_form_speaks_english_all_the_way(world: Any) -> None:
    page = (await world.client.get("/anmal?lang=en")).text
    for words in ("I want to study", "Quiet", "quiet workplace", "Which children need a place?", "Mother tongue"):
        assert words.lower() in page.lower()
