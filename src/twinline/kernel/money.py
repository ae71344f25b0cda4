"""Money is an integer of minor units inside, decimal text at the borders."""

from __future__ import annotations

import re

DIGITS_BY_CURRENCY = {"CNY": 2, "TWD": 2, "USD": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0}
"""Minor digits by ISO 4217 code; a currency that is not here is refused, never guessed."""

_AMOUNT = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]+))?")


class MoneyFormatError(ValueError):
    """Text that is not an amount of its currency."""

    def __init__(self, text: str, currency: str) -> None:
        """Name the text and what was expected of it."""
        digits = DIGITS_BY_CURRENCY[currency]
        super().__init__(f"{text!r} is not an amount in {currency} ({digits} decimals at most)")


def parse_money(text: str, currency: str) -> int:
    """Return the minor units that decimal text stands for.

    Raises `MoneyFormatError` for anything but an optional minus, digits and at most the
    currency's decimals, and `KeyError` for an unknown currency.

    >>> parse_money("12.3", "CNY")
    1230
    """
    digits = DIGITS_BY_CURRENCY[currency]
    matched = _AMOUNT.fullmatch(text)
    if matched is None or len(matched[3] or "") > digits:
        raise MoneyFormatError(text, currency)
    minor = int(matched[2] + (matched[3] or "").ljust(digits, "0"))
    return -minor if matched[1] else minor


def format_money(minor: int, currency: str, *, grouped: bool = False) -> str:
    """Return minor units as decimal text with exactly the currency's digits.

    >>> format_money(-1234500, "CNY"), format_money(1234500, "CNY", grouped=True)
    ('-12345.00', '12,345.00')
    """
    digits = DIGITS_BY_CURRENCY[currency]
    whole, rest = divmod(abs(minor), 10**digits)
    sign = "-" if minor < 0 else ""
    fraction = f".{rest:0{digits}}" if digits else ""
    return f"{sign}{whole:,}{fraction}" if grouped else f"{sign}{whole}{fraction}"
