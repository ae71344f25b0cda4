"""Amounts and shares as a committee reads them: yuan, per cent, and by how much one moved."""

from __future__ import annotations

from twinline.kernel.money import format_money
from twinline.kernel.rounding import Rounding, divide

POINT = 10_000
"""One per cent in ppm."""


def yuan(minor: int) -> str:
    """Return an amount as the tables speak of it.

    >>> yuan(1_500_000), yuan(-50)
    ('15,000.00', '-0.50')
    """
    text = format_money(abs(minor), "CNY")
    whole, _, fraction = text.partition(".")
    return f"{'-' if minor < 0 else ''}{int(whole):,}.{fraction}"


def percent(ppm: int) -> str:
    """Return parts per million as per cent.

    >>> percent(1_300_000), percent(25_000), percent(-7_088)
    ('130 %', '2.5 %', '-0.7088 %')
    """
    whole, rest = divmod(abs(ppm), POINT)
    fraction = f".{rest:04}".rstrip("0").rstrip(".")
    return f"{'-' if ppm < 0 else ''}{whole}{fraction} %"


def moved(before: int, after: int) -> str:
    """Return by how much of what it was a number moved; of nothing, no share can be said.

    >>> moved(4_000, 3_000), moved(3, 4), moved(0, 5)
    ('-25.0 %', '+33.3 %', '')
    """
    if before == 0:
        return ""
    tenths = divide((after - before) * 1_000, abs(before), Rounding.HALF_UP)
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else '+'}{whole}.{rest} %"
