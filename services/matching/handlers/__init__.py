"""What matching answers to: households, places, answers, decisions at the desk, erasures. It alone proposes."""

from matching.handlers import answers, decisions, households, places
from matching.handlers.consumer import consumer

__all__ = ["answers", "consumer", "decisions", "households", "places"]
