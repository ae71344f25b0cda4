"""What two linked lines leave free: joint use counts an instalment more than a purchase."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.lines.weight import joint_use_minor

if TYPE_CHECKING:
    from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedUse:
    """The limits of two linked lines and their joint limit, and what is used, in minor units.

    `plain` are purchases that are in no instalment, `instalment` the principal of those that are,
    `cash` the principal of cash loans; `weight`, at least 1, is what an instalment counts for.
    """

    pay_later_limit: int
    cash_loan_limit: int
    joint_limit: int
    plain: int
    instalment: int
    cash: int
    weight: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """Joint use and what may still be used of each line, in minor units."""

    exposure: int
    pay_later: int
    cash_loan: int


def available(use: LinkedUse) -> Available:
    """Return what is free: the headroom of a line or of both together, whichever is less.

    Line use is unweighted; joint use is rounded up to the minor unit. Negative headroom leaves
    nothing available. Repaying an instalment gives the headroom back by the same arithmetic.
    """
    exposure = use.plain + use.cash + joint_use_minor(use.instalment, use.weight)
    joint = use.joint_limit - exposure
    return Available(
        exposure=exposure,
        pay_later=max(0, min(use.pay_later_limit - use.plain - use.instalment, joint)),
        cash_loan=max(0, min(use.cash_loan_limit - use.cash, joint)),
    )
