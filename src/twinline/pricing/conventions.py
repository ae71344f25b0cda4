"""How the market turns dated flows into one annual rate, by the names of the conventions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import TYPE_CHECKING, Final

from twinline.kernel.daycount import FIXED_BASIS, DayCount, year_fraction
from twinline.kernel.decimals import ONE, PRECISE, power
from twinline.pricing.discount import Timed
from twinline.pricing.irr import Bounds, RateRefusal, growth_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

RATE_ABOVE: Final = Decimal("-0.999999")
RATE_BELOW: Final = Decimal(1000)
"""The open interval in which rates are searched."""

_PERIODIC = Bounds(ONE + RATE_ABOVE, ONE + RATE_BELOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """An amount in minor units on a day; paid and received have opposite signs."""

    on: date
    amount_minor: int


def irr_periodic(amounts_minor: Sequence[int]) -> Decimal | RateRefusal:
    """Return the rate a period of equally spaced flows, in the order given, as a fraction."""
    flows = [Timed(amount, number) for number, amount in enumerate(amounts_minor)]
    growth = growth_of(flows, _PERIODIC)
    return growth if isinstance(growth, RateRefusal) else PRECISE.subtract(growth, ONE)


def xirr(
    flows: Sequence[Flow], day_count: DayCount = DayCount.ACTUAL_365
) -> Decimal | RateRefusal:
    """Return the effective annual rate of dated flows, counted from the earliest."""
    start = min(flow.on for flow in flows)
    basis = FIXED_BASIS.get(day_count)
    if basis is not None:
        days = [Timed(flow.amount_minor, (flow.on - start).days) for flow in flows]
        return rate_over(days, Fraction(basis))
    times = [year_fraction(start, flow.on, day_count) for flow in flows]
    return effective_rate([flow.amount_minor for flow in flows], times)


def effective_rate(
    amounts_minor: Sequence[int], years: Sequence[Fraction]
) -> Decimal | RateRefusal:
    """Return the effective annual rate of flows at exact times in years from the first."""
    unit = lcm(*(time.denominator for time in years))
    flows = [
        Timed(amount, time.numerator * (unit // time.denominator))
        for amount, time in zip(amounts_minor, years, strict=True)
    ]
    return rate_over(flows, Fraction(unit))


def rate_over(
    flows: Sequence[Timed], periods: Fraction, below: Decimal = RATE_BELOW
) -> Decimal | RateRefusal:
    """Return the rate, compounded over so many periods, of flows timed in whole periods.

    Rates are searched up to `below`.

    >>> from twinline.kernel.rate import format_significant
    >>> format_significant(rate_over([Timed(100, 0), Timed(-121, 2)], Fraction(1)), 12)
    '0.100000000000'
    """
    growth = growth_of(flows, _bounds(periods, below))
    if isinstance(growth, RateRefusal):
        return growth
    return PRECISE.subtract(power(growth, periods), ONE)


@lru_cache(maxsize=256)
def _bounds(periods: Fraction, below: Decimal) -> Bounds:
    """Return the growth factors a period that the interval of rates searched stands for."""
    part = Fraction(periods.denominator, periods.numerator)
    ends = PRECISE.add(ONE, RATE_ABOVE), PRECISE.add(ONE, below)
    return Bounds(*(power(end, part) for end in ends))


def compounded(rate: Decimal, periods: Fraction) -> Decimal:
    """Return what a rate a period becomes over many, or over a part of one.

    >>> compounded(Decimal("0.01"), Fraction(12)).normalize()
    Decimal('0.126825030131969720661201')
    """
    return PRECISE.subtract(power(PRECISE.add(ONE, rate), periods), ONE)


def worth_on(
    flows: Sequence[Flow], annual_rate: Fraction, on: date, day_count: DayCount
) -> Fraction:
    """Return what all flows are worth on a day at an effective annual rate, in minor units.

    Good to about thirty digits; the caller rounds.
    """
    growth = PRECISE.add(ONE, PRECISE.divide(*map(Decimal, annual_rate.as_integer_ratio())))
    total = Decimal(0)
    with localcontext(PRECISE):
        for flow in flows:
            first, last = min(flow.on, on), max(flow.on, on)
            years = year_fraction(first, last, day_count)
            factor = power(growth, years if flow.on <= on else -years)
            total += flow.amount_minor * factor
    return Fraction(total)
