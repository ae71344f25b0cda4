"""The annual percentage rate of charge of the European Union.

Directive 2008/48/EC, annex I, part I, with the remarks on intervals of Directive 2014/17/EU,
annex I, part I (c): whole years, months or weeks counted back from each flow's date to the first
drawdown, and the days left over by the length of the year that ends with them.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, unique
from fractions import Fraction
from typing import TYPE_CHECKING

from twinline.kernel.months import add_months, is_month_end, whole_months_back
from twinline.pricing.conventions import effective_rate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from twinline.pricing.conventions import Flow
    from twinline.pricing.irr import RateRefusal


@unique
class Interval(Enum):
    """The whole periods in which time is counted."""

    MONTHS = "months"
    YEARS = "years"
    WEEKS = "weeks"


def annual_percentage_rate_of_charge(
    flows: Sequence[Flow], interval: Interval
) -> Decimal | RateRefusal:
    """Return the effective annual rate, as a fraction, of drawdowns and payments in any order."""
    start = min(flow.on for flow in flows)
    times = [years_between(start, flow.on, interval) for flow in flows]
    return effective_rate([flow.amount_minor for flow in flows], times)


def years_between(start: date, on: date, interval: Interval) -> Fraction:
    """Return the time between two dates in years, the second not before the first.

    >>> from datetime import date
    >>> years_between(date(2012, 1, 12), date(2012, 2, 15), Interval.MONTHS)
    Fraction(401, 4380)
    """
    match interval:
        case Interval.WEEKS:
            weeks, over = divmod((on - start).days, 7)
            return Fraction(weeks, 52) + _days(start + timedelta(days=over), over)
        case Interval.MONTHS | Interval.YEARS:
            pass
    day = 31 if is_month_end(on) else None
    months, begins_on = whole_months_back(start, on, day=day)
    if interval is Interval.YEARS:
        months -= months % 12
        begins_on = add_months(on, -months, day=day)
    return Fraction(months, 12) + _days(begins_on, (begins_on - start).days)


def _days(last: date, days: int) -> Fraction:
    """Return days that end on `last` over the length of the year that ends with them."""
    if not days:
        return Fraction(0)
    return Fraction(days, (last - add_months(last, -12)).days)
