"""What the figures say of a year so far: the text that an officer starts from, to keep, change or leave out."""

from collections.abc import Iterable
from datetime import date

from chassis.web.catalogues import Translator
from reporting.domain.figures import Cell, totals


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
