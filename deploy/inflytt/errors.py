"""What stops the platform for a reason the reader can do something about."""


class Stop(Exception):
    """One sentence that says what is missing and what to do; printed without a traceback, exit code 2."""
