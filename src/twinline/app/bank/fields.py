"""What the fields of the bank's requests and answers are made of."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from twinline.kernel.money import DIGITS_BY_CURRENCY, format_money, parse_minor
from twinline.ledger.group import AMOUNT_MAX_MINOR

NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"
"""What may name a customer, a contract, an authorisation; an `Idempotency-Key` too."""

Identifier = Annotated[
    str, Meta(pattern=NAME, description="1 to 64 letters, digits, `_`, `.` and `-`.")
]
CustomerId = Annotated[str, Meta(pattern=NAME, description="The customer's id.")]
# What is asked for is bounded by `AMOUNT_MAX_MINOR`. Answers are sums, and one that was booked has
# to be readable: the patterns let all amounts of 64 bits pass.
Money = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,19}(\.[0-9]{1,8})?$",
        description="Decimal text: 13 digits at most, no more decimals than the currency has.",
        examples=["1250.00"],
    ),
]
SignedMoney = Annotated[
    str,
    Meta(
        pattern=r"^-?[0-9]{1,19}(\.[0-9]{1,8})?$",
        description="Decimal text with exactly the currency's decimals; may be negative.",
        examples=["-1250.00"],
    ),
]
Rate = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,3}(\.[0-9]{1,30})?$",
        description="A year's rate as a fraction: `0.146` is 14.6 %.",
        examples=["0.146"],
    ),
]
Currency = Annotated[
    str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.", examples=["CNY"])
]
Code = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9_]{0,63}$", description="A reason's code.")]
Words = Annotated[str, Meta(min_length=1, max_length=200)]


def positive_minor(text: str, currency: str) -> int | None:
    """Return an amount in minor units, None if it is not above 0 or not one of the currency.

    >>> positive_minor("12.5", "CNY"), positive_minor("0.00", "CNY"), positive_minor("1.5", "JPY")
    (1250, None, None)
    """
    minor = parse_minor(text, DIGITS_BY_CURRENCY[currency])
    return minor if minor is not None and 0 < minor <= AMOUNT_MAX_MINOR else None


def not_negative_minor(text: str, currency: str) -> int | None:
    """Return an amount of 0 or more in minor units, None for anything else."""
    minor = parse_minor(text, DIGITS_BY_CURRENCY[currency])
    return minor if minor is not None and 0 <= minor <= AMOUNT_MAX_MINOR else None


def money(minor: int, currency: str) -> str:
    """Return minor units as the text of an answer."""
    return format_money(minor, currency)
