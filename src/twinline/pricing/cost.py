"""What a plan costs a year, all charges counted, in the two ways the trade speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from twinline.kernel.decimals import ONE, PRECISE
from twinline.pricing.conventions import compounded, irr_periodic, rate_over
from twinline.pricing.discount import Timed
from twinline.pricing.irr import RateRefusal

if TYPE_CHECKING:
    from twinline.pricing.plan import Plan

_MONTH_OF_DAYS = Fraction(365, 12)
_TWELVE = Decimal(12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The all-in cost as fractions, unrounded: a month's internal rate of return and the year's.

    PBC Announcement 2021 No. 3 lets the annualised rate be shown compounded or simple: `nominal`
    is twelve months' rates added up, `effective` twelve compounded.
    """

    irr_month: Decimal
    nominal: Decimal
    effective: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """Charges beside the plan's own, in minor units.

    `deducted` is kept back from the first amount paid out; `each_row` is collected with every
    row, as a guarantee fee is.
    """

    deducted: int = 0
    each_row: int = 0


def cost_of_plan(plan: Plan, extras: Extras | None = None) -> Cost | RateRefusal:
    """Return the all-in cost of a plan under normal performance.

    Periods of n whole months, every one regular and every amount paid out on a due date, give the
    periodic rate i and (1 + i) ** (1 / n) - 1 a month; any other plan is discounted by its days
    over 365.
    """
    extras = extras or Extras()
    if plan.months is None:
        month = _by_days(plan, extras)
    else:
        periodic = irr_periodic(_by_periods(plan, extras))
        if isinstance(periodic, RateRefusal):
            return periodic
        month = compounded(periodic, Fraction(1, plan.months)) if plan.months > 1 else periodic
    return month if isinstance(month, RateRefusal) else cost_of_month(month)


def cost_of_month(irr_month: Decimal) -> Cost:
    """Return the cost that a monthly rate of return stands for."""
    year = PRECISE.power(PRECISE.add(ONE, irr_month), 12)
    return Cost(
        irr_month=irr_month,
        nominal=PRECISE.multiply(irr_month, _TWELVE),
        effective=PRECISE.subtract(year, ONE),
    )


def _by_periods(plan: Plan, extras: Extras) -> list[int]:
    """Return the borrower's flows by number of the period."""
    numbers = {plan.paid_out[0].on: 0} | {row.due_on: row.number for row in plan.rows}
    flows = [0] + [-row.payment_minor - extras.each_row for row in plan.rows]
    flows[0] -= extras.deducted
    for paid in plan.paid_out:
        flows[numbers[paid.on]] += paid.amount_minor
    return flows


def _by_days(plan: Plan, extras: Extras) -> Decimal | RateRefusal:
    """Return the monthly rate of the borrower's flows by their days."""
    start = plan.paid_out[0].on
    flows = [Timed(paid.amount_minor, (paid.on - start).days) for paid in plan.paid_out]
    flows.append(Timed(-extras.deducted, 0))
    flows += [
        Timed(-row.payment_minor - extras.each_row, (row.due_on - start).days) for row in plan.rows
    ]
    return rate_over(flows, _MONTH_OF_DAYS)
