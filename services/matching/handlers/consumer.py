"""One writer proposes for all municipalities, so that two sides that arrive at once meet."""

from chassis.consumer import Consumer

consumer = Consumer("matching", single_writer="all")
