"""The planted bugs: what each would do to people, what it changes, and what must catch it."""

from bugs.hearing import HEARING
from bugs.plant import Edit, Plant
from bugs.saying import SAYING
from bugs.serving import SERVING

PLANTS: tuple[Plant, ...] = (*SAYING, *HEARING, *SERVING)

__all__ = ["PLANTS", "Edit", "Plant"]
