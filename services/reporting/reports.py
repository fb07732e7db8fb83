"""A goal's follow-up as a document for a board: made of what was known at a moment, so that it can be made again."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from chassis.web.catalogues import Translator, sv
from reporting.domain.document import Column, Document, Section, Table
from reporting.domain.programme import Assessment, Assignment, Goal, Programme, Summary
from reporting.domain.verdict import (
    Reported,
    RollUp,
    disagrees,
    outrun,
    own_standing,
    responsible,
    roll_up,
    slips,
    standing,
    summary,
    wildcards,
)
from reporting.report_figures import figures

NO_OWN = sv("har inte lämnat någon egen bedömning")


def goal_report(
    t: Translator,
    programme: Programme,
    goal: Goal,
    told: Sequence[Reported],
    own_told: Sequence[Reported],
    per: date,
    known: datetime,
) -> Document:
    """`told` is every assessment ever recorded, `own_told` the boards' own; `programme` is as it was known at `known`."""
    now, own = standing(told, per, known), own_standing(own_told, per, known)
    assignments = programme.assignments_of(goal.id, per)
    return Document(
        title=t("Mål %(n)s: %(title)s", n=goal.number, title=goal.title),
        lead=t(
            "Uppföljning per %(per)s, som det var känt %(known)s.", per=per.isoformat(), known=known.date().isoformat()
        ),
        language=t.language,
        as_of=per,
        source=programme.source.name,
        sections=(
            _goal(t, programme, goal, now.get(goal.id)),
            _together(t, programme, goal, assignments, now, per),
            *figures(t, programme, goal.id, per),
            *(
                section
                for one in assignments
                for section in (
                    _assignment(t, programme, one, now.get(one.id), told, per),
                    *_own(t, programme, one, now.get(one.id), own, per),
                    *figures(t, programme, one.id, per),
                )
            ),
        ),
    )


def matrix(
    t: Translator, programme: Programme, goal: Goal, own: Mapping[tuple[str, str], Reported], per: date
) -> Table:
    """A row for each board or company and assignment: whether it is named or answers by `all`, and its own word."""
    columns = (
        Column("unit", t("Nämnd eller bolag")),
        Column("assignment", t("Uppdrag")),
        Column("via", t("Utpekad")),
        Column("own", t("Egen bedömning")),
        Column("as_of", t("Per")),
    )
    rows = [
        (
            bearer.unit.name,
            f"{one.number}. {one.short}",
            t("via alla") if bearer.via else t("vid namn"),
            *((said.assessment.word, said.assessment.as_of.isoformat()) if said else (t(NO_OWN), "–")),
        )
        for one in programme.assignments_of(goal.id, per)
        for bearer in responsible(programme, one.id, per)
        for said in (own.get((one.id, bearer.unit.id)),)
    ]
    return Table("ansvar", t("Vem som ansvarar"), columns, tuple(rows), programme.source.name, per)


def overview(t: Translator, programme: Programme, goal: Goal, now: Mapping[str, Reported], per: date) -> Table:
    """A row for each assignment: the legend's word beside the source's own."""
    columns = (
        Column("assignment", t("Uppdrag")),
        Column("status", t("Läge")),
        Column("word", t("Källans ord")),
        Column("as_of", t("Per")),
        Column("expected", t("Väntas klart")),
    )
    scale = programme.scale(goal.assignment_scale)
    rows = []
    for one in programme.assignments_of(goal.id, per):
        said = now[one.id].assessment if one.id in now else None
        stands = (
            (scale.level(said.status).meaning, said.word, said.as_of.isoformat(), said.expected or "–")
            if said
            else ("–",) * 4
        )
        rows.append((f"{one.number}. {one.short}", *stands))
    return Table("uppdrag", t("Uppdragen"), columns, tuple(rows), programme.source.name, per)


def _goal(t: Translator, programme: Programme, goal: Goal, said: Reported | None) -> Section:
    if said is None:
        return Section(t("Bedömning av målet"), (goal.text, t("Ingen bedömning finns per det datumet.")))
    level = programme.scale(goal.scale).level(said.assessment.status)
    terms = ((t("Läge"), level.word), (t("Per"), said.assessment.as_of.isoformat()))
    return Section(t("Bedömning av målet"), (goal.text, said.assessment.text), terms)


def _together(
    t: Translator, programme: Programme, goal: Goal, assignments: list[Assignment], now: dict[str, Reported], per: date
) -> Section:
    """The written verdict and the counted one, side by side; neither is corrected."""
    scale, written = programme.scale(goal.assignment_scale), summary(programme, goal.id, per)
    counted = roll_up(assignments, scale, now)
    said = t("Skrivet per %(per)s", per=written.as_of.isoformat()) if written else t("Skrivet")
    counts = ", ".join(f"{scale.level(key).word}: {n}" for key, n in counted.counts.items() if n)
    terms = [
        (said, written.text if written else t("Inget sammandrag är skrivet.")),
        (t("Räknat ur bedömningarna per %(per)s", per=per.isoformat()), counts or t("Inga bedömningar.")),
    ]
    if counted.off_plan:
        words = "; ".join(f"{one.number}. {one.short}: ”{now[one.id].assessment.word}”" for one in counted.off_plan)
        terms.append((t("Inte enligt plan, med källans ord"), words))
    if written and written.ready:
        ready = ", ".join(f"{year}: {n}" for year, n in written.ready.items())
        terms.append((t("Väntas klara enligt texten, som inte säger vilka"), ready))
    tables: tuple[Table, ...] = ()
    if written and disagrees(written, counted):
        tables = (side_by_side(t, programme, goal, written, counted, per, outrun(written, assignments, now)),)
    return Section(t("Uppdragen i sammandrag"), (), tuple(terms), tables)


def side_by_side(
    t: Translator, programme: Programme, goal: Goal, written: Summary, counted: RollUp, per: date, later: bool
) -> Table:
    """A row for each status: how many according to the text, how many when the assignments are counted.

    `later`: the assignments have been assessed since; then the two are of different days, and aren't said to differ.
    """
    scale = programme.scale(goal.assignment_scale)
    columns = (
        Column("status", t("Läge")),
        Column("written", t("Enligt texten"), True),
        Column("counted", t("När de räknas"), True),
    )
    both = [(scale.level(key), written.claims.get(key, 0), n) for key, n in counted.counts.items()]
    rows = [(level.word, claimed, n) for level, claimed, n in both]
    if counted.silent:
        rows.append((t("Ingen bedömning"), 0, len(counted.silent)))
    notes: tuple[str, ...] = ()
    if later:
        notes = (t("Uppdragen har bedömts senare: texten och räkningen är av olika dagar."),)
    elif disagrees(written, counted):
        notes = (t("Beskeden skiljer sig åt."), t("Vi visar båda och ändrar ingen."))
    return Table("besked", t("Skrivet och räknat"), columns, tuple(rows), programme.source.name, per, notes)


def _assignment(
    t: Translator, programme: Programme, one: Assignment, said: Reported | None, told: Sequence[Reported], per: date
) -> Section:
    via = {"all-boards": t("alla nämnder"), "all-companies": t("alla bolag")}
    named = [bearer.unit.name for bearer in responsible(programme, one.id, per) if bearer.via is None]
    owners = ", ".join([*named, *(via[name] for name in wildcards(programme, one.id, per))])
    terms = [(t("Ansvariga"), owners or "–")]
    if one.added:
        terms.append((t("Tillkom"), str(one.added)))
    paragraphs = [one.text]
    if said is None:
        paragraphs.append(t("Ingen bedömning finns per det datumet."))
    else:
        terms = [(t("Läge"), said.assessment.word), (t("Per"), said.assessment.as_of.isoformat()), *terms]
        if said.assessment.expected:
            terms.append((t("Väntas klart"), said.assessment.expected))
        paragraphs.append(said.assessment.text)
    moved = [s for s in slips(told, one.id) if s.as_of <= per]
    paragraphs += [
        t("Flyttades från %(a)s till %(b)s, per %(on)s.", a=s.before, b=s.after, on=s.as_of.isoformat()) for s in moved
    ]
    return Section(f"{one.number}. {one.short}", tuple(paragraphs), tuple(terms))


def _own(
    t: Translator,
    programme: Programme,
    one: Assignment,
    said: Reported | None,
    own: Mapping[tuple[str, str], Reported],
    per: date,
) -> tuple[Section, ...]:
    """What boards and companies say themselves of an assignment, beside the municipality's; nothing when none of them does."""
    units = [bearer.unit for bearer in responsible(programme, one.id, per)]
    spoken = {unit.id: own[one.id, unit.id].assessment for unit in units if (one.id, unit.id) in own}
    if not spoken:
        return ()
    terms = [(unit.name, _spoken(t, spoken[unit.id])) for unit in units if unit.id in spoken]
    if silent := ", ".join(unit.name for unit in units if unit.id not in spoken):
        terms.append((t("Har inte lämnat någon egen bedömning"), silent))
    paragraphs = [t("Kommunens bedömning och de egna står bredvid varandra. Ingen av dem ändrar den andra.")]
    differ = [a for a in spoken.values() if said and a.status != said.assessment.status]
    if said and differ:
        told = {"n": len(differ), "word": said.assessment.word}
        paragraphs.append(t("%(n)s av de egna säger annat än kommunen, som skriver ”%(word)s”.", **told))
    heading = t("Uppdrag %(n)s: nämndernas och bolagens egna bedömningar", n=one.number)
    return (Section(heading, tuple(paragraphs), tuple(terms), level=2),)


def _spoken(t: Translator, said: Assessment) -> str:
    expected = [t("Väntas klart %(when)s.", when=said.expected)] if said.expected else []
    return " ".join([t("%(word)s, per %(per)s.", word=said.word, per=said.as_of.isoformat()), *expected, said.text])
