"""Unit-periods of Regulation Z: month ends, half-months, years, odd days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from twinline.kernel.months import add_months
from twinline.pricing.conventions import Flow, irr_periodic
from twinline.pricing.irr import RateRefusal
from twinline.pricing.reg_z import AnnualRate, UnitOf, UnitPeriod, annual_percentage_rate

MONTH = UnitPeriod(count=1, unit=UnitOf.MONTHS)


def rate(start: str, paid: list[tuple[str, int]], unit_period: UnitPeriod) -> AnnualRate:
    """Return the rate of one advance of 1,000.00 and its payments."""
    flows = [Flow(on=date.fromisoformat(start), amount_minor=100_000)]
    flows += [Flow(on=date.fromisoformat(on), amount_minor=-amount) for on, amount in paid]
    found = annual_percentage_rate(flows, unit_period)
    assert isinstance(found, AnnualRate)
    return found


def equal(one: Decimal, other: Decimal) -> bool:
    """Return whether two rates are the same to 25 digits."""
    return abs(one - other) < Decimal("1e-25")


@pytest.mark.parametrize(
    ("start", "days"),
    [
        ("2026-01-31", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("2026-02-28", ["2026-03-31", "2026-04-30", "2026-05-31"]),
        ("2026-01-30", ["2026-02-28", "2026-03-30", "2026-04-30"]),
        ("2026-01-29", ["2026-02-28", "2026-03-29", "2026-04-29"]),
        ("2026-01-28", ["2026-02-28", "2026-03-28", "2026-04-28"]),
    ],
)
def test_series_at_the_end_of_months(start: str, days: list[str]) -> None:
    """A series on month ends, or on the 29th or 30th, has whole months over February."""
    found = rate(start, [(day, 34_000) for day in days], MONTH)
    periodic = irr_periodic([100_000, -34_000, -34_000, -34_000])

    assert isinstance(periodic, Decimal)
    assert equal(found.unit_rate, periodic)
    assert equal(found.rate, 12 * periodic)


@pytest.mark.parametrize(
    ("unit_period", "paid_on", "unit_rate"),
    [
        (UnitPeriod(count=7, unit=UnitOf.DAYS), "2026-01-22", Fraction(1, 10)),
        (UnitPeriod(count=1, unit=UnitOf.WEEKS), "2026-01-22", Fraction(1, 10)),
        (UnitPeriod(count=6, unit=UnitOf.MONTHS), "2026-07-15", Fraction(1, 10)),
        (UnitPeriod(count=1, unit=UnitOf.HALF_MONTHS), "2026-01-30", Fraction(1, 10)),
        (UnitPeriod(count=1, unit=UnitOf.YEARS), "2027-01-15", Fraction(1, 10)),
        (UnitPeriod(count=1, unit=UnitOf.YEARS), "2026-07-15", Fraction(1, 5)),
        (UnitPeriod(count=1, unit=UnitOf.YEARS), "2026-03-29", Fraction(1, 2)),
        (UnitPeriod(count=3, unit=UnitOf.MONTHS), "2026-02-15", Fraction(3, 10)),
        (MONTH, "2026-01-30", Fraction(1, 5)),
    ],
)
def test_one_payment_over_whole_and_odd_unit_periods(
    unit_period: UnitPeriod, paid_on: str, unit_rate: Fraction
) -> None:
    """An odd part of a unit-period earns simple interest: months left over count whole."""
    found = rate("2026-01-15", [(paid_on, 110_000)], unit_period)

    exact = Decimal(unit_rate.numerator) / Decimal(unit_rate.denominator)
    assert abs(found.unit_rate - exact) < Decimal("1e-25")


def test_unit_periods_in_a_year() -> None:
    """12 / n, 52 / n, 365 / n, 24 and 1."""
    found = [
        UnitPeriod(count=count, unit=unit).per_year
        for count, unit in (
            (2, UnitOf.MONTHS), (4, UnitOf.WEEKS), (10, UnitOf.DAYS), (1, UnitOf.HALF_MONTHS),
            (1, UnitOf.YEARS),
        )
    ]  # fmt: skip

    assert found == [6, 13, Fraction(73, 2), 24, 1]


def test_several_advances() -> None:
    """A loan that is paid out in two parts, the second between unit-periods, has one rate."""
    first, second = date(2026, 1, 15), date(2026, 2, 25)
    flows = [Flow(on=first, amount_minor=50_000), Flow(on=second, amount_minor=50_000)]
    flows += [Flow(on=add_months(first, n), amount_minor=-18_000) for n in range(1, 7)]
    found = annual_percentage_rate(flows, MONTH)

    assert isinstance(found, AnnualRate)
    unit_rate = Fraction(found.unit_rate)
    worth = sum(
        (flow.amount_minor / _growth(first, flow.on, unit_rate) for flow in flows), Fraction(0)
    )
    assert abs(worth) < Fraction(1, 10**15)


def _growth(start: date, on: date, rate: Fraction) -> Fraction:
    """Return (1 + f i) (1 + i) ** t, worked out apart."""
    months = 0
    while add_months(on, -months - 1) >= start:
        months += 1
    odd = Fraction((add_months(on, -months) - start).days, 30)
    return (1 + odd * rate) * (1 + rate) ** months


def test_no_rate_and_several_rates() -> None:
    """Odd days change nothing about refusals."""
    days = [date(2026, 1, 15), date(2026, 2, 20), date(2026, 3, 25)]
    none = [Flow(on=on, amount_minor=1) for on in days]
    several = [
        Flow(on=on, amount_minor=a)
        for on, a in zip(days, (-100_000, 230_000, -132_000), strict=True)
    ]

    assert annual_percentage_rate(none, MONTH) is RateRefusal.NO_RATE
    assert annual_percentage_rate(several, MONTH) is RateRefusal.SEVERAL_RATES
