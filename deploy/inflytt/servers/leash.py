"""Ends the processes of a parent that died without doing so itself (kill -9): its stdin closes when the parent is gone.

Lines on stdin: `+ pid signal` holds a process group, `- pid` lets it go. Standard library only, so that it is light.
"""

import contextlib
import os
import signal
import sys
import time

PATIENCE = 5.0  # seconds between asking and killing


def hold() -> dict[int, int]:
    """Reads until the parent is gone; the groups it left, each with the signal that ends it gently."""
    held: dict[int, int] = {}
    for line in sys.stdin:
        sign, pid, *rest = line.split()
        if sign == "+":
            held[int(pid)] = int(rest[0])
        else:
            held.pop(int(pid), None)
    return held


def tell(group: int, sig: int) -> bool:
    """False when nobody is left in the group."""
    with contextlib.suppress(PermissionError):
        try:
            os.killpg(group, sig)
        except ProcessLookupError:
            return False
    return True


def release(held: dict[int, int]) -> None:
    for group, gentle in held.items():
        tell(group, gentle)
    deadline = time.monotonic() + PATIENCE
    while held and time.monotonic() < deadline:
        time.sleep(0.1)
        held = {group: gentle for group, gentle in held.items() if tell(group, 0)}
    for group in held:
        tell(group, signal.SIGKILL)


if __name__ == "__main__":
    release(hold())
