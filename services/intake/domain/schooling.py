"""Which stage of preschool or school a child is at."""

from intake.domain.checks import month_number

AUTUMN = 8  # school years begin in August
FIRST_YEAR, LAST_YEAR = 6, 15  # the years between birth and the autumn of preschool class, and of year 9


def stage_in(born: str, month: str) -> str:
    """The stage in `month` of who was born in `born` (both "YYYY-MM"), by the Swedish school years.

    Preschool until the autumn of the year the child turns six, then "f", "1" to "9", and "upper-secondary".
    """
    autumn = (month_number(month) - (AUTUMN - 1)) // 12  # the year in which that month's school year began
    years = autumn - month_number(born) // 12
    if years < FIRST_YEAR:
        return "preschool"
    if years > LAST_YEAR:
        return "upper-secondary"
    return str(years - FIRST_YEAR) if years > FIRST_YEAR else "f"
