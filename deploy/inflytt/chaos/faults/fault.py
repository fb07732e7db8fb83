"""What a fault is, and the plan of its blows: the same for the same seed."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from inflytt.local import Platform
from inflytt.local.processes import ServiceProcess

SMTP_TIMEOUT = 5  # seconds; three of it and the letters of a dead sender are back in line
PARALLEL = 4  # letters that a sender hands over side by side
SLOW_MAIL = 0.1  # seconds the mail server takes for each letter, so that faults meet letters on their way


@dataclass(frozen=True)
class Blow:
    at: float  # seconds from the beginning
    name: str  # of the target
    lasts: float  # seconds until it is healed
    seed: int  # what is random in the blow itself


class Fault:
    """One kind of harm to a platform. `strike` does it to a target and `heal` takes it away; both block."""

    between = (2.0, 6.0)  # seconds between two blows
    lasts = (0.0, 2.0)  # seconds until a blow is healed
    alone = True  # the next blow waits until all works again

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    @staticmethod
    def impossible(brokers: int) -> str:
        """Why it can't be played here; empty where it can."""
        return ""

    @contextmanager
    def laid(self) -> Iterator[None]:
        """What has to stand around the platform while the fault is played."""
        yield

    def targets(self) -> list[str]:
        raise NotImplementedError

    def touched(self, target: str) -> Sequence[ServiceProcess]:
        """Whose work must go on after it: everybody's, unless a fault knows better."""
        return list(self.platform.processes.values())

    def strike(self, target: str, rng: random.Random) -> None:
        raise NotImplementedError

    def heal(self, target: str) -> None:
        raise NotImplementedError

    def uncertain(self, blow: Blow) -> int:
        """Of how many letters, at most, nobody may know after the blow whether they arrived."""
        return 0

    @property
    def senders(self) -> int:
        """Processes that hand letters over."""
        return sum(p.service == "notifications" and p.role == "consumer" for p in self.platform.processes.values())


def plan(fault: str, kind: type[Fault], targets: Sequence[str], blows: int, seed: int) -> list[Blow]:
    """Who is struck when, and for how long. Everybody is struck once before anybody is struck twice."""
    rng, told, at, left = random.Random(f"{fault} {seed}"), list[Blow](), 2.0, list[str]()
    for _ in range(blows):
        at += rng.uniform(*kind.between)
        left = left or rng.sample(list(targets), len(targets))
        told.append(Blow(at, left.pop(), rng.uniform(*kind.lasts), rng.getrandbits(32)))
    return told
