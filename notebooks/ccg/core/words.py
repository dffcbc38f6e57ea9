"""Numbers and dates as people read them."""

from datetime import date


def long_date(day: date) -> str:
    """A date as a reader says it.

    Examples
    --------
    >>> long_date(date(2013, 4, 1))
    '1 April 2013'
    """
    return f"{day.day} {day:%B %Y}"
