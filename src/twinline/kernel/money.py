"""Money is an integer of minor units inside, decimal text at the borders."""

from __future__ import annotations

import re

DIGITS_BY_CURRENCY = {"CNY": 2, "TWD": 2, "USD": 2, "EUR": 2, "GBP": 2, "HKD": 2, "JPY": 0}
"""Minor digits by ISO 4217 code; a currency that is not here is refused, never guessed."""

DIGITS_MAX = 8
"""More minor digits than any currency has."""

WHOLE_DIGITS_MAX = 16
"""Longest whole part of an amount: more than any money there is."""

_AMOUNT = re.compile(r"(-?)([0-9]{1,16})(?:\.([0-9]{1,8}))?")


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
    minor = parse_minor(text, DIGITS_BY_CURRENCY[currency])
    if minor is None:
        raise MoneyFormatError(text, currency)
    return minor


def parse_minor(text: str, digits: int) -> int | None:
    """Return the units of `10 ** -digits` that decimal text stands for, or None for other text.

    For amounts whose currency is known by its digits alone.

    >>> parse_minor("-0.5", 2), parse_minor("0.125", 2), parse_minor("1e3", 2)
    (-50, None, None)
    """
    matched = _AMOUNT.fullmatch(text)
    if matched is None or len(matched[3] or "") > digits:
        return None
    minor = int(matched[2] + (matched[3] or "").ljust(digits, "0"))
    return -minor if matched[1] else minor


def format_money(minor: int, currency: str, *, grouped: bool = False) -> str:
    """Return minor units as decimal text with exactly the currency's digits.

    >>> format_money(-1234500, "CNY"), format_money(1234500, "CNY", grouped=True)
    ('-12345.00', '12,345.00')
    """
    return format_minor(minor, DIGITS_BY_CURRENCY[currency], grouped=grouped)


def format_minor(minor: int, digits: int, *, grouped: bool = False) -> str:
    """Return units of `10 ** -digits` as decimal text with exactly that many digits.

    >>> format_minor(1230, 2), format_minor(1230, 0)
    ('12.30', '1230')
    """
    sign, size = ("-", -minor) if minor < 0 else ("", minor)
    whole, rest = divmod(size, 10**digits)
    head = f"{sign}{whole:,}" if grouped else f"{sign}{whole}"
    return f"{head}.{rest:0{digits}}" if digits else head
