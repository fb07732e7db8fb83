"""The faults that can be played, by the names that the command line knows them by."""

from inflytt.chaos.faults import disk, network, outside, processes, servers
from inflytt.chaos.faults.fault import Fault

FAULTS: dict[str, type[Fault]] = {
    "kill": processes.Kill,
    "term": processes.Terminate,
    "stop": processes.Freeze,
    "zombie": processes.Zombie,
    "broker-kill": servers.BrokerKill,
    "broker-stop": servers.BrokerFreeze,
    "broker-power": servers.BrokerPower,
    "postgres-kill": servers.PostgresKill,
    "postgres-stop": servers.PostgresFreeze,
    "sessions": servers.Sessions,
    "disk": disk.FullDisk,
    "clock": outside.ClockJump,
    "smtp-slow": outside.SlowMail,
    "smtp-refuse": outside.RefusingMail,
    "smtp-drop": outside.DroppedAnswers,
    "cut": network.Cut,
    "half-open": network.HalfOpen,
    "mute": network.Mute,
}
