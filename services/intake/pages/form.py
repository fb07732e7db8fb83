"""The registration form's fields: from what a browser sends to the body all doors take, and from faults to fields."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.datastructures import FormData

from chassis.web import Fault
from chassis.web.catalogues import Translator
from contracts.vocabulary import VOCABULARY

ADULTS, CHILDREN, SKILLS = 2, 6, 6  # how many the form has room for
CHILD_ROWS = {str(n) for n in range(CHILDREN)}
SPOKEN = ("sv", "en")  # asked for on the form; others by JSON

# What to say where an answer is missing.
ASKS = {
    "name": "Skriv vad vi får kalla dig",
    "email": "Skriv en mejladress, så att vi kan svara",
    "words": "Skriv vad du arbetar med, eller ta bort krysset för arbete",
}
MISSING = ("missing", "text_too_short")
FIELD_OF = {  # where the form's field has another name than the body's
    "occupations": "words",
    "languages": "sv",
    "commute_max": "work-commute_max",
    "hours_refused": "work-hours_refused",
    "adapted_work": "adapted-work",
    "adaptation": "adapted-needs",
    "tenures": "more-tenures",
    "accessibility": "more-accessibility",
}


def _ids(records: Mapping[str, Any]) -> dict[str, str]:
    return {record.name(language).casefold(): id for id, record in records.items() for language in ("sv", "en")}


OCCUPATIONS, SKILL_IDS = _ids(VOCABULARY.occupations), _ids(VOCABULARY.skills)


def given(form: FormData) -> dict[str, Any]:
    """What was filled in, as the body of a registration."""
    return {
        "municipality": _text(form, "municipality") or "2580",
        "adults": [_adult(form, f"adults-{n}-") for n in range(2 if has_second(form) else 1)],
        "children": [month for month in _texts(form, "children") if month],
        "pupils": _pupils(form),
        "home": _home(form) if _text(form, "wants_home") else None,
        "consent": bool(_text(form, "consent")),
    }


def has_second(form: FormData) -> bool:
    """Whether something of the second adult is filled in."""
    return any(_text(form, f"adults-1-{field}") for field in ("name", "email", "words"))


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _texts(form: FormData, name: str) -> list[str]:
    return [value.strip() for value in form.getlist(name) if isinstance(value, str)]


def _adult(form: FormData, at: str) -> dict[str, Any]:
    skills = [skill for skill in _texts(form, f"{at}skills") if skill]
    known = [SKILL_IDS[skill.casefold()] for skill in skills if skill.casefold() in SKILL_IDS]
    others = [skill for skill in skills if skill.casefold() not in SKILL_IDS]
    about = "\n".join([*others, *filter(None, [_text(form, f"{at}about")])])
    return _answered(
        name=_text(form, f"{at}name"),
        email=_text(form, f"{at}email"),
        phone=_text(form, f"{at}phone") or None,
        language=_text(form, f"{at}language") or None,
        wants_work=bool(_text(form, f"{at}wants_work")),
        occupations=_occupations(form, f"{at}words"),
        skills=list(dict.fromkeys(known)),
        languages=[
            {"language": language, "level": level}
            for language in SPOKEN
            if (level := _text(form, f"{at}{language}")) and level != "none"
        ],
        licences=[licence for licence in _texts(form, f"{at}licences") if licence],
        extent_percent=_text(form, f"{at}extent_percent") or None,
        start=_text(form, f"{at}start") or None,
        commute_max=_text(form, f"{at}work-commute_max") or None,
        hours_refused=_texts(form, f"{at}work-hours_refused"),
        adapted_work=bool(_text(form, f"{at}adapted-work")),
        adaptation=_texts(form, f"{at}adapted-needs"),
        learning=_learning(form, f"{at}learning-"),
        belonging=_belonging(form, f"{at}belonging-"),
        about=about or None,
    )


def _occupations(form: FormData, name: str) -> list[dict[str, str]]:
    return [_occupation(words) for words in re.split(r"[,;\n]", _text(form, name)) if words.strip()]


def _occupation(words: str) -> dict[str, str]:
    id = OCCUPATIONS.get(words.strip().casefold())
    return {"id": id} if id else {"words": words}


def _learning(form: FormData, at: str) -> dict[str, Any] | None:
    """Who answers anything of it wants to learn."""
    if not _any_answer(form, at):
        return None
    return _answered(
        occupations=_occupations(form, f"{at}words"),
        level=_text(form, f"{at}level") or None,
        pace_percent=_text(form, f"{at}pace_percent") or None,
        start=_text(form, f"{at}start") or None,
    )


def _belonging(form: FormData, at: str) -> dict[str, Any] | None:
    if not _any_answer(form, at):
        return None
    return {"interests": _texts(form, f"{at}interests"), "times": _texts(form, f"{at}times")}


def _any_answer(form: FormData, at: str) -> bool:
    return any(name.startswith(at) and _text(form, name) for name in form)


def _pupils(form: FormData) -> list[dict[str, Any]]:
    """The children that are ticked, each by the row where its month of birth stands."""
    months = dict(enumerate(_texts(form, "children")))
    return [
        {
            "born": months.get(int(row), ""),
            "from_month": _text(form, "pupils-from_month"),
            "profiles": _texts(form, "pupils-profiles"),
            "support": _texts(form, "pupils-support"),
        }
        for row in _texts(form, "pupils")
        if row in CHILD_ROWS
    ]


def _home(form: FormData) -> dict[str, Any]:
    return _answered(
        rooms_min=_text(form, "home-rooms_min") or None,
        rent_max=re.sub(r"\s", "", _text(form, "home-rent_max")) or None,
        areas=_texts(form, "home-areas"),
        from_month=_text(form, "home-from_month") or None,
        tenures=_texts(form, "more-tenures"),
        accessibility=_texts(form, "more-accessibility"),
    )


def _answered(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def errors(faults: Iterable[Fault], t: Translator) -> dict[str, str]:
    """The faults as the form's field ids and sentences, in the order of the page; one for each field."""
    told: dict[str, str] = {}
    for fault in faults:
        field = _field(fault.get("pointer", "").split("/")[1:])
        ask = ASKS.get(field.rsplit("-", 1)[-1]) if fault["code"] in (*MISSING, "occupation_needed") else None
        told.setdefault(field, t(ask) if ask else fault["detail"])
    return told


def _field(steps: list[str]) -> str:
    match steps:
        case ["adults", number, "learning" | "belonging" as wish, name, *_]:
            return f"adults-{number}-{wish}-{FIELD_OF.get(name, name)}"
        case ["adults", number, name, *_]:
            return f"adults-{number}-{FIELD_OF.get(name, name)}"
        case ["pupils", _, "from_month" | "profiles" | "support" as name, *_]:
            return f"pupils-{name}"
        case ["home", name, *_]:
            return FIELD_OF.get(name, f"home-{name}")
        case ["home"]:
            return "wants_home"
        case [name, *_]:
            return name
    return "adults-0-name"
