"""What the fields of requests and answers are made of, and how their text is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from twinline.kernel.money import format_minor, parse_minor
from twinline.kernel.rate import RATE_MAX, format_decimal, format_significant, parse_decimal
from twinline.kernel.rounding import Rounding, divide

DIGITS: Final = 2
"""Minor digits of money where a request has no `digits`."""

YEAR_MIN: Final = 1900
FLOWS_MAX: Final = 10_000
PERIODS_MAX: Final = 3_660
SIGNIFICANT: Final = 15
"""Significant digits of a rate that has been searched for."""

NUMBER: Final = r"^-?[0-9]{1,16}(\.[0-9]{1,30})?$"
AMOUNT: Final = r"^-?[0-9]{1,16}(\.[0-9]{1,8})?$"

Amount = Annotated[
    str,
    Meta(
        pattern=AMOUNT,
        description="Money, with no more decimals than the currency has.",
        examples=["10000.00"],
    ),
]
Number = Annotated[
    str,
    Meta(
        pattern=NUMBER,
        description="0.146 is 14.6 %.",
        examples=["0.146"],
    ),
]
NumberOrInteger = Annotated[str, Meta(pattern=NUMBER)] | int
Day = Annotated[date, Meta(description=f"From the year {YEAR_MIN}.")]
Identity = str | int | None


class BadFieldError(ValueError):
    """A field whose value breaks a rule: the top-level field's name, the value, the rule."""

    def __init__(self, field: str | None, value: object, rule: str) -> None:
        """Keep the three for the problem that is answered."""
        super().__init__(f"{field}: {value!r} breaks {rule}")
        self.field, self.value, self.rule = field, value, rule
        self.interval: dict[str, str] | None = None


class RequestPart(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a request that may hold dates: none before the year 1900."""

    def __post_init__(self) -> None:
        """Refuse a date that is a slip of the pen."""
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, date) and value.year < YEAR_MIN:
                raise ValueError(f"from_1900 `{name}`")


class Request(
    RequestPart, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"
):
    """What every request has: an `id` that comes back with the answer."""

    id: Identity = None


class Answer(Struct, frozen=True, kw_only=True):
    """What every answer has."""

    id: Identity
    ok: bool = True


def minor_of(field: str, text: str, *, digits: int = DIGITS, least: int | None = 0) -> int:
    """Return an amount in minor units, not below `least` of them where that is given."""
    minor = parse_minor(text, digits)
    if minor is None:
        raise BadFieldError(field, text, "decimals_of_currency")
    if least is not None and minor < least:
        raise BadFieldError(field, text, "above_0" if least == 1 else "at_least_0")
    return minor


def money_text(minor: int, digits: int = DIGITS) -> str:
    """Return minor units as the text of an answer."""
    return format_minor(minor, digits)


def money_of(value: Fraction | Decimal) -> str:
    """Return an exact or precise amount of minor units as money, rounded half up."""
    return money_text(divide(*value.as_integer_ratio(), Rounding.HALF_UP))


def number_of(
    field: str, text: str | int, *, least: Fraction | int | None = 0, most: int | None = None
) -> Fraction:
    """Return the exact value of decimal text, or of an integer, within bounds."""
    value = parse_decimal(str(text)) if isinstance(text, str) else Fraction(text)
    if value is None:
        raise BadFieldError(field, text, "decimal_text")
    if least is not None and value < least:
        raise BadFieldError(field, text, f"at_least_{least}")
    if most is not None and value > most:
        raise BadFieldError(field, text, f"at_most_{most}")
    return value


def positive_of(field: str, text: str | int) -> Fraction:
    """Return the exact value of a number above nothing."""
    value = number_of(field, text)
    if not value:
        raise BadFieldError(field, text, "above_0")
    return value


def rate_of(field: str, text: str) -> Fraction:
    """Return a nominal rate a year, from 0 to 10."""
    return number_of(field, text, most=RATE_MAX.numerator)


def share_of(field: str, text: str) -> Fraction:
    """Return a share or a probability, from 0 to 1."""
    return number_of(field, text, most=1)


def exact_text(value: Fraction, decimals: int = 12) -> str:
    """Return an exact number as text, half to even in the last decimal."""
    return format_decimal(value, decimals)


def rate_text(value: Decimal) -> str:
    """Return a rate that was searched for, to fifteen significant digits."""
    return format_significant(value, SIGNIFICANT)


def statistic_text(value: float) -> str:
    """Return a statistic to fifteen significant digits, in plain notation."""
    return format_significant(Decimal(value), SIGNIFICANT)


Untyped = dict[str, Any]
"""A request as it was read, before it has a type."""
