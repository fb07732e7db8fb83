"""Reading what somebody sent: either the whole is good, or every fault is told with code, pointer and a sentence."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo
from pydantic_core import PydanticCustomError

from chassis.web import Fault
from chassis.web.problems import pointer

SENTENCES = {
    "missing": "Saknas",
    "extra_forbidden": "Det fältet finns inte",
    "text_control_characters": "Texten har tecken som inte går att spara",
    "text_too_short": "Skriv minst %(min)s tecken",
    "text_too_long": "Skriv högst %(max)s tecken",
    "string_type": "Ska vara text",
    "string_pattern_mismatch": "Har inte den form som behövs",
    "int_type": "Ska vara ett heltal",
    "int_parsing": "Skriv ett tal med siffror",
    "int_from_float": "Ska vara ett heltal",
    "bool_type": "Ska vara true eller false",
    "bool_parsing": "Ska vara true eller false",
    "greater_than_equal": "Ska vara minst %(ge)s",
    "less_than_equal": "Ska vara högst %(le)s",
    "too_short": "Ska ha minst %(min_length)s",
    "too_long": "Får ha högst %(max_length)s",
    "literal_error": "Är inget av de val som finns",
    "uuid_parsing": "Är inget id (UUID)",
    "uuid_type": "Är inget id (UUID)",
    "model_type": "Ska vara ett objekt",
    "model_attributes_type": "Ska vara ett objekt",
    "list_type": "Ska vara en lista",
    "tuple_type": "Ska vara en lista",
    "not_an_address": "Skriv en mejladress, som namn@exempel.se",
    "not_a_phone_number": "Skriv ett telefonnummer med siffror, gärna med landsnummer: +46 70 123 45 67",
    "identity_number": "Skriv inte personnummer här. Vi behöver det inte",
    "web_address_in_name": "Skriv ett namn, utan webbadress",
    "not_a_month": "Skriv år och månad som 2027-02",
    "not_a_childs_month": "Skriv barnets födelsemånad som 2019-05. Den som har fyllt 20 anmäler sig själv",
    "month_out_of_reach": "Välj en månad från nu och högst tio år fram",
    "unknown_occupation": "Yrket finns inte i vår lista",
    "unknown_skill": "Kunskapen finns inte i vår lista",
    "unknown_language": "Språket finns inte i vår lista",
    "unknown_licence": "Behörigheten finns inte i vår lista",
    "unknown_choice": "Valet finns inte i vår lista",
    "unknown_area": "Området finns inte i kommunen",
    "area_elsewhere": "Området ligger i en annan kommun",
    "unknown_municipality": "Kommunen använder inte den här tjänsten",
    "unknown_reason": "Skälet finns inte i vår lista",
    "id_or_words": "Ange antingen ett id ur listan eller egna ord",
    "occupation_needed": "Skriv vad du arbetar med, eller ta bort krysset för arbete",
    "stage_needed": "Skriv när barnet är fött, eller vilket stadium barnet går i",
    "wish_needed": "Berätta vad ni söker: arbete, bostad, utbildning, en plats för barnen eller folk att lära känna",
    "same_address": "Varje vuxen behöver en egen mejladress",
    "consent_needed": "Kryssa i att ni vill att kommunen hanterar uppgifterna",
    "reason_needed": "Ett nej behöver ett skäl",
    "not_a_recent_month": "Välj månaden då ni flyttade in",
    "not_when_you_left": "Välj månaden då ni flyttade härifrån",
    "agreement_missing": "En pool behöver ett avtal, och ert avtal med kommunen är ett annat",
    "how_to_join_missing": "Skriv hur man ställer sig i kön, eller söker platsen",
    "other_municipality": "Ni har ingen överenskommelse i den kommunen",
    "unknown_type": "Typen är ingen av vacancy, employment, dwelling, school_places, course, circle, change, close, answer "
    "och measurement",
    "not_a_day": "Skriv en dag som 2026-12-31",
    "unknown_indicator": "Indikatorn finns inte bland dem som kan mätas",
    "unknown_part": "Delen finns inte i den indelningen",
    "other_unit": "Indikatorn mäts i en annan enhet",
    "period_backwards": "Perioden slutar innan den börjar",
    "measured_when": "Mätt ska vara en dag från periodens slut till i dag",
    "dimension_twice": "Samma indelning står två gånger",
    "reference_changed": "Referensen kan inte ändras",
}
GENERAL = "Går inte att förstå"

# Faults of a whole that are best told at one of its fields.
PLACES: dict[str, tuple[str | int, ...]] = {
    "occupation_needed": ("occupations",),
    "consent_needed": ("consent",),
    "same_address": ("adults", 1, "email"),
    "wish_needed": ("home",),
    "stage_needed": ("born",),
    "reason_needed": ("reason",),
    "how_to_join_missing": ("how_to_join",),
    "not_when_you_left": ("month",),
    "other_unit": ("unit",),
    "period_backwards": ("period_to",),
    "measured_when": ("measured_at",),
    "dimension_twice": ("breakdown",),
}

Body = TypeVar("Body", bound=BaseModel)
Say = Callable[..., str]  # a Translator: t("Skriv minst %(min)s tecken", min=2)


class Refused(ValueError):
    """What was sent has faults; all of them, in the order of the input."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(", ".join(sorted({fault["code"] for fault in faults})))
        self.faults = faults


class Strict(BaseModel):
    """A body: frozen, and no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def fault(code: str, *at: str | int) -> PydanticCustomError:
    """What a validator raises: told in the reader's language by `read`, at a place within what it checks."""
    return PydanticCustomError(code, "refused", {"at": at} if at else None)


def now_of(info: ValidationInfo) -> datetime:
    """The platform time that `read` was given."""
    now: datetime = info.context["now"]  # type: ignore[index]
    return now


def read(kind: type[Body], given: Any, now: datetime, say: Say) -> Body:
    """`given` (parsed JSON) as a body. Raises Refused, with sentences by `say`."""
    try:
        return kind.model_validate(given, context={"now": now})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        refused = [one for one in found if not _follows(one["type"], one["loc"], found)]
        raise Refused([told(one["type"], one["loc"], given, say, one.get("ctx")) for one in refused]) from None


def _follows(code: str, at: tuple[Any, ...], found: Sequence[Any]) -> bool:
    """Whether a list is only "too short" because pydantic left out an item that has a fault of its own."""
    return code == "too_short" and any(len(one["loc"]) > len(at) and one["loc"][: len(at)] == at for one in found)


def told(code: str, at: tuple[Any, ...], given: Any, say: Say, values: dict[str, Any] | None = None) -> Fault:
    """One fault in words. Its values are only numbers: never what was sent."""
    values = values or {}
    numbers = {name: value for name, value in values.items() if type(value) is int}
    at = (*at, *values.get("at", PLACES.get(code, ())))
    return Fault(code=code, pointer=pointer(at, given), detail=say(SENTENCES.get(code, GENERAL), **numbers))
