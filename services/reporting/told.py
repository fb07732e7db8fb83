"""What a count of assignments says, in words that may stand beside the municipality's own."""

from collections import Counter
from collections.abc import Mapping

from chassis.web.catalogues import Translator
from reporting.domain.verdict import Reported, RollUp

SWEDISH = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")
ENGLISH = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def sentence(counted: RollUp, now: Mapping[str, Reported], t: Translator) -> str:
    """How many are done or go to plan, and how many don't, with the source's own word for it, or are silent."""
    whole = counted.assignments
    if not whole:
        return t("Inga uppdrag är givna.")
    if counted.all_to_plan:
        return _all(counted, t)
    said = []
    if counted.on_plan:
        told = {"n": _count(counted.on_plan, t).capitalize(), "whole": _count(whole, t)}
        if counted.done:
            said.append(t("%(n)s av %(whole)s är slutförda eller pågår enligt plan.", **told))
        else:
            said.append(t("%(n)s av %(whole)s pågår enligt plan.", **told))
    for word, count in Counter(now[a.id].assessment.word for a in counted.off_plan).items():
        n = _count(count, t).capitalize()
        said.append(t("%(n)s: ”%(word)s”.", n=n, word=word))
    if counted.silent:
        n = _count(len(counted.silent), t)
        said.append(t("Om %(n)s finns ingen bedömning.", n=n))
    return " ".join(said)


def _all(counted: RollUp, t: Translator) -> str:
    n = _count(counted.assignments, t)
    if counted.done == counted.assignments:
        return t("Alla %(n)s är slutförda.", n=n)
    if counted.done:
        return t("Alla %(n)s är slutförda eller pågår enligt plan.", n=n)
    return t("Alla %(n)s pågår enligt plan.", n=n)


def _count(n: int, t: Translator) -> str:
    words = SWEDISH if t.language == "sv" else ENGLISH
    return words[n] if n < len(words) else str(n)
