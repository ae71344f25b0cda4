"""Day counts by their market names: how long a stretch of days is, in years, exactly."""

from __future__ import annotations

from datetime import date
from enum import Enum, unique
from fractions import Fraction
from typing import assert_never

from twinline.kernel.months import add_months, is_leap, whole_months_back


@unique
class DayCount(Enum):
    """The conventions known here, by the names the market uses.

    Definitions follow the 2006 ISDA Definitions, section 4.16, but for the last.
    """

    ACTUAL_365 = "actual/365"
    """Calendar days over 365 (ISDA Actual/365 Fixed); a Chinese daily rate times 365."""

    ACTUAL_360 = "actual/360"
    """Calendar days over 360; the older custom of Chinese banks."""

    ACTUAL_364 = "actual/364"
    """Calendar days over 364: 52 whole weeks."""

    ACTUAL_ACTUAL = "actual/actual"
    """Each day over the length of the year in which it ends (ISDA Actual/Actual, cut so that a
    day belongs to one year alone)."""

    THIRTY_360 = "30/360"
    """Months of thirty days (ISDA Bond Basis): a 31st counts as a 30th, the later date's only
    where the earlier is a 30th too."""

    TWELFTH = "twelfth"
    """Whole months counted back from the later date, each a twelfth, and the days left over by
    the length of the month before them."""


FIXED_BASIS = {DayCount.ACTUAL_365: 365, DayCount.ACTUAL_360: 360, DayCount.ACTUAL_364: 364}
"""Days in a year of the conventions that count every day alike."""


_MONTH = 30


def day_number(from_on: date, to_on: date, day_count: DayCount) -> int:
    """Return the days between two dates as the convention counts them, the first not counted.

    Only 30/360 counts other than calendar days.

    >>> from datetime import date
    >>> day_number(date(2026, 1, 31), date(2026, 3, 1), DayCount.THIRTY_360)
    31
    """
    if day_count is not DayCount.THIRTY_360:
        return (to_on - from_on).days
    first = min(from_on.day, _MONTH)
    last = min(to_on.day, _MONTH) if first == _MONTH else to_on.day
    months = (to_on.year - from_on.year) * 12 + to_on.month - from_on.month
    return _MONTH * months + last - first


def year_fraction(from_on: date, to_on: date, day_count: DayCount) -> Fraction:
    """Return the years between two dates, `to_on` not before `from_on`, as an exact fraction.

    >>> from datetime import date
    >>> year_fraction(date(2023, 12, 12), date(2024, 1, 12), DayCount.ACTUAL_ACTUAL)
    Fraction(1889, 22265)
    """
    assert from_on <= to_on
    match day_count:
        case DayCount.ACTUAL_365 | DayCount.ACTUAL_360 | DayCount.ACTUAL_364:
            return Fraction((to_on - from_on).days, FIXED_BASIS[day_count])
        case DayCount.ACTUAL_ACTUAL:
            return _by_years(from_on, to_on)
        case DayCount.THIRTY_360:
            return Fraction(day_number(from_on, to_on, day_count), 360)
        case DayCount.TWELFTH:
            return _by_months(from_on, to_on)
    assert_never(day_count)


def days_in_year(year: int) -> int:
    """Return 365, or 366 in a leap year."""
    return 366 if is_leap(year) else 365


def _by_years(from_on: date, to_on: date) -> Fraction:
    """Cut the stretch at each 31 December; a day belongs to the year in which it ends."""
    if from_on.year == to_on.year:
        return Fraction((to_on - from_on).days, days_in_year(to_on.year))
    before = (date(from_on.year, 12, 31) - from_on).days
    after = (to_on - date(to_on.year - 1, 12, 31)).days
    return (
        Fraction(before, days_in_year(from_on.year))
        + (to_on.year - from_on.year - 1)
        + Fraction(after, days_in_year(to_on.year))
    )


def _by_months(from_on: date, to_on: date) -> Fraction:
    """Count whole months back from `to_on`, and share out the days that are left over."""
    months, start = whole_months_back(from_on, to_on)
    over = (start - from_on).days
    if not over:
        return Fraction(months, 12)
    month = (start - add_months(to_on, -months - 1)).days
    return Fraction(months * month + over, 12 * month)
