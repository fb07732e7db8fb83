"""Faults from outside: the platform's clock jumps, and the mail server is slow, refuses, or hangs up after the text."""

import random

from inflytt.chaos.faults.fault import PARALLEL, SLOW_MAIL, SMTP_TIMEOUT, Blow, Fault


class ClockJump(Fault):
    """Forward, by minutes to hours. Never backward: the platform's clock does not go there, what is due stays due."""

    lasts = (0.0, 0.0)

    def targets(self) -> list[str]:
        return ["clock"]

    def strike(self, target: str, rng: random.Random) -> None:
        self.platform.clock.move(minutes=rng.choice((1, 10, 60, 90, 180)))

    def heal(self, target: str) -> None:
        """Time that has passed has passed."""


class OfMail(Fault):
    """The mail server behaves badly for a while."""

    lasts = (3.0, 8.0)

    def targets(self) -> list[str]:
        return ["mail"]

    def behave(self, **behaviour: object) -> None:
        assert self.platform.mail is not None
        self.platform.mail.behave(**behaviour)

    def heal(self, target: str) -> None:
        self.behave(delay=SLOW_MAIL)


class SlowMail(OfMail):
    """Each answer to a text takes long, at times longer than senders wait: then nobody knows."""

    def strike(self, target: str, rng: random.Random) -> None:
        self.behave(delay=rng.uniform(0.5, SMTP_TIMEOUT + 2))

    def uncertain(self, blow: Blow) -> int:
        """Who waits too long gives up, and begins with the next."""
        return PARALLEL * self.senders * (1 + int(blow.lasts / SMTP_TIMEOUT))


class RefusingMail(OfMail):
    """Not now, for nobody: told at the address or after the text."""

    def strike(self, target: str, rng: random.Random) -> None:
        code, at = rng.choice(((450, "rcpt"), (451, "data"), (421, "rcpt"), (452, "data")))
        self.behave(code=code, at=at)


class DroppedAnswers(OfMail):
    """Takes a few letters and hangs up without a word: they have arrived, and no sender can know."""

    COUNT = 3

    def strike(self, target: str, rng: random.Random) -> None:
        self.behave(drop=True, next=self.COUNT)

    def uncertain(self, blow: Blow) -> int:
        return self.COUNT
