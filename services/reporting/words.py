"""Why an introduction came to nothing, and what is lacking, in words: the vocabulary's where it has them."""

from chassis.web.catalogues import Translator
from contracts.vocabulary import VOCABULARY, ReasonKind
from reporting.domain.figures import Ended, Need

CLOSED_LISTS: dict[tuple[str, str], ReasonKind] = {
    ("fell_through", "person"): "person_decline",
    ("fell_through", "owner"): "owner_refusal",
    ("withdrawn", ""): "fell_through",
}


def why(ended: Ended, t: Translator) -> str:
    """One line for a table. A reason that no list of ours knows is told by its code: it must not vanish."""
    if ended.outcome == "too_late":
        return t("Båda sa ja, men platsen hade gått till någon annan")
    if ended.outcome == "lapsed":
        silent = {"person": t("hushållet"), "owner": t("den som erbjöd platsen"), "both": t("båda")}[ended.side]
        return t("Inget svar i tid: %(who)s", who=silent)
    known = VOCABULARY.reasons[CLOSED_LISTS[ended.outcome, ended.side]]
    reason = known[ended.reason].name(t.language) if ended.reason in known else ended.reason
    if ended.outcome == "withdrawn":
        return t("Togs tillbaka: %(reason)s", reason=reason)
    if ended.side == "person":
        return t("Hushållet sa nej: %(reason)s", reason=reason)
    return t("Den som erbjöd platsen sa nej: %(reason)s", reason=reason)


def lacking(need: Need, t: Translator) -> str:
    """The skill or the places that would help. A word that no list of ours knows is told by its code."""
    sort = t("%(n)s rum", n=need.sort) if need.kind == "home" and need.sort.isdigit() else _named(need.sort, t)
    if need.skill:
        return t("%(skill)s, för att arbeta som %(occupation)s", skill=_named(need.skill, t), occupation=sort.lower())
    if need.area:
        return t("%(n)s fler i %(area)s: %(what)s", n=need.more, area=_named(need.area, t), what=sort)
    return t("%(n)s fler: %(what)s", n=need.more, what=sort)


def _named(code: str, t: Translator) -> str:
    try:
        return VOCABULARY.name(code, t.language)
    except KeyError:
        return code
