"""What a plan costs a year, all charges counted, in the two ways the trade speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from twinline.kernel.decimals import ONE, PRECISE
from twinline.pricing.conventions import rate_over
from twinline.pricing.discount import Timed
from twinline.pricing.irr import RateRefusal

if TYPE_CHECKING:
    from twinline.pricing.plan import Plan

_MONTH_OF_DAYS = Fraction(365, 12)
_MONTH_BELOW = Decimal("1e60")
"""A plan has a cost however dear: ten times the principal after a day is 1e31 in a month."""

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
        month = rate_over(_by_days(plan, extras), _MONTH_OF_DAYS, _MONTH_BELOW)
    else:
        month = rate_over(_by_periods(plan, extras), Fraction(1, plan.months), _MONTH_BELOW)
    return month if isinstance(month, RateRefusal) else cost_of_month(month)


def cost_of_month(irr_month: Decimal) -> Cost:
    """Return the cost that a monthly rate of return stands for."""
    year = PRECISE.power(PRECISE.add(ONE, irr_month), 12)
    return Cost(
        irr_month=irr_month,
        nominal=PRECISE.multiply(irr_month, _TWELVE),
        effective=PRECISE.subtract(year, ONE),
    )


def _by_periods(plan: Plan, extras: Extras) -> list[Timed]:
    """Return the borrower's flows by number of the period."""
    numbers = {plan.paid_out[0].on: 0} | {row.due_on: row.number for row in plan.rows}
    flows = [Timed(paid.amount_minor, numbers[paid.on]) for paid in plan.paid_out]
    flows.append(Timed(-extras.deducted, 0))
    flows += [Timed(-row.payment_minor - extras.each_row, row.number) for row in plan.rows]
    return flows


def _by_days(plan: Plan, extras: Extras) -> list[Timed]:
    """Return the borrower's flows by days since the start."""
    start = plan.paid_out[0].on
    flows = [Timed(paid.amount_minor, (paid.on - start).days) for paid in plan.paid_out]
    flows.append(Timed(-extras.deducted, 0))
    flows += [
        Timed(-row.payment_minor - extras.each_row, (row.due_on - start).days) for row in plan.rows
    ]
    return flows
