"""The annual percentage rate of the United States: 12 CFR part 1026 (Regulation Z), appendix J.

The actuarial method for closed-end credit, single or multiple advance. Paragraph numbers below
are those of section (b) of the appendix.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from typing import TYPE_CHECKING, assert_never

from twinline.kernel.decimals import ONE, PRECISE
from twinline.kernel.months import add_months, is_month_end, whole_months_back
from twinline.kernel.rate import to_decimal
from twinline.pricing.conventions import RATE_ABOVE, RATE_BELOW
from twinline.pricing.discount import Timed
from twinline.pricing.irr import Bounds, RateRefusal, growth_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from twinline.pricing.conventions import Flow


@unique
class UnitOf(Enum):
    """What a unit-period is a number of."""

    MONTHS = "months"
    WEEKS = "weeks"
    DAYS = "days"
    HALF_MONTHS = "half_months"
    YEARS = "years"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPeriod:
    """The period in which flows are measured; half-months and years come singly."""

    count: int
    unit: UnitOf

    @property
    def per_year(self) -> Fraction:
        """Unit-periods in a year: (b)(5)(ii) to (v)."""
        match self.unit:
            case UnitOf.MONTHS:
                return Fraction(12, self.count)
            case UnitOf.WEEKS:
                return Fraction(52, self.count)
            case UnitOf.DAYS:
                return Fraction(365, self.count)
            case UnitOf.HALF_MONTHS:
                return Fraction(24)
            case UnitOf.YEARS:
                return Fraction(1)
        assert_never(self.unit)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualRate:
    """The rate a unit-period and the nominal annual rate disclosed: their product."""

    unit_rate: Decimal
    rate: Decimal


def annual_percentage_rate(
    flows: Sequence[Flow], unit_period: UnitPeriod
) -> AnnualRate | RateRefusal:
    """Return the annual percentage rate as a fraction, of advances and payments in any order."""
    start = min(flow.on for flow in flows)
    series = _SeriesDay.of([flow.on for flow in flows if flow.on != start])
    timed = [
        Timed(flow.amount_minor, *_units(start, flow.on, unit_period, series)) for flow in flows
    ]
    growth = growth_of(timed, Bounds(ONE + RATE_ABOVE, ONE + RATE_BELOW))
    if isinstance(growth, RateRefusal):
        return growth
    unit_rate = PRECISE.subtract(growth, ONE)
    per_year = to_decimal(unit_period.per_year, PRECISE)
    return AnnualRate(unit_rate=unit_rate, rate=PRECISE.multiply(unit_rate, per_year))


@dataclass(frozen=True, slots=True)
class _SeriesDay:
    """The day of the month on which the payments fall, for those that a short month moved.

    (b)(5)(ii): a series on the last day of each month is measured from month end to month end;
    one on the 29th or 30th uses the last day of February.
    """

    day: int | None

    @classmethod
    def of(cls, days: Sequence[date]) -> _SeriesDay:
        if len(days) > 1 and all(is_month_end(on) for on in days):
            return cls(31)
        return cls(max((on.day for on in days), default=None))

    def for_date(self, on: date) -> int | None:
        """Return the day of the month to count back with, None for the date's own."""
        moved = self.day is not None and on.day < self.day and is_month_end(on)
        return self.day if moved else None


def _units(
    start: date, on: date, unit_period: UnitPeriod, series: _SeriesDay
) -> tuple[int, Fraction]:
    """Return the full unit-periods between two dates and the odd part of one."""
    count = unit_period.count
    match unit_period.unit:
        case UnitOf.DAYS:
            whole, over = divmod((on - start).days, count)
            return whole, Fraction(over, count)
        case UnitOf.WEEKS:
            whole, over = divmod((on - start).days, 7 * count)
            return whole, Fraction(over, 7 * count)
        case UnitOf.MONTHS | UnitOf.HALF_MONTHS | UnitOf.YEARS:
            pass
    months, begins_on = whole_months_back(start, on, day=series.for_date(on))
    over = (begins_on - start).days
    match unit_period.unit:
        case UnitOf.MONTHS:
            whole, left = divmod(months, count)
            return whole, Fraction(30 * left + over, 30 * count)
        case UnitOf.HALF_MONTHS:
            whole, left = divmod(30 * months + over, 15)
            return whole, Fraction(left, 15)
        case UnitOf.YEARS:
            return _years(start, on, months, over)
    assert_never(unit_period.unit)


def _years(start: date, on: date, months: int, over: int) -> tuple[int, Fraction]:
    """Return full years and the rest: months left over if it is whole months, else its days."""
    whole, left = divmod(months, 12)
    if not over:
        return whole, Fraction(left, 12)
    begins_on = add_months(on, -12 * whole)
    return whole, Fraction((begins_on - start).days, 365)
