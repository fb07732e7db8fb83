"""Why an introduction came to nothing, in words: the vocabulary's reason where it has one."""

from chassis.web.catalogues import Translator
from contracts.vocabulary import VOCABULARY, ReasonKind
from reporting.domain.figures import Ended

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
