"""The kinds of match. A new kind is one module here and one line below."""

from collections.abc import Callable, Mapping

from matching.domain.kinds import education, employment, home, job, network, school
from matching.domain.kinds.shape import Kind, Yardstick

KINDS: tuple[Callable[[Yardstick], Kind], ...] = (
    job.kind,
    home.kind,
    school.kind,
    education.kind,
    network.kind,
    employment.kind,
)


def kinds(yardstick: Yardstick) -> Mapping[str, Kind]:
    """Every kind by its name, measured with one yardstick."""
    return {made.name: made for made in (make(yardstick) for make in KINDS)}
