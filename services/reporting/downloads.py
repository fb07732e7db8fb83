"""Files for everybody: published reports, assignments as tables, figures of closed months. Small numbers are hidden."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from chassis.service import Tx
from chassis.web import Problem, StrictRoute, general, translator
from chassis.web.catalogues import Translator, sv
from contracts.vocabulary import VOCABULARY
from reporting.domain.closed import A_DAY, choices, last_closed
from reporting.domain.disclosure import month_by_month
from reporting.domain.document import Column, Table
from reporting.domain.figures import OF_HOUSEHOLDS, Cell
from reporting.domain.verdict import summary
from reporting.exports.jsonstat import jsonstat
from reporting.exports.plain import plain
from reporting.exports.workbook import workbook
from reporting.goals import Day, view_of
from reporting.measured import measured
from reporting.pages import day_now
from reporting.publishing import files
from reporting.report_figures import together
from reporting.reports import matrix, overview, side_by_side
from reporting.store import cycle, questions

router = APIRouter(route_class=StrictRoute)
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
Kind = Literal["csv", "json", "xlsx"]


@router.get("/rapporter/{programme}/{per}/{name}")
async def published(tx: Tx, programme: str, per: date, name: str) -> Response:
    """A report, built again of what was known when it was published. 404 before that; 500 if a byte differs."""
    period = await cycle.period(tx, programme, per)
    if period is None or period.known is None or name not in period.hashes:
        raise general(404)
    file = next(one for one in await files(tx, programme, per, period.known) if one.name == name)
    if file.sha256 != period.hashes[name]:
        raise Problem(500, "report_differs", sv("Rapporten går inte att bygga som den publicerades"))
    return _file(file.content, name, {"ETag": f'"{file.sha256}"'})


@router.get("/mal/{goal}/uppdrag.{kind}")
async def assignments(
    request: Request, tx: Tx, goal: str, kind: Literal["csv", "xlsx"], per: Day = None, known: Day = None
) -> Response:
    """A goal's assignments as of a day; in the workbook, what is written beside what is counted, who answers, figures."""
    view, t = await view_of(tx, goal, per, known), translator(request)
    table = overview(t, view.programme, view.goal, view.now, view.per)
    known = view.known or day_now()
    subjects = [view.goal.id, *(one.id for one in view.assignments)]
    found = [m for subject in subjects for m in await measured(tx, view.programme, subject, view.per, known)]
    tables = [
        table,
        matrix(t, view.programme, view.goal, view.own, view.per),
        together(t, found, view.programme, view.per),
    ]
    if written := summary(view.programme, view.goal.id, view.per):
        tables.insert(1, side_by_side(t, view.programme, view.goal, written, view.counted, view.per, view.outrun))
    return _table(kind, f"{goal}-{view.per}", view.goal.title, tables)


@router.get("/data/hushall.{kind}")
async def households(request: Request, tx: Tx, kind: Kind) -> Response:
    """Households by municipality and month, of months that have ended: a live figure would tell of the last one who came."""
    ended = last_closed(day_now())
    table = _of_months(await questions.cells(tx, "", ended, ended), ended, translator(request))
    return _table(kind, f"hushall-{table.as_of}", table.title, [table])


def _of_months(cells: list[Cell], ended: date, t: Translator) -> Table:
    counted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)  # municipality and figure → month → households
    cells = [cell for cell in cells if cell.figure in OF_HOUSEHOLDS]
    for cell in cells:
        counted[cell.municipality, cell.figure][cell.month] += cell.count
    months = _months(min((cell.month for cell in cells), default=""), ended)
    shown = {key: dict(zip(months, month_by_month(of[m] for m in months), strict=True)) for key, of in counted.items()}
    rows = [(place, month) for place in sorted({place for place, _ in counted}) for month in months]
    return Table(
        "hushall",
        t("Hushåll per kommun och månad"),
        (
            Column("municipality", t("Kommun")),
            Column("month", t("Månad")),
            *(Column(figure, label, True) for figure, label in _labels(t)),
        ),
        tuple((code, month, *(shown.get((code, f), {}).get(month, 0) for f in OF_HOUSEHOLDS)) for code, month in rows),
        "Inflytt",
        ended,
        (t("Avrundat till fem: det som är för litet för sin egen månad räknas i en senare. .. är färre än fem."),),
        {code: VOCABULARY.name(code, t.language) for code, _ in rows},
    )


def _months(first: str, ended: date) -> list[str]:
    """From the first month in which something was counted to the last one that is over."""
    return (
        [f"{day:%Y-%m}" for day in reversed(choices(date.fromisoformat(f"{first}-01"), ended + A_DAY))] if first else []
    )


def _labels(t: Translator) -> list[tuple[str, str]]:
    words = [t("Anmälda"), t("Bekräftade"), t("Återtagna"), t("Inflyttade")]
    words += (t("Kvar efter 3 månader"), t("Kvar efter 12 månader"), t("Flyttade vidare"))
    return list(zip(OF_HOUSEHOLDS, words, strict=True))


MAKERS: dict[str, Callable[[Table], bytes]] = {"csv": plain, "json": jsonstat}


def _table(kind: Kind, name: str, title: str, tables: list[Table]) -> Response:
    content = workbook(title, tables) if kind == "xlsx" else MAKERS[kind](tables[0])
    return _file(content, f"{name}.{kind}", {})


def _file(content: bytes, name: str, headers: dict[str, str]) -> Response:
    told = {"Content-Disposition": f'attachment; filename="{name}"', **headers}
    return Response(content, media_type=TYPES[name.rpartition(".")[2]], headers=told)
