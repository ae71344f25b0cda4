"""Intervals of the European rate, as the Commission's guidelines work them out."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from twinline.pricing.eu_aprc import Interval, years_between


@pytest.mark.parametrize(
    ("start", "on", "interval", "years"),
    [
        ("2019-01-12", "2020-01-12", Interval.MONTHS, Fraction(1)),
        ("2012-01-12", "2012-02-15", Interval.MONTHS, Fraction(1, 12) + Fraction(3, 365)),
        ("2012-01-12", "2012-04-15", Interval.MONTHS, Fraction(3, 12) + Fraction(3, 365)),
        ("2013-01-12", "2013-02-15", Interval.MONTHS, Fraction(1, 12) + Fraction(3, 366)),
        ("2013-02-25", "2013-03-28", Interval.MONTHS, Fraction(1, 12) + Fraction(3, 366)),
        ("2013-02-26", "2013-03-29", Interval.MONTHS, Fraction(1, 12) + Fraction(2, 366)),
        ("2012-02-26", "2012-03-29", Interval.MONTHS, Fraction(1, 12) + Fraction(3, 366)),
        ("2012-01-12", "2012-02-15", Interval.YEARS, Fraction(34, 365)),
        ("2012-01-12", "2014-02-15", Interval.YEARS, 2 + Fraction(34, 365)),
        ("2020-01-01", "2021-03-15", Interval.YEARS, 1 + Fraction(74, 366)),
        ("2012-01-12", "2012-01-26", Interval.WEEKS, Fraction(2, 52)),
        ("2012-01-12", "2012-01-30", Interval.WEEKS, Fraction(2, 52) + Fraction(4, 365)),
        ("2012-01-12", "2013-01-12", Interval.WEEKS, 1 + Fraction(2, 365)),
        ("2012-01-12", "2012-01-12", Interval.WEEKS, Fraction(0)),
        ("2026-01-31", "2026-02-28", Interval.MONTHS, Fraction(1, 12)),
        ("2026-02-28", "2026-04-30", Interval.MONTHS, Fraction(2, 12)),
        ("2024-02-29", "2026-02-28", Interval.YEARS, Fraction(2)),
    ],
)
def test_published_intervals(start: str, on: str, interval: Interval, years: Fraction) -> None:
    """Whole periods counted back, and days over the length of the year that ends with them."""
    found = years_between(date.fromisoformat(start), date.fromisoformat(on), interval)

    assert found == years
