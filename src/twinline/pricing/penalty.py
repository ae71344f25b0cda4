"""What being late costs: a multiple of the contract rate, never above the ceiling."""

from __future__ import annotations

from fractions import Fraction

from twinline.kernel.rounding import Rounding, divide


def penalty_rate(annual_rate: Fraction, multiple: Fraction, ceiling: Fraction) -> Fraction:
    """Return the rate a year on overdue amounts: the multiple, but at most the ceiling.

    Courts cut interest, penalty and other charges together to the ceiling (Supreme People's
    Court 2017 no. 22), so that a penalty above it could never be kept.

    >>> penalty_rate(Fraction("0.1825"), Fraction("1.5"), Fraction("0.24"))
    Fraction(6, 25)
    """
    return min(annual_rate * multiple, ceiling)


def largest_multiple(annual_rate: Fraction, ceiling: Fraction, decimals: int) -> Fraction:
    """Return the largest multiple that stays at the ceiling, rounded down to some decimals.

    >>> largest_multiple(Fraction("0.1825"), Fraction("0.24"), 3)
    Fraction(263, 200)
    """
    scale = 10**decimals
    exact = Fraction(ceiling * scale, annual_rate)
    return Fraction(divide(exact.numerator, exact.denominator, Rounding.DOWN), scale)


def penalty_minor(overdue_minor: int, rate: Fraction, days: int) -> int:
    """Return the penalty on an overdue amount over days, at a rate a year of 365, half up.

    >>> penalty_minor(80_884, Fraction("0.219"), 20)
    971
    """
    return divide(overdue_minor * rate.numerator * days, rate.denominator * 365, Rounding.HALF_UP)
