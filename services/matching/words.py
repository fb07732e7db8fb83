"""What needs, places and reasons are in words, in the reader's language."""

from collections.abc import Iterable
from datetime import date

from babel.dates import format_date

from chassis.web.catalogues import Translator
from chassis.web.formats import Formats
from contracts.interests import AdultNeeds, HomeNeeds
from contracts.matches import Reason, Reasons
from contracts.opportunities import Dwelling, Vacancy
from contracts.vocabulary import VOCABULARY
from contracts.vocabulary.records import ReasonKind

Pairs = list[tuple[str, str]]  # label and value


class Words:
    """Tells in one language. What this version's vocabulary does not know is told by its id."""

    def __init__(self, t: Translator) -> None:
        self.t, self.language, self.format = t, t.language, Formats(t.language)

    def name(self, id: str) -> str:
        try:
            return VOCABULARY.name(id, self.language)
        except KeyError:
            return id

    def names(self, ids: Iterable[str]) -> str:
        return ", ".join(self.name(id) for id in ids)

    def reason(self, kind: ReasonKind, code: str) -> str:
        try:
            return VOCABULARY.reason(kind, code, self.language)
        except KeyError:
            return code

    def choices(self, kind: ReasonKind) -> list[tuple[str, str]]:
        """The closed list of a kind, to choose from."""
        return [(code, reason.name(self.language)) for code, reason in VOCABULARY.reasons[kind].items()]

    def addends(self, reasons: Reasons) -> list[tuple[str, int]]:
        """Why two fit, as texts with points that sum to the score."""
        return [self.addend(reason) for reason in reasons.reasons]

    def addend(self, reason: Reason) -> tuple[str, int]:
        """One reason of a score: its text, what it speaks of, its points."""
        about = list(reason.about)
        if reason.code == "occupation_same":
            about = about[:1]
        between = " → " if reason.code == "occupation_related" else ", "
        spoken = between.join(self.name(id) for id in about)
        return f"{self.reason('score', reason.code)}: {spoken}" if spoken else self.reason(
            "score", reason.code
        ), reason.points

    def adult(self, needs: AdultNeeds) -> Pairs:
        t = self.t
        pairs = [
            (t("Söker"), self.names(needs.occupations)),
            (t("Kan"), self.names(needs.skills)),
            (t("Talar"), self.names(skill.language for skill in needs.languages)),
            (t("Behörighet"), self.names(needs.licences)),
            (t("Omfattning"), self.format.share(needs.extent_percent / 100)),
            (t("Kan börja"), self.month(needs.start)),
        ]
        return [(label, value) for label, value in pairs if value]

    def home(self, needs: HomeNeeds) -> Pairs:
        t = self.t
        pairs = [
            (t("Minst"), self.rooms(needs.rooms_min)),
            (t("Högst"), self.format.kronor(needs.rent_max) if needs.rent_max is not None else ""),
            (t("Område"), self.names(needs.areas) or t("Var som helst")),
            (t("Från"), self.month(needs.from_month)),
        ]
        return [(label, value) for label, value in pairs if value]

    def place(self, facts: Vacancy | Dwelling) -> Pairs:
        pairs = self._vacancy(facts) if isinstance(facts, Vacancy) else self._dwelling(facts)
        return [(label, value) for label, value in pairs if value]

    def _vacancy(self, job: Vacancy) -> Pairs:
        t = self.t
        return [
            (t("Arbetsgivare"), job.employer),
            (t("Yrke"), self.name(job.occupation)),
            (t("Måste"), self.names((*job.skills_required, *job.licences, *(d.language for d in job.languages)))),
            (t("Bra att ha"), self.names(job.skills_merited)),
            (t("Omfattning"), self.format.share(job.extent_percent / 100)),
            (t("Börjar"), self.month(job.start)),
            (t("Område"), self.name(job.area) if job.area else ""),
        ]

    def _dwelling(self, home: Dwelling) -> Pairs:
        t = self.t
        return [
            (t("Värd"), home.landlord),
            (t("Storlek"), f"{self.rooms(home.rooms)}, {self.format.number(home.size_m2)} m²"),
            (t("Hyra"), self.format.kronor(home.rent)),
            (t("Område"), self.name(home.area)),
            (t("Ledig"), self.month(home.available)),
        ]

    def rooms(self, number: int) -> str:
        return self.t.plural("ett rum", "%(n)s rum", number)

    def month(self, month: str | None) -> str:
        """2027-02 → februari 2027."""
        return format_date(date(int(month[:4]), int(month[5:]), 1), "LLLL y", locale=self.language) if month else ""
