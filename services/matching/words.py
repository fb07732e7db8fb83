"""What needs, places and reasons are in words, in the reader's language."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from babel.dates import format_date

from chassis.web.catalogues import Translator
from chassis.web.formats import Formats
from contracts.fields import Kind
from contracts.interests import AdultNeeds, BelongingNeeds, ChildNeeds, HomeNeeds, LearningNeeds
from contracts.opportunities import Circle, Course, Dwelling, Employment, Place, SchoolPlaces, Vacancy, kind_of
from contracts.vocabulary import VOCABULARY
from contracts.vocabulary.records import ReasonKind
from matching.telling import Telling

Pairs = list[tuple[str, str]]  # label and value


class Words:
    """Tells in one language. What this version's vocabulary does not know is told by its id."""

    def __init__(self, t: Translator) -> None:
        self.t, self.language, self.format = t, t.language, Formats(t.language)
        self.telling = Telling("sv" if t.language == "sv" else "en", self.name)

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

    def learning(self, needs: LearningNeeds) -> Pairs:
        t = self.t
        pairs = [
            (t("Vill bli"), self.names(needs.occupations)),
            (t("Vill lära sig"), self.names(needs.skills_wanted)),
            (t("Har läst"), self.names(needs.prior)),
            (t("Studietakt"), self.format.share(needs.pace_percent / 100)),
            (t("Kan börja"), self.month(needs.start)),
        ]
        return [(label, value) for label, value in pairs if value]

    def belonging(self, needs: BelongingNeeds) -> Pairs:
        t = self.t
        pairs = [
            (t("Intressen"), self.names(needs.interests)),
            (t("Talar"), self.names(needs.languages)),
            (t("Område"), self.names(needs.areas)),
            (t("Tider"), self.names(needs.times)),
        ]
        return [(label, value) for label, value in pairs if value]

    def child(self, needs: ChildNeeds) -> Pairs:
        t = self.t
        pairs = [
            (t("Stadium"), self.name(needs.stage)),
            (t("Från"), self.month(needs.from_month)),
            (t("Område"), self.names(needs.areas)),
            (t("Inriktning"), self.names(needs.profiles)),
            (t("Stöd"), self.names(needs.support)),
        ]
        return [(label, value) for label, value in pairs if value]

    def place(self, facts: Place) -> Pairs:
        told: dict[Kind, Callable[[Any], Pairs]] = {
            "job": self._job,
            "employment": self._employment,
            "home": self._home,
            "school": self._school,
            "education": self._course,
            "network": self._circle,
        }
        return [(label, value) for label, value in told[kind_of(facts)](facts) if value]

    def owner(self, facts: Place) -> str:
        """Whose place it is."""
        for name in ("employer", "landlord", "provider", "host"):
            if owner := getattr(facts, name, None):
                return str(owner)
        return facts.title

    def kind(self, kind: Kind) -> str:
        t = self.t
        names = {
            "job": t("jobb"),
            "home": t("bostad"),
            "school": t("förskola eller skola"),
            "education": t("utbildning"),
            "network": t("nätverk"),
            "employment": t("anpassat arbete"),
        }
        return names[kind]

    def sort(self, kind: Kind, sort: str | None, area: str | None) -> str:
        """A sort of places of a kind, where they lie."""
        what = self.kind(kind)
        if sort:
            what = f"{what}, {self.rooms(int(sort)) if kind == 'home' else self.name(sort)}"
        return f"{what}, {self.name(area)}" if area else what

    def _job(self, job: Vacancy) -> Pairs:
        t = self.t
        return [
            (t("Arbetsgivare"), job.employer),
            (t("Yrke"), self.name(job.occupation)),
            (t("Måste"), self.names((*job.skills_required, *job.licences, *(d.language for d in job.languages)))),
            (t("Bra att ha"), self.names(job.skills_merited)),
            (t("Omfattning"), self.format.share(job.extent_percent / 100)),
            (t("Arbetstider"), self.names(job.hours)),
            (t("Börjar"), self.month(job.start)),
            (t("Område"), self.name(job.area) if job.area else ""),
        ]

    def _employment(self, work: Employment) -> Pairs:
        return [*self._job(work), (self.t("Anpassning på plats"), self.names(work.adaptation))]

    def _home(self, home: Dwelling) -> Pairs:
        t = self.t
        return [
            (t("Värd"), home.landlord),
            (t("Storlek"), f"{self.rooms(home.rooms)}, {self.format.number(home.size_m2)} m²"),
            (t("Hyra"), self.format.kronor(home.rent)),
            (t("Område"), self.name(home.area)),
            (t("Ledig"), self.month(home.available)),
            (t("Upplåtelse"), self.name(home.tenure) if home.tenure != "tenancy" else ""),
            (t("Tillgänglighet"), self.names(home.accessibility or ())),
        ]

    def _school(self, school: SchoolPlaces) -> Pairs:
        t = self.t
        return [
            (t("Stadier"), self.names(school.stages)),
            (t("Område"), self.name(school.area) if school.area else ""),
            (t("Ledig"), self.month(school.available)),
            (t("Inriktning"), self.names(school.profiles)),
            (t("Stöd"), self.names(school.support)),
        ]

    def _course(self, course: Course) -> Pairs:
        t = self.t
        return [
            (t("Anordnare"), course.provider),
            (t("Leder till"), self.names(course.leads_to)),
            (t("Lär ut"), self.names(course.teaches)),
            (t("Studietakt"), self.format.share(course.pace_percent / 100)),
            (t("Börjar"), self.month(course.start)),
            (t("Plats"), t("På distans") if course.distance else ""),
        ]

    def _circle(self, circle: Circle) -> Pairs:
        t = self.t
        return [
            (t("Värd"), circle.host),
            (t("Intressen"), self.names(circle.interests)),
            (t("Talar"), self.names(circle.languages)),
            (t("Område"), self.name(circle.area) if circle.area else ""),
            (t("Tider"), self.names(circle.times)),
        ]

    def rooms(self, number: int) -> str:
        return self.t.plural("ett rum", "%(n)s rum", number)

    def month(self, month: str | None) -> str:
        """2027-02 → februari 2027."""
        return format_date(date(int(month[:4]), int(month[5:]), 1), "LLLL y", locale=self.language) if month else ""
