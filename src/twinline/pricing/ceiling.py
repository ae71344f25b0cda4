"""The ceiling on the all-in cost of credit, and the dearest terms that stay under it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import Enum, unique
from fractions import Fraction
from typing import TYPE_CHECKING, assert_never

from twinline.kernel.decimals import ONE, PRECISE, power
from twinline.kernel.rate import to_decimal
from twinline.pricing.cost import Extras, cost_of_plan
from twinline.pricing.irr import RateRefusal

if TYPE_CHECKING:
    from twinline.pricing.cost import Cost
    from twinline.pricing.plan import Plan


@unique
class CeilingMode(Enum):
    """Which of the two annual figures the ceiling is held against; both are reported.

    The law names a rate a year and not how months become one; the trade adds twelve up.
    """

    NOMINAL = "nominal"
    EFFECTIVE = "effective"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """The highest all-in cost a year, as a fraction, that the law of a licence and day allows."""

    annual: Fraction
    mode: CeilingMode = CeilingMode.NOMINAL

    def measured(self, cost: Cost) -> Decimal:
        """Return the figure of a cost that the ceiling is held against."""
        match self.mode:
            case CeilingMode.NOMINAL:
                return cost.nominal
            case CeilingMode.EFFECTIVE:
                return cost.effective
        assert_never(self.mode)

    def allows(self, cost: Cost) -> bool:
        """Return whether a cost is at most the ceiling; there is no tolerance."""
        return Fraction(self.measured(cost)) <= self.annual

    @property
    def month(self) -> Decimal:
        """The monthly rate that reaches the ceiling."""
        match self.mode:
            case CeilingMode.NOMINAL:
                return to_decimal(Fraction(self.annual, 12), PRECISE)
            case CeilingMode.EFFECTIVE:
                grown = power(to_decimal(1 + self.annual, PRECISE), Fraction(1, 12))
                return PRECISE.subtract(grown, ONE)
        assert_never(self.mode)


def highest_flat_fee_rate(periods: int, ceiling: Ceiling) -> Decimal:
    """Return the flat fee rate of monthly rows that reaches the ceiling, before any rounding.

    From P = P / n x (1 + f) x annuity factor: f = n / factor - 1.
    """
    with localcontext(PRECISE):
        discount = PRECISE.divide(ONE, ONE + ceiling.month)
        factor = sum(discount**number for number in range(1, periods + 1))
        return PRECISE.divide(Decimal(periods), factor + Decimal(0)) - ONE


def highest_row_fee(plan: Plan, ceiling: Ceiling) -> int | None:
    """Return the largest charge, in minor units, that every row can bear under the ceiling.

    None where the plan is above the ceiling as it is.
    """
    if not _allows(plan, 0, ceiling):
        return None
    low, high = 0, plan.paid_out[0].amount_minor
    while low < high:
        middle = (low + high + 1) // 2
        if _allows(plan, middle, ceiling):
            low = middle
        else:
            high = middle - 1
    return low


def _allows(plan: Plan, each_row: int, ceiling: Ceiling) -> bool:
    """Return whether a plan with a charge on every row stays under the ceiling."""
    cost = cost_of_plan(plan, Extras(each_row=each_row))
    return not isinstance(cost, RateRefusal) and ceiling.allows(cost)
