"""All rules about topics and tables, for whoever judges: the audit of a running platform, and the judge of a chaos run."""

from inflytt.audit import capacity, causes, consumers, order
from inflytt.audit.findings import Finding
from inflytt.audit.log import Log
from inflytt.audit.rows import Rows
from inflytt.audit.story import Story


def in_the_log(story: Story) -> list[Finding]:
    """What the topics alone give away."""
    return [*order.in_topics(story.log), *order.on_the_road(story), *capacity.exceeded(story.log)]


def against_the_log(log: Log, rows: Rows) -> list[Finding]:
    """What the services' own counts and rows give away, held against the topics."""
    return [*consumers.at_rest(log, rows), *causes.followed(log, rows), *capacity.counted(log, rows)]
