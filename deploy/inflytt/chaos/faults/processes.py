"""Faults of one process of a service: killed, asked to end, or stopped, for a moment or until the others think it dead."""

import os
import random
import signal

from inflytt.chaos.faults.fault import PARALLEL, Blow, Fault
from inflytt.errors import Stop
from inflytt.local.processes import ServiceProcess


class OfProcess(Fault):
    """Several may be down at once, each on its own."""

    alone = False

    def targets(self) -> list[str]:
        return sorted(self.platform.processes)

    def touched(self, target: str) -> list[ServiceProcess]:
        return [self.platform.processes[target]]

    def uncertain(self, blow: Blow) -> int:
        return PARALLEL if blow.name.startswith("notifications-consumer") else 0


class Kill(OfProcess):
    """kill -9."""

    def strike(self, target: str, rng: random.Random) -> None:
        self.platform.processes[target].kill()

    def heal(self, target: str) -> None:
        self.platform.processes[target].start()


class Terminate(Kill):
    """SIGTERM: it ends what it has in flight, and with exit code 0."""

    def strike(self, target: str, rng: random.Random) -> None:
        code = self.platform.processes[target].stop()
        if code != 0:
            raise Stop(f"{target} ended with {code} after SIGTERM ({self.platform.processes[target].child.log}).")

    def uncertain(self, blow: Blow) -> int:
        return 0


class Freeze(OfProcess):
    """SIGSTOP, and SIGCONT before anybody misses it."""

    lasts = (1.0, 4.0)

    def strike(self, target: str, rng: random.Random) -> None:
        self._signal(target, signal.SIGSTOP)

    def heal(self, target: str) -> None:
        self._signal(target, signal.SIGCONT)

    def _signal(self, target: str, sig: signal.Signals) -> None:
        pid = self.platform.processes[target].pid
        assert pid is not None
        os.killpg(pid, sig)


class Zombie(Freeze):
    """Stopped for longer than Kafka's and PostgreSQL's sessions last: it comes back when others have its place."""

    lasts = (13.0, 20.0)
