"""The figures of a published report: of each kept indicator its table, its small picture, targets and forecasts in words."""

from chassis.web.catalogues import Translator
from reporting.domain.document import Column, Section, Table
from reporting.domain.programme import Programme
from reporting.indicator_words import Say
from reporting.measured import CATALOGUE, Measured
from reporting.prefill import sentences
from reporting.sketch import sketch


def figures(t: Translator, programme: Programme, subject: str, as_of: object) -> list[Section]:
    """Of a goal or an assignment, as they stood when the period was published; none where no figures were kept."""
    links = {link.indicator: link for link in programme.links_of(subject)}
    made = []
    for kept in programme.kept:
        indicator = CATALOGUE.of(kept.indicator)
        if (kept.subject, kept.as_of) == (subject, as_of) and indicator and kept.indicator in links:
            made.append(_section(t, Measured(links[kept.indicator], indicator, kept.standing), programme))
    return made


def _section(t: Translator, one: Measured, programme: Programme) -> Section:
    say, name = Say(t), one.indicator.name.spoken(t.language)
    told = tuple(sentence.words for sentence in sentences([one], t))
    rows = tuple(
        (say.period(row, one.indicator), row.source, None if row.value is None else say.value(row.value, one.indicator))
        for row in one.standing.rows
    )
    if not rows:
        return Section(name, told)
    columns = (Column("period", t("Tid")), Column("source", t("Källa")), Column("value", say.unit(one.indicator), True))
    last = one.standing.rows[-1].until
    table = Table(one.indicator.id, name, columns, rows, one.indicator.source.spoken(t.language), last)
    drawn = sketch(one.standing.rows, one.held, name)
    return Section(name, told, tables=(table,), pictures=((drawn, " ".join(told)),) if drawn else ())
