"""What a customer can bear: debt service against income, and the loan that it would carry."""

from __future__ import annotations

from fractions import Fraction

from twinline.kernel.rounding import Rounding, divide


def debt_service_ratio(service_minor: int, income_minor: int) -> Fraction:
    """Return the share of a month's income that a month's debt service takes."""
    return Fraction(service_minor, income_minor)


def free_service_minor(income_minor: int, service_minor: int, cap: Fraction) -> int:
    """Return the debt service a month that is still free under a cap, rounded down."""
    bearable = divide(income_minor * cap.numerator, cap.denominator, Rounding.DOWN)
    return max(bearable - service_minor, 0)


def largest_principal(payment_minor: int, annual_rate: Fraction, months: int) -> int:
    """Return the largest loan that level payments repay in so many months, rounded down.

    The annuity formula turned round, exactly: P = A / r x (1 - (1 + r) ** -n) with r a twelfth
    of the rate.

    >>> largest_principal(220_000, Fraction("0.146"), 12)
    2442553
    """
    grown = 1 + Fraction(annual_rate, 12)
    factor = Fraction(0)
    for _ in range(months):
        factor = Fraction(1 + factor, grown)
    exact = payment_minor * factor
    return divide(exact.numerator, exact.denominator, Rounding.DOWN)
