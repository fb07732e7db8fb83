"""Garbage collection of a process that handles events: rarely, and never of what was loaded at its start."""

import gc


def calm() -> None:
    """What is loaded by now stays: no collection looks through it again. Young ones come once in many events, not in each."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
