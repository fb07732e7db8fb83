"""What a count of assignments says, in words that may stand beside the municipality's own."""

from collections import Counter
from collections.abc import Mapping

from chassis.web.catalogues import Translator
from reporting.domain.verdict import Reported, RollUp

SWEDISH = ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")
ENGLISH = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def sentence(counted: RollUp, now: Mapping[str, Reported], t: Translator) -> str:
    """How many go to plan, and how many don't, with the source's own word for it, or are silent."""
    whole = counted.assignments
    if not whole:
        return t("Inga uppdrag är givna.")
    if counted.all_to_plan:
        return t("Alla %(n)s pågår enligt plan.", n=_count(whole, t))
    said = []
    if counted.on_plan:
        n = _count(counted.on_plan, t).capitalize()
        said.append(t("%(n)s av %(whole)s pågår enligt plan.", n=n, whole=_count(whole, t)))
    for word, count in Counter(now[a.id].assessment.word for a in counted.off_plan).items():
        n = _count(count, t).capitalize()
        said.append(t("%(n)s: ”%(word)s”.", n=n, word=word))
    if counted.silent:
        n = _count(len(counted.silent), t)
        said.append(t("Om %(n)s finns ingen bedömning.", n=n))
    return " ".join(said)


def _count(n: int, t: Translator) -> str:
    words = SWEDISH if t.language == "sv" else ENGLISH
    return words[n] if n < len(words) else str(n)
