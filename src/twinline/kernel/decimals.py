"""The decimal arithmetic of rates that have no exact value: roots and powers."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation
from typing import TYPE_CHECKING, Final

from twinline.kernel.rate import to_decimal

if TYPE_CHECKING:
    from fractions import Fraction

PRECISE: Final = Context(
    prec=45,
    rounding=ROUND_HALF_EVEN,
    Emin=-999_999_999,
    Emax=999_999_999,
    traps=[DivisionByZero, InvalidOperation],
)
"""Forty-five digits: what is shown to fifteen has room for the sums of ten thousand flows."""

ONE: Final = Decimal(1)


def power(base: Decimal, exponent: Fraction) -> Decimal:
    """Return `base ** exponent` for a positive base, to about forty digits.

    >>> from fractions import Fraction
    >>> power(Decimal("1.21"), Fraction(1, 2)).normalize()
    Decimal('1.1')
    """
    if exponent.denominator == 1:
        return PRECISE.power(base, exponent.numerator)
    return PRECISE.exp(PRECISE.multiply(PRECISE.ln(base), to_decimal(exponent, PRECISE)))
