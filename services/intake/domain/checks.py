"""What may be written where: addresses, numbers, months, names. Each check is a question with one answer."""

import re
from datetime import datetime

ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,190}")
HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]")
PHONE = re.compile(r"\+?[0-9]{6,15}")
IDENTITY = re.compile(r"(?<!\d)(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]|[678]\d|9[01])[-+ ]?\d{4}(?!\d)")
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
WEB = re.compile(r"://|www\.", re.IGNORECASE)
ADULT_AT = 20  # years: older children register themselves


def address(written: str) -> str | None:
    """An e-mail address in the one form we keep: the host in small letters and ASCII. None when it is none."""
    local, _, host = written.strip().rpartition("@")
    try:
        host = host.encode("idna").decode().lower()
    except UnicodeError:
        return None
    kept = f"{local}@{host}"
    good = ADDRESS.fullmatch(kept) and HOST.fullmatch(host) and ".." not in local and local.strip(".") == local
    return kept if good and len(kept) <= 254 else None


def phone(written: str) -> str | None:
    """A phone number as digits with an optional plus. None when it is none."""
    digits = re.sub(r"[\s()./–-]", "", written)
    return digits if PHONE.fullmatch(digits) else None


def holds_identity_number(text: str) -> bool:
    """Whether something in the text looks like a Swedish personal identity or coordination number."""
    return bool(IDENTITY.search(text))


def is_advertising(name: str) -> bool:
    """Whether a name holds a web address: the letters we send must not carry others' links."""
    return bool(WEB.search(name))


def month_number(month: str) -> int:
    """Months since year 0 of "YYYY-MM": for counting between months."""
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def is_childs_month(month: str, now: datetime) -> bool:
    """Whether who was born in `month` is born, and not yet an adult who registers alone."""
    return 0 <= _this(now) - month_number(month) <= ADULT_AT * 12


def is_within_reach(month: str, now: datetime) -> bool:
    """Whether a job or a move may begin in `month`: from last month to ten years ahead."""
    return -1 <= month_number(month) - _this(now) <= 120


def is_recent(month: str, now: datetime) -> bool:
    """Whether somebody can say of `month` that they moved in then: two years back, or a month that is near."""
    return -24 <= month_number(month) - _this(now) <= 3


def is_past(month: str, now: datetime) -> bool:
    """Whether somebody can say of `month` that they left then: this month, or one of the two years before."""
    return -24 <= month_number(month) - _this(now) <= 0


def _this(now: datetime) -> int:
    return now.year * 12 + now.month - 1


def is_month(text: str) -> bool:
    return bool(MONTH.fullmatch(text))
