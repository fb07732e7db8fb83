"""What the figures say: the sentences that an officer starts from, to keep, change or leave out, each with where it is from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from chassis.web.catalogues import Translator
from reporting.domain.figures import Cell, totals
from reporting.domain.parts import Kept
from reporting.domain.standing import Row
from reporting.domain.targets import Expectation
from reporting.indicator_words import Say
from reporting.measured import Measured


@dataclass(frozen=True)
class Sentence:
    """`origin` names the indicator that it came from; '' is what happened on the platform."""

    words: str
    origin: str


def so_far(cells: Iterable[Cell], per: date, t: Translator) -> str:
    """From January to and with the month of `per`; '' when nothing has happened."""
    first, last = f"{per.year}-01", per.isoformat()[:7]
    counted = totals(cell for cell in cells if first <= cell.month <= last)
    said = [
        (counted["confirmed"], t("%(n)s hushåll har bekräftat sin anmälan", n=counted["confirmed"])),
        (counted["introduced"], t("%(n)s introduktioner har gjorts", n=counted["introduced"])),
        (counted["placed"], t("%(n)s har lett till ett ja från båda", n=counted["placed"])),
        (counted["moved_in"], t("%(n)s hushåll har flyttat in", n=counted["moved_in"])),
    ]
    told = [words for n, words in said if n]
    return t("Till och med %(month)s: %(said)s.", month=last, said=", ".join(told)) if told else ""


def sentences(
    found: Iterable[Measured], t: Translator, since: date | None = None, kept: Sequence[Kept] = ()
) -> list[Sentence]:
    """Of each indicator: the number, the year before and the targets; then a forecast with whose and by which method.

    `since` is the last period's day, `kept` what was published then: what has moved is told from what to what.
    """
    said = []
    for one in found:
        name, say = one.indicator.name.spoken(t.language), Say(t)
        told = [_latest(one, name, say), *_targets(one, say)]
        said += [Sentence(" ".join(told), name), *(Sentence(say.forecast(f), name) for f in one.standing.forecasts)]
        if since and (moved := _moved(one, name, since, kept, say)):
            said.append(Sentence(moved, name))
    return said


def _latest(one: Measured, name: str, say: Say) -> str:
    latest, t = one.standing.latest, say.t
    if latest is None:
        return t("%(name)s: utfall saknas i källan.", name=name)
    told = {"name": name, "n": _value(latest, one, say), "period": say.period(latest, one.indicator)}
    if before := _year_before(one, latest):
        said = {"before": _value(before, one, say), "earlier": say.period(before, one.indicator)}
        return t("%(name)s: %(n)s, %(period)s, mot %(before)s, %(earlier)s.", **told, **said)
    return "{name}: {n}, {period}.".format(**told)


def _year_before(one: Measured, latest: Row) -> Row | None:
    ended = [row for row in one.standing.rows if row.until.year == latest.until.year - 1]
    same = [row for row in ended if (row.until.month, row.until.day) == (latest.until.month, latest.until.day)]
    found = same or ended
    return found[-1] if found else None


def _targets(one: Measured, say: Say) -> list[str]:
    return [
        say.t(
            "Mål: %(goal)s. %(verdict)s.", goal=say.goal(held.target.goal).lower(), verdict=say.verdict(held.judgement)
        )
        for held in one.held
        if not isinstance(held.target.goal, Expectation)
    ]


def _moved(one: Measured, name: str, since: date, kept: Iterable[Kept], say: Say) -> str:
    """'' where nothing was known then, or nothing new is known now."""
    then, now = _then(one, since, kept), one.standing.latest
    if then is None or now is None or (then.until, then.value) == (now.until, now.value):
        return ""
    told = {"name": name, "day": say.formats.day(since), "n": _value(now, one, say)}
    period = say.period(now, one.indicator)
    if now.value is not None and now.value == then.value:
        return say.t(
            "%(name)s, sedan förra uppföljningen, per %(day)s: oförändrat %(n)s (%(period)s).", **told, period=period
        )
    before = {"before": _value(then, one, say), "earlier": say.period(then, one.indicator)}
    return say.t(
        "%(name)s, sedan förra uppföljningen, per %(day)s: från %(before)s (%(earlier)s) till %(n)s (%(period)s).",
        **told,
        **before,
        period=period,
    )


def _then(one: Measured, since: date, kept: Iterable[Kept]) -> Row | None:
    """The latest that the last report said; where none was published here, the latest that had ended by then."""
    key = (one.link.subject, one.indicator.id, since)
    for standing in (part.standing for part in kept if (part.subject, part.indicator, part.as_of) == key):
        return standing.latest
    ended = [row for row in one.standing.rows if row.until <= since]
    return ended[-1] if ended else None


def _value(row: Row, one: Measured, say: Say) -> str:
    return ".." if row.value is None else say.value(row.value, one.indicator)
