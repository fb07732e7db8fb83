"""Two days beside each other: what a count was then and later, as the reader may see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reporting.domain.disclosure import in_fives, together
from reporting.domain.figures import Cell


@dataclass(frozen=True)
class Beside:
    """A figure on two days, of one kind where it has several; None is too small to be shown. In fives, when `rounded`."""

    figure: str
    kind: str
    before: int | None
    after: int | None
    rounded: bool = False

    @property
    def change(self) -> int | None:
        """How many more, or fewer; None when that is hidden: also between equals in fives, which may differ by four."""
        if self.before is None or self.after is None or (self.rounded and self.before == self.after != 0):
            return None
        return self.after - self.before

    @property
    def share(self) -> float | None:
        """The later count in the earlier (1.0 is as many); None where there is nothing to divide by or it is hidden."""
        return self.after / self.before if self.after is not None and self.before else None


Counts = Mapping[tuple[str, str], int | None]  # by figure and kind


def exact(cells: Iterable[Cell]) -> dict[tuple[str, str], int | None]:
    """Every figure by kind, as it is."""
    return {key: sum(parts.values()) for key, parts in _by_municipality(cells).items()}


def public(cells: Iterable[Cell]) -> dict[tuple[str, str], int | None]:
    """Every figure by kind as everybody may see it: the municipalities in fives, and their sum."""
    return {key: together(map(in_fives, parts.values())) for key, parts in _by_municipality(cells).items()}


def _by_municipality(cells: Iterable[Cell]) -> dict[tuple[str, str], dict[str, int]]:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for cell in cells:
        parts = found.setdefault((cell.figure, cell.kind), {})
        parts[cell.municipality] = parts.get(cell.municipality, 0) + cell.count
    return found


def beside(before: Counts, after: Counts, figures: Iterable[str], rounded: bool = False) -> list[Beside]:
    """The figures of which anything is known on either day, in their order, by kind."""
    keys = sorted(before.keys() | after.keys())
    return [
        Beside(figure, kind, before.get((figure, kind), 0), after.get((figure, kind), 0), rounded)
        for figure in figures
        for name, kind in keys
        if name == figure
    ]
