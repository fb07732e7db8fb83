"""One writer proposes for all municipalities, so that two sides that arrive at once meet."""

from chassis.consumer import Consumer
from matching.rankings import remember

consumer = Consumer("matching", single_writer="all", memory=remember)
