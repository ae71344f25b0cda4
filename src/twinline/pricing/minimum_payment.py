"""The least that keeps a pay-later bill from being overdue, and what pays it whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.kernel.rounding import Rounding, divide

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What a statement asks for, by part, in minor units.

    `purchases` are the cycle's new ones, `refunds` what came back on them, `revolved` principal
    of earlier bills that bears interest, `instalment_due` the rows billed, `overdue` what earlier
    bills left unpaid.
    """

    purchases: int = 0
    refunds: int = 0
    revolved: int = 0
    instalment_due: int = 0
    fees: int = 0
    overdue: int = 0
    interest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """The minimum payment and the full amount, in minor units."""

    minimum: int
    full: int


def payable(bill: Bill, rate: Fraction) -> Payable:
    """Return what is payable: a share of what may revolve, rounded half up, and all the rest.

    Refunds beyond purchases and revolved principal lower the full amount and leave nothing to
    take a share of. Neither figure is negative and the minimum is never above the full amount.
    """
    revolving = bill.purchases - bill.refunds + bill.revolved
    at_once = bill.instalment_due + bill.fees + bill.overdue + bill.interest
    share = max(revolving, 0) * rate.numerator
    full = max(revolving + at_once, 0)
    minimum = divide(share, rate.denominator, Rounding.HALF_UP) + at_once
    return Payable(minimum=min(minimum, full), full=full)
