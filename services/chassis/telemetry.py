"""JSON logs, one trace id from the first request to the last mail, and the metrics every service has."""

import logging
import secrets
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge, Histogram

_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def new_traceparent() -> str:
    """A W3C traceparent of a new trace."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def _valid(header: str) -> bool:
    parts = header.split("-")
    if len(parts) != 4 or [len(p) for p in parts] != [2, 32, 16, 2] or parts[0] == "ff":
        return False
    return all(set(p) <= set("0123456789abcdef") for p in parts) and set(parts[1]) != {"0"} and set(parts[2]) != {"0"}


def set_traceparent(header: str | None) -> Token[str | None]:
    """Continue the trace that `header` names as a new span; a missing or broken one starts a new trace."""
    if header and _valid(header):
        version, trace, _, flags = header.split("-")
        return _traceparent.set(f"{version}-{trace}-{secrets.token_hex(8)}-{flags}")
    return _traceparent.set(new_traceparent())


def reset_traceparent(token: Token[str | None]) -> None:
    _traceparent.reset(token)


@contextmanager
def trace(header: str | None) -> Iterator[None]:
    """What is said and logged inside belongs to the trace that `header` names; None: to a new one."""
    token = set_traceparent(header)
    try:
        yield
    finally:
        reset_traceparent(token)


def current_traceparent() -> str:
    """The traceparent in force here; starts a trace where there is none."""
    if (value := _traceparent.get()) is None:
        _traceparent.set(value := new_traceparent())
    return value


def trace_id() -> str:
    return current_traceparent().split("-")[1]


def _add_trace(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if (value := _traceparent.get()) is not None:
        event.setdefault("trace", value.split("-")[1])
    return event


def _tell_exception(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception's types and places, never its text: that quotes values, and they may be somebody's."""
    found = event.pop("exc_info", None)
    error = found if isinstance(found, BaseException) else (found or sys.exc_info())[1] if found else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        event["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        event["exception"] = []
        while error is not None and len(event["exception"]) < 5:
            event["exception"].append(f"{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or error.__context__
    return event


class _Sparing(logging.Filter):
    """Lets a library say the same thing once in five seconds: in an outage aiokafka says it thousands of times."""

    def __init__(self, seconds: float = 5.0) -> None:
        super().__init__()
        self.seconds = seconds
        self.said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        last = self.said.get(str(record.msg), float("-inf"))
        if record.created - last < self.seconds:
            return False
        self.said[str(record.msg)] = record.created
        return True


def configure_logging(service: str, role: str, level: str = "INFO") -> None:
    """Everything this process logs goes to stdout as one JSON object a line, with service, role and trace."""

    def add_process(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {**event, "service": service, "role": role}

    shared: list[structlog.typing.Processor] = [
        add_process,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    render = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(  # past the standard library's logging, which takes three times as long for a line
        processors=[*shared, _tell_exception, render],
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tell_exception,
                render,
            ],
        )
    )
    handler.addFilter(_only_quiet_libraries)
    root = logging.getLogger()
    root.handlers, root.level = [handler], logging.getLevelName(level)
    for noisy in ("aiokafka", "faststream", "uvicorn", "httpx", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


_sparing = _Sparing()


def _only_quiet_libraries(record: logging.LogRecord) -> bool:
    return not record.name.startswith("aiokafka") or _sparing.filter(record)


log: structlog.typing.FilteringBoundLogger = structlog.get_logger("inflytt")

EVENTS = Counter("inflytt_events_total", "Records consumed", ["consumer", "outcome"])
PUBLISHED = Counter("inflytt_published_total", "Outbox rows the broker took", ["topic"])
END_TO_END = Histogram(
    "inflytt_event_seconds",
    "From an event's commit in its service to its commit here",
    ["consumer"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
)
LAG = Gauge("inflytt_consumer_lag", "Records not yet consumed", ["consumer", "topic", "partition"])
OUTBOX_ROWS = Gauge("inflytt_outbox_rows", "Rows that wait for the relay")
OUTBOX_AGE = Gauge("inflytt_outbox_age_seconds", "Age of the oldest row that waits for the relay")
PARKED = Gauge("inflytt_parked", "Parked records", ["consumer"])
REQUESTS = Histogram("inflytt_request_seconds", "HTTP requests", ["method", "route", "status"])
