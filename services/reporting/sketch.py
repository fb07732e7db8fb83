"""A small picture of an indicator: its last periods as bars and its targets as dotted lines; the same for page and print."""

from xml.sax.saxutils import escape, quoteattr

from reporting.domain.standing import Held, Row
from reporting.domain.targets import Band, Ceiling, Floor, LevelAt

WIDTH, HEIGHT, FLOOR, TOP = 320, 96, 78, 16
MOST = 8  # bars


def sketch(rows: tuple[Row, ...], held: tuple[Held, ...], title: str) -> str:
    """An SVG; '' where there is no number to draw. A hidden value is `..` where its bar would be."""
    last, marks = rows[-MOST:], [mark for one in held for mark in _marks(one)]
    known = [row.value for row in last if row.value is not None]
    if not known:
        return ""
    top = max([*known, *marks, 1])
    drawn = [*_lines(marks, top), *(part for at, row in enumerate(last) for part in _bar(at, row, len(last), top))]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sketch" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f" aria-label={quoteattr(title)}>{''.join(drawn)}</svg>"
    )


def _marks(one: Held) -> tuple[int, ...]:
    match one.target.goal:
        case Floor(low=mark) | Ceiling(high=mark) | LevelAt(level=mark):
            return (mark,)
        case Band(low=low, high=high):
            return (low, high)
    return ()


def _lines(marks: list[int], top: int) -> list[str]:
    return [
        f'<path class="need" stroke="#2d3f86" stroke-width="2" stroke-dasharray="2 4" fill="none"'
        f' d="M0 {_y(mark, top)}H{WIDTH}"/>'
        for mark in marks
    ]


def _bar(at: int, row: Row, bars: int, top: int) -> list[str]:
    each = WIDTH / bars
    middle, wide = round(each * (at + 0.5), 1), round(min(48.0, each * 0.6), 1)
    y = FLOOR if row.value is None else _y(row.value, top)
    written = ".." if row.value is None else f"{row.value:,}".replace(",", "\u00a0")
    month = "" if (row.until.month, row.until.day) == (12, 31) else f"-{row.until.month:02}"
    return [
        f'<rect fill="#18211f" x="{middle - wide / 2:.1f}" y="{y}" width="{wide}" height="{FLOOR - y:.1f}"/>',
        _text(middle, y - 4, written),
        _text(middle, HEIGHT - 4, f"{row.until.year}{month}"),
    ]


def _text(x: float, y: float, words: str) -> str:
    """With a rim, so that it stands clear of a dotted line."""
    rim = 'paint-order="stroke" stroke="#ffffff" stroke-width="4" stroke-linejoin="round"'
    return f'<text x="{x}" y="{y:.1f}" font-size="12" text-anchor="middle" fill="#18211f" {rim}>{escape(words)}</text>'


def _y(value: int, top: int) -> float:
    return round(FLOOR - (FLOOR - TOP) * max(value, 0) / top, 1)
