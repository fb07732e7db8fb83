"""The kinds of text and code that the bodies are made of."""

from collections.abc import Callable, Container
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, ValidationInfo

from chassis.web import text
from contracts.municipalities import CONTROLLER
from contracts.vocabulary import VOCABULARY
from contracts.vocabulary.lists import ListName
from intake.bodies.reading import fault, now_of
from intake.domain import checks


def _must(check: Callable[[str], bool], code: str) -> AfterValidator:
    def checked(value: str) -> str:
        if not check(value):
            raise fault(code)
        return value

    return AfterValidator(checked)


def _known(there: Container[str], code: str) -> AfterValidator:
    return _must(lambda value: value in there, code)


def _of(name: ListName) -> AfterValidator:
    return _known(VOCABULARY.lists[name], "unknown_choice")


def _made(make: Callable[[str], str | None], code: str) -> AfterValidator:
    def made(value: str) -> str:
        result = make(value)
        if result is None:
            raise fault(code)
        return result

    return AfterValidator(made)


def _when(check: Callable[..., bool], code: str) -> AfterValidator:
    def checked(value: str, info: ValidationInfo) -> str:
        if not check(value, now_of(info)):
            raise fault(code)
        return value

    return AfterValidator(checked)


def _nothing(value: Any) -> Any:
    """An empty answer in a form is no answer."""
    return None if value == "" else value


Empty = BeforeValidator(_nothing)
_private = _must(lambda value: not checks.holds_identity_number(value), "identity_number")
_no_advertising = _must(lambda value: not checks.is_advertising(value), "web_address_in_name")

Name = Annotated[str, text(max=80), _private, _no_advertising]
Address = Annotated[str, text(max=254), _made(checks.address, "not_an_address")]
Phone = Annotated[str, text(max=30), _made(checks.phone, "not_a_phone_number")]
Words = Annotated[str, text(max=200, lines=True), _private]
Line = Annotated[str, text(max=200)]
Prose = Annotated[str, text(max=1000, lines=True)]

MONTH = _must(checks.is_month, "not_a_month")
ChildsMonth = Annotated[str, MONTH, _when(checks.is_childs_month, "not_a_childs_month")]
ComingMonth = Annotated[str, MONTH, _when(checks.is_within_reach, "month_out_of_reach")]
PastMonth = Annotated[str, MONTH, _when(checks.is_past, "not_when_you_left")]
RecentMonth = Annotated[str, MONTH, _when(checks.is_recent, "not_a_recent_month")]

Municipality = Annotated[str, _known(CONTROLLER, "unknown_municipality")]
OccupationId = Annotated[str, _known(VOCABULARY.occupations, "unknown_occupation")]
SkillId = Annotated[str, _known(VOCABULARY.skills, "unknown_skill")]
LanguageId = Annotated[str, _known(VOCABULARY.languages, "unknown_language")]
LicenceId = Annotated[str, _known(VOCABULARY.licences, "unknown_licence")]
AreaId = Annotated[str, _known(VOCABULARY.areas, "unknown_area")]
HoursId = Annotated[str, _of("hours")]
AdaptationId = Annotated[str, _of("adaptation")]
TenureId = Annotated[str, _of("tenures")]
AccessibilityId = Annotated[str, _of("accessibility")]
StageId = Annotated[str, _of("stages")]
ProfileId = Annotated[str, _of("profiles")]
SupportId = Annotated[str, _of("support")]
InterestId = Annotated[str, _of("interests")]
TimesId = Annotated[str, _of("times")]
ClosingReason = Annotated[str, _known(VOCABULARY.reasons["closing"], "unknown_reason")]
RefusalReason = Annotated[str, _known(VOCABULARY.reasons["owner_refusal"], "unknown_reason")]
DeclineReason = Annotated[str, _known(VOCABULARY.reasons["person_decline"], "unknown_reason")]
WithdrawalReason = Annotated[str, _known(VOCABULARY.reasons["withdrawal"], "unknown_reason")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
MessageId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]
Level = Literal["basic", "good", "fluent"]
SunLevel = Annotated[int, Field(ge=0, le=6)]  # SUN 2020, first digit
Percent = Annotated[int, Field(ge=10, le=100)]
