"""How many records go into one transaction: as many as flow, as few as others can wait for."""

LONG = 0.4  # seconds; who holds rows for longer makes people wait at the desk
FIRST, MOST = 50, 500  # records


class Pace:
    """`most` is how many records the next transaction may take."""

    def __init__(self) -> None:
        self.most = FIRST

    def took(self, seconds: float, records: int) -> None:
        """The next one is shorter when this one was long, and longer when it was short and full."""
        if seconds > LONG:
            self.most = max(1, min(self.most, records) // 2)
        elif seconds < LONG / 4 and records == self.most:
            self.most = min(2 * self.most, MOST)
