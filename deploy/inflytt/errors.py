"""What stops the platform for a reason the reader can do something about."""


class Stop(Exception):  # noqa: N818  (it is not a fault of the program)
    """One sentence that says what is missing and what to do; printed without a traceback, exit code 2."""
