"""Months of the calendar: moving a date by months, and counting whole ones back."""

from __future__ import annotations

from datetime import date, timedelta
from enum import Enum, unique

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2


def is_leap(year: int) -> bool:
    """Return whether a year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Return how many days a month has, 1 being January."""
    return 29 if month == _FEBRUARY and is_leap(year) else _LENGTHS[month - 1]


@unique
class MonthEnd(Enum):
    """What becomes of a day that a month does not have."""

    LAST_DAY = "last_day"
    """The month's last day: 31 January, 28 February, 31 March."""

    NEXT_FIRST = "next_first"
    """The first of the next month: 31 January, 1 March, 31 March."""


def add_months(
    on: date, months: int, *, month_end: MonthEnd = MonthEnd.LAST_DAY, day: int | None = None
) -> date:
    """Return the day of the month of `on` (or `day`), `months` later or, if negative, earlier.

    Raises `OverflowError` outside the years 1 to 9999.

    >>> add_months(date(2026, 1, 31), 1), add_months(date(2026, 3, 31), -1)
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28))
    >>> add_months(date(2026, 1, 31), 1, month_end=MonthEnd.NEXT_FIRST)
    datetime.date(2026, 3, 1)
    """
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("the date leaves the calendar")
    wanted = day or on.day
    length = days_in_month(year, month + 1)
    if wanted <= length:
        return date(year, month + 1, wanted)
    last = date(year, month + 1, length)
    return last if month_end is MonthEnd.LAST_DAY else last + timedelta(days=1)


def is_month_end(on: date) -> bool:
    """Return whether `on` is the last day of its month."""
    return on.day == days_in_month(on.year, on.month)


def whole_months_back(first: date, last: date, *, day: int | None = None) -> tuple[int, date]:
    """Return how many whole months fit between two dates, counted back from the later.

    With them comes the day where they end: the days from `first` to it are left over. `day` is
    the day of the month to count with where the date's own fell on a short month; 31 counts from
    month end to month end.

    >>> whole_months_back(date(2026, 1, 10), date(2026, 3, 15))
    (2, datetime.date(2026, 1, 15))
    """
    months = (last.year - first.year) * 12 + last.month - first.month
    start = add_months(last, -months, day=day)
    if start < first:
        months -= 1
        start = add_months(last, -months, day=day)
    return months, start
