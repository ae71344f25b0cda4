from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinline.kernel.money import (
    DIGITS_BY_CURRENCY,
    MoneyFormatError,
    format_money,
    parse_money,
)

CURRENCIES = st.sampled_from(sorted(DIGITS_BY_CURRENCY))
AMOUNT_MAX = 10**16 - 1  # sixteen digits, the most that text may have
AMOUNTS = st.integers(-AMOUNT_MAX, AMOUNT_MAX)


@given(AMOUNTS, CURRENCIES)
def test_an_amount_survives_a_round_trip(minor: int, currency: str) -> None:
    """Parsing formatted money returns the same minor units."""
    assert parse_money(format_money(minor, currency), currency) == minor


@given(AMOUNTS, CURRENCIES)
def test_grouping_changes_only_the_commas(minor: int, currency: str) -> None:
    """Grouped text without its commas is the plain text."""
    grouped = format_money(minor, currency, grouped=True)

    assert grouped.replace(",", "") == format_money(minor, currency)


@given(AMOUNTS.filter(bool), CURRENCIES)
def test_the_sign_is_one_leading_minus(minor: int, currency: str) -> None:
    """An amount and its opposite differ by a leading minus and nothing else."""
    assert format_money(-abs(minor), currency) == "-" + format_money(abs(minor), currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "CNY"),
        ("+1", "CNY"),
        (" 1", "CNY"),
        ("1.", "CNY"),
        (".5", "CNY"),
        ("1e3", "CNY"),
        ("1,000", "CNY"),
        ("1.005", "CNY"),
        ("1.0", "JPY"),
        ("nan", "CNY"),
        ("\u0661", "CNY"),
        ("99999999999999999", "CNY"),
    ],
)
def test_text_that_is_no_amount_is_refused(text: str, currency: str) -> None:
    """Anything but an optional minus, digits and the currency's decimals is an error."""
    with pytest.raises(MoneyFormatError, match="is not an amount in"):
        parse_money(text, currency)


def test_an_unknown_currency_is_refused() -> None:
    """A currency whose digits are not known is never guessed."""
    with pytest.raises(KeyError):
        parse_money("1", "ZZZ")
