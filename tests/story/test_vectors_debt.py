"""The published vectors of delinquency, limits, capacity, parts and plans."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from tests.loans import MONTHLY, made, minor, payments, terms
from twinline.compliance.person_cap import draft_2020_cap_minor, room_minor
from twinline.kernel.rate import format_decimal
from twinline.kernel.rounding import Rounding
from twinline.lines.exposure import LinkedUse, available
from twinline.pricing.capacity import debt_service_ratio, free_service_minor, largest_principal
from twinline.pricing.shares import PriceParts, split
from twinline.servicing.delinquency import (
    DatedAmount,
    FiveClass,
    Scheme,
    bucket,
    days_past_due,
    five_class,
)

DUES = [DatedAmount(on=date(2026, month, 15), amount_minor=minor("900.41")) for month in (3, 4, 5)]


@pytest.mark.parametrize(
    ("as_of", "paid", "days"),
    [
        ("2026-03-15", "0", 0),
        ("2026-03-16", "0", 1),
        ("2026-05-20", "0", 66),
        ("2026-05-20", "900.41", 35),
        ("2026-05-20", "1000.00", 35),
        ("2026-05-20", "1800.82", 5),
        ("2026-06-13", "0", 90),
        ("2026-06-14", "0", 91),
    ],
)
def test_v21_days_past_due(as_of: str, paid: str, days: int) -> None:
    """Payments go to the oldest due; the count starts the day after it."""
    payments_made = [DatedAmount(on=date(2026, 3, 1), amount_minor=minor(paid))]

    assert days_past_due(DUES, payments_made, date.fromisoformat(as_of)) == days


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "C"), (1, "M1"), (30, "M1"), (31, "M2"), (61, "M3"), (91, "M4"), (121, "M5"),
     (151, "M6"), (180, "M6"), (181, "M7+")],
)  # fmt: skip
def test_v21_buckets(days: int, name: str) -> None:
    """A bucket is thirty days, the last open."""
    assert bucket(days) == name


def test_v22_five_classes_of_banks() -> None:
    """The edges of the 2023 order: 90, 270 and 360 days."""
    classes = [five_class(d, Scheme.BANK_2023) for d in (0, 1, 90, 91, 270, 271, 360, 361)]

    assert classes == [
        FiveClass.NORMAL,
        FiveClass.SPECIAL_MENTION,
        FiveClass.SPECIAL_MENTION,
        FiveClass.SUBSTANDARD,
        FiveClass.SUBSTANDARD,
        FiveClass.DOUBTFUL,
        FiveClass.DOUBTFUL,
        FiveClass.LOSS,
    ]


def test_v22_five_classes_of_cards() -> None:
    """The edges of the card order: 90, 120 and 180 days."""
    classes = [five_class(d, Scheme.CARD_2011).value for d in (90, 91, 120, 121, 180, 181)]

    assert classes == [
        "special_mention", "substandard", "substandard", "doubtful", "doubtful", "loss"
    ]  # fmt: skip


def test_v35_cap_by_income() -> None:
    """A third of the mean income of three years, 300,000 at most; the lower counts."""
    rising = [minor(f"{year}.00") for year in (90_000, 96_000, 102_000)]

    assert draft_2020_cap_minor(rising) == minor("32000.00")
    assert draft_2020_cap_minor([minor("400000.00")] * 3) == minor("133333.33")
    assert draft_2020_cap_minor([minor("990000.00")] * 3) == minor("300000.00")


def test_v36_room_under_the_cap() -> None:
    """Who owes 185,000 may draw 15,000 more under a cap of 200,000, never less than nothing."""
    assert room_minor(minor("200000.00"), minor("185000.00")) == minor("15000.00")
    assert room_minor(minor("200000.00"), minor("210000.00")) == 0


def test_v37_capacity() -> None:
    """An instalment of 900.41 takes the ratio to 33.76 %; 2,200 free carry 24,425.53."""
    ratio = debt_service_ratio(minor("1800.00") + minor("900.41"), minor("8000.00"))
    free = free_service_minor(minor("8000.00"), minor("1800.00"), Fraction("0.5"))

    assert format_decimal(100 * ratio, 2) == "33.76"
    assert free == minor("2200.00")
    assert largest_principal(free, Fraction("0.146"), 12) == minor("24425.53")


@pytest.mark.parametrize(
    ("plain", "instalment", "cash", "weight", "exposure", "pay_later", "cash_loan"),
    [
        ("2000", "0", "10000", "1", "12000", "13000", "20000"),
        ("2000", "12000", "10000", "1", "24000", "1000", "16000"),
        ("2000", "12000", "10000", "1.5", "30000", "1000", "10000"),
        ("2000", "6000", "20000", "1.5", "31000", "7000", "9000"),
    ],
)
def test_v39_linked_limits(  # noqa: PLR0913, PLR0917 - one row of the table
    plain: str, instalment: str, cash: str, weight: str, exposure: str, pay_later: str,
    cash_loan: str,
) -> None:  # fmt: skip
    """An instalment weighs on the sibling line, and repaying it gives the headroom back."""
    free = available(
        LinkedUse(
            pay_later_limit=minor("15000"),
            cash_loan_limit=minor("30000"),
            joint_limit=minor("40000"),
            plain=minor(plain),
            instalment=minor(instalment),
            cash=minor(cash),
            weight=Fraction(weight),
        )
    )

    assert free.exposure == minor(exposure)
    assert (free.pay_later, free.cash_loan) == (minor(pay_later), minor(cash_loan))


def test_v40_joint_split() -> None:
    """One side is rounded and the other takes the rest."""
    parts = split(minor("900.41"), Fraction("0.3"), Rounding.HALF_UP)

    assert parts == (minor("270.12"), minor("630.29"))


def test_v42_personalised_plan() -> None:
    """Thirty thousand over sixty months without interest is 500.00 a month."""
    plan = made(terms("30000.00", "0", 60))

    assert payments(plan) == [minor("500.00")] * 60
    assert MONTHLY.months == 1


def test_v43_price_build() -> None:
    """Funding, operating, expected loss and capital add up to 7.65875 %."""
    parts = PriceParts(
        funding=Fraction("0.03"),
        operating=Fraction("0.02"),
        pd=Fraction("0.03"),
        lgd=Fraction("0.65"),
        capital_ratio=Fraction("0.105"),
        risk_weight=Fraction("0.75"),
        return_on_capital=Fraction("0.12"),
    )

    assert parts.capital_charge == Fraction("0.0070875")
    assert parts.floor == Fraction("0.0765875")
