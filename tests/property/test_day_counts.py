"""What must hold of every day count, and of moving dates."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.kernel.daycount import DayCount, day_number, year_fraction
from twinline.kernel.months import MonthEnd, add_months, whole_months_back

DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))
ADDITIVE = [
    DayCount.ACTUAL_365, DayCount.ACTUAL_360, DayCount.ACTUAL_364, DayCount.ACTUAL_ACTUAL
]  # fmt: skip


@pytest.mark.parametrize("day_count", ADDITIVE)
@given(three=st.lists(DAYS, min_size=3, max_size=3))
def test_counts_of_actual_days_are_additive(three: list[date], day_count: DayCount) -> None:
    """Two stretches that meet are as long as the stretch they make."""
    a, b, c = sorted(three)

    whole = year_fraction(a, c, day_count)
    assert year_fraction(a, b, day_count) + year_fraction(b, c, day_count) == whole


@pytest.mark.parametrize("day_count", list(DayCount))
@given(on=DAYS, days=st.integers(0, 4_000))
def test_no_count_falls_with_time(on: date, days: int, day_count: DayCount) -> None:
    """A day more is never less, and the same day is nothing."""
    later = on + timedelta(days=days)
    span = year_fraction(on, later, day_count)

    assert year_fraction(on, on, day_count) == 0
    assert year_fraction(on, later + timedelta(days=32), day_count) >= span >= 0
    assert day_number(on, later, day_count) >= 0


@pytest.mark.parametrize(
    "day_count", [DayCount.ACTUAL_ACTUAL, DayCount.TWELFTH, DayCount.THIRTY_360]
)
@given(on=DAYS.filter(lambda on: (on.month, on.day) != (2, 29)))
def test_a_year_is_one(on: date, day_count: DayCount) -> None:
    """From a day to the same day of the next year, or of a whole calendar year, is one year."""
    if day_count is DayCount.ACTUAL_ACTUAL:
        on = date(on.year, 12, 31)
    assert year_fraction(on, add_months(on, 12), day_count) == 1


@given(DAYS, st.integers(-500, 500))
def test_months_there_and_back(on: date, months: int) -> None:
    """A day that every month has comes back; a later one comes back no later."""
    back = add_months(add_months(on, months), -months)

    assert back == on if on.day <= 28 else on - timedelta(days=3) <= back <= on


@given(DAYS, st.integers(1, 100))
def test_the_31st_comes_back(on: date, months: int) -> None:
    """Counted from the first date, a day that a short month lacked is there in the next."""
    moved = add_months(on, months, month_end=MonthEnd.NEXT_FIRST)

    assert moved.day in {on.day, 1}
    assert add_months(on, months).day == on.day or add_months(on, months).day >= 28


@given(DAYS, DAYS)
def test_whole_months_back_leave_less_than_a_month(one: date, other: date) -> None:
    """The days left over before the whole months are fewer than a month has."""
    first, last = sorted((one, other))
    months, begins_on = whole_months_back(first, last)

    assert months >= 0
    assert 0 <= (begins_on - first).days < 31
    assert add_months(last, -months) == begins_on


def test_published_fractions() -> None:
    """Stretches that the definitions of the conventions themselves work out."""
    assert year_fraction(date(2023, 12, 12), date(2024, 1, 12), DayCount.ACTUAL_ACTUAL) == (
        Fraction(19, 365) + Fraction(12, 366)
    )
    assert day_number(date(2007, 1, 31), date(2007, 2, 28), DayCount.THIRTY_360) == 28
    assert day_number(date(2006, 8, 31), date(2007, 2, 28), DayCount.THIRTY_360) == 178
    assert day_number(date(2007, 2, 28), date(2007, 8, 31), DayCount.THIRTY_360) == 183
    assert year_fraction(date(2026, 1, 10), date(2026, 2, 15), DayCount.TWELFTH) == Fraction(
        31 + 5, 31 * 12
    )
