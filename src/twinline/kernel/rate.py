"""Rates and shares: exact fractions inside, decimal text at the borders."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

from twinline.kernel.rounding import Rounding, divide

RATE_MAX: Final = Fraction(10)
"""Highest nominal rate a year that is taken for a rate: 1,000 %. Above it, it is a slip."""

_DECIMAL = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,30}))?")
_WIDE: Final = Context(prec=1_500, rounding=ROUND_HALF_EVEN)
"""Wide enough for a day's rate of 1,000 compounded over a year."""


def parse_decimal(text: str) -> Fraction | None:
    """Return the exact value of decimal text, or None for any other text.

    Taken are an optional minus, 1 to 16 digits and at most 30 decimals; no exponent, no sign of
    plus, no spaces.

    >>> parse_decimal("0.146"), parse_decimal("14.6 %"), parse_decimal("1e-3")
    (Fraction(73, 500), None, None)
    """
    matched = _DECIMAL.fullmatch(text)
    if matched is None:
        return None
    decimals = matched[3] or ""
    value = Fraction(int(matched[2] + decimals), 10 ** len(decimals))
    return -value if matched[1] else value


def format_decimal(value: Fraction, decimals: int) -> str:
    """Return a fraction as decimal text, half to even in the last of `decimals` places.

    >>> format_decimal(Fraction(2, 3), 4)
    '0.6667'
    """
    scaled = divide(value.numerator * 10**decimals, value.denominator, Rounding.HALF_EVEN)
    whole, rest = divmod(abs(scaled), 10**decimals)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{rest:0{decimals}}" if decimals else f"{sign}{whole}"


def format_places(value: Decimal, decimals: int) -> str:
    """Return a decimal as text with exactly `decimals` places, half to even.

    >>> format_places(Decimal("0.15618049"), 6)
    '0.156180'
    """
    fixed = value.quantize(Decimal(1).scaleb(-decimals), context=_WIDE)
    return f"{fixed.copy_abs() if fixed.is_zero() else fixed:f}"


def format_significant(value: Decimal, digits: int) -> str:
    """Return a decimal as plain text with `digits` significant digits, half to even.

    >>> format_significant(Decimal(1).scaleb(-3), 5), format_significant(Decimal(0), 5)
    ('0.0010000', '0.0000')
    """
    places = digits - 1 - (value.adjusted() if value else 0)
    return format_places(value, max(places, 0))


def to_decimal(value: Fraction, context: Context) -> Decimal:
    """Return a fraction in the precision of `context`."""
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))
