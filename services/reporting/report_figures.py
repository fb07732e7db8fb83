"""The figures of a published report: of each kept indicator its table, its small picture, targets and forecasts in words."""

from collections.abc import Sequence
from datetime import date

from chassis.web.catalogues import Translator
from reporting.domain.document import Column, Section, Table
from reporting.domain.programme import Programme
from reporting.indicator_words import Say
from reporting.measured import CATALOGUE, Measured
from reporting.prefill import sentences
from reporting.sketch import sketch


def figures(t: Translator, programme: Programme, subject: str, as_of: date) -> list[Section]:
    """Of a goal, or below its assignment, as they stood when the period was published; none where no figures were kept."""
    level = 1 if programme.goal(subject) else 2
    links = {link.indicator: link for link in programme.links_of(subject)}
    made = []
    for kept in programme.kept:
        indicator = kept.described or CATALOGUE.of(kept.indicator)
        if (kept.subject, kept.as_of) == (subject, as_of) and indicator and kept.indicator in links:
            made.append(_section(t, Measured(links[kept.indicator], indicator, kept.standing), level))
    return made


def _section(t: Translator, one: Measured, level: int) -> Section:
    say, name = Say(t), one.indicator.name.spoken(t.language)
    told = tuple(sentence.words for sentence in sentences([one], t))
    rows = tuple(
        (say.period(row, one.indicator), row.source, None if row.value is None else say.value(row.value, one.indicator))
        for row in one.standing.rows
    )
    if not rows:
        return Section(name, told, level=level)
    columns = (Column("period", t("Tid")), Column("source", t("Källa")), Column("value", say.unit(one.indicator), True))
    last = one.standing.rows[-1].until
    table = Table(one.indicator.id, name, columns, rows, one.indicator.source.spoken(t.language), last)
    drawn = sketch(one.standing.rows, one.held, name)
    return Section(name, told, tables=(table,), pictures=((drawn, " ".join(told)),) if drawn else (), level=level)


def together(t: Translator, found: Sequence[Measured], programme: Programme, per: date) -> Table:
    """Every value of what a goal and its assignments are followed by; a share is in per mille, as it was measured."""
    columns = (
        Column("subject", t("Mål eller uppdrag")),
        Column("indicator", t("Indikator")),
        Column("from", t("Från")),
        Column("until", t("Till")),
        Column("unit", t("Enhet")),
        Column("source", t("Källa")),
        Column("value", t("Värde"), True),
    )
    rows = tuple(
        (
            one.link.subject,
            one.indicator.name.spoken(t.language),
            row.start.isoformat(),
            row.until.isoformat(),
            t("promille") if one.indicator.unit == "permille" else Say(t).unit(one.indicator),
            row.source,
            row.value,
        )
        for one in found
        for row in one.standing.rows
    )
    return Table("siffror", t("Siffrorna"), columns, rows, programme.source.name, per)
