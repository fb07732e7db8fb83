"""Indicators in words: what a goal asks, how it stands, what a forecast is and whose, what a pace takes."""

from chassis.web.catalogues import Translator
from chassis.web.formats import Formats
from reporting.domain.forecast import Forecast, Method, Pace
from reporting.domain.indicators import Described, Direction, Tendency
from reporting.domain.standing import Row
from reporting.domain.targets import (
    Band,
    Ceiling,
    Expectation,
    Floor,
    Goal,
    Judgement,
    LevelAt,
    ShareWithin,
    Verdict,
)

TAGS = {
    Verdict.MET: "ok",
    Verdict.IN_BAND: "ok",
    Verdict.BELOW: "at",
    Verdict.ABOVE: "at",
    Verdict.LEFT: "go",
    Verdict.NOT_MEASURED: "neu",
    Verdict.NOT_JUDGED: "neu",
}
ARROWS = {"rising": "↗", "falling": "↘", "unclear": "→", "too_few": "·"}


class Say:
    """Sentences in one language."""

    def __init__(self, t: Translator) -> None:
        self.t, self.formats = t, Formats(t.language)
        self.n = self.formats.number

    def goal(self, goal: Goal) -> str:
        t, n = self.t, self.n
        match goal:
            case Floor():
                return t("Minst %(low)s om året", low=n(goal.low))
            case Ceiling():
                return t("Högst %(high)s om året", high=n(goal.high))
            case Band():
                return t("%(low)s till %(high)s om året", low=n(goal.low), high=n(goal.high))
            case ShareWithin():
                told = {"percent": goal.percent, "part": self.part(goal.dimension, goal.part), "of": n(goal.of)}
                return t("Minst %(percent)s %% %(part)s av %(of)s: minst %(least)s", **told, least=n(goal.least(0)))
            case LevelAt():
                return t("%(level)s vid slutet av %(year)s", level=n(goal.level), year=goal.year)
            case Expectation():
                return goal.words.spoken(t.language)

    def verdict(self, judgement: Judgement | None) -> str:
        t = self.t
        if judgement is None:
            return t("Visas inte: för få")
        by = self.n(judgement.by)
        return {
            Verdict.MET: t("Nått"),
            Verdict.IN_BAND: t("Inom målet"),
            Verdict.BELOW: t("%(n)s under målet", n=by),
            Verdict.ABOVE: t("%(n)s över målet", n=by),
            Verdict.LEFT: t("%(n)s kvar", n=by),
            Verdict.NOT_MEASURED: t("Utfall saknas i källan"),
            Verdict.NOT_JUDGED: t("En förväntan: bedöms inte"),
        }[judgement.verdict]

    def tag(self, judgement: Judgement | None) -> str:
        return TAGS[judgement.verdict] if judgement else "neu"

    def tendency(self, found: Tendency) -> str:
        t = self.t
        word = {
            "rising": t("Ökar"),
            "falling": t("Minskar"),
            "unclear": t("Ingen tydlig riktning"),
            "too_few": t("För få mätningar"),
        }[found.trend]
        if not found.changes:
            return word
        return t("%(word)s: %(up)s av %(all)s uppåt", word=word, up=found.positive, all=found.changes)

    def forecast(self, found: Forecast) -> str:
        """Whose, by which method, and its range; a text's own words stand as they are."""
        t, language = self.t, self.t.language
        if found.whose == "written" and found.words:
            return t("Textens egen prognos: ”%(words)s”", words=found.words.spoken(language).removesuffix("."))
        number = self.n(round(found.value or 0, 1 if found.method is Method.RUN_RATE else None))
        if found.method is Method.RUN_RATE:
            told = {"year": found.year, "n": number, "low": self.n(found.low or 0)}
            return t("Vår framskrivning, i samma takt som hittills: %(n)s för hela %(year)s. Minst %(low)s.", **told)
        told = {"year": found.year, "n": number, "low": self.n(found.low or 0), "high": self.n(found.high or 0)}
        if found.method is Method.LAST_INCREASE:
            return t(
                "Vår framskrivning, varje år som det senaste: %(n)s år %(year)s. Mellan %(low)s och %(high)s.", **told
            )
        return t("Vår framskrivning, varje år som medelåret: %(n)s år %(year)s. Mellan %(low)s och %(high)s.", **told)

    def pace(self, found: Pace) -> str:
        t, needed, increase = self.t, self.n(found.needed), self.n(found.increase)
        if found.times is None or found.years is None:
            return t(
                "Målet kräver %(needed)s fler varje år. Det senaste året blev det %(n)s.", needed=needed, n=increase
            )
        told = {"needed": needed, "n": increase, "times": self.n(round(found.times, 2)), "years": found.years}
        return t(
            "Målet kräver %(needed)s fler varje år. Det senaste året blev det %(n)s: det behövs %(times)s gånger så många. "
            "I den takten tar vägen %(years)s år.",
            **told,
        )

    def period(self, row: Row, indicator: Described) -> str:
        day = self.formats.day
        if indicator.stock:
            return day(row.until)
        if indicator.reckoned:
            return f"{self.tertial(row)} {row.start.year}"
        if indicator.figure is not None:
            return f"{row.start:%Y-%m}"
        if (row.start.month, row.start.day) == (1, 1) and row.start.year == row.until.year:
            whole = (row.until.month, row.until.day) == (12, 31)
            return str(row.until.year) if whole else self.t("till och med %(day)s", day=day(row.until))
        return f"{day(row.start)}–{day(row.until)}"

    def tertial(self, row: Row) -> str:
        t = self.t
        return {1: t("januari–april"), 5: t("maj–augusti"), 9: t("september–december")}[row.start.month]

    def value(self, value: int, indicator: Described) -> str:
        return f"{self.n(value / 10)} %" if indicator.unit == "permille" else self.n(value)

    def unit(self, indicator: Described) -> str:
        t = self.t
        return {
            "people": t("personer"),
            "dwellings": t("bostäder"),
            "workplaces": t("arbetsplatser"),
            "households": t("hushåll"),
            "places": t("platser"),
            "permille": t("procent"),
            "count": t("antal"),
            "days": t("dagar"),
        }[indicator.unit]

    def direction(self, direction: Direction) -> str:
        t = self.t
        return {"more": t("Fler är bättre"), "less": t("Färre är bättre"), "none": t("Varken eller")}[direction]

    def part(self, dimension: str, part: str) -> str:
        t = self.t
        known = {"private": t("privata"), "public": t("offentliga")}
        told = {
            "left": t("har flyttat vidare"),
            "silent": t("har inte svarat"),
            "course": t("en utbildning lades ut sedan"),
            "nothing_told": t("ingen utbildning är känd"),
        }
        return {"sector": known, "answer": told, "became": told}.get(dimension, {}).get(part, part)

    def dimension(self, dimension: str) -> str:
        t = self.t
        return {
            "sector": t("Sektor"),
            "sni": t("Näringsgren (SNI)"),
            "size": t("Arbetsgivarens storlek"),
            "area": t("Område"),
            "answer": t("Svar"),
            "became": t("Vad det blev"),
        }[dimension]
