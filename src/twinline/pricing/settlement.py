"""Settling a flat-fee plan early: what each policy asks, and what the plan then has cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, assert_never

from twinline.pricing.cost import cost_of_plan
from twinline.terms.price import EarlyFee

if TYPE_CHECKING:
    from twinline.pricing.cost import Cost
    from twinline.pricing.irr import RateRefusal
    from twinline.pricing.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What ends a plan right after a row was paid, in minor units."""

    principal_minor: int
    fee_minor: int

    @property
    def payment_minor(self) -> int:
        """Principal and fees together."""
        return self.principal_minor + self.fee_minor


def settlement(plan: Plan, after_row: int, policy: EarlyFee) -> Settlement:
    """Return what a policy asks for right after a row was paid, `after_row` at least 1."""
    assert 1 <= after_row <= len(plan.rows)
    later = plan.rows[after_row:]
    match policy:
        case EarlyFee.NONE:
            fee = 0
        case EarlyFee.NEXT_FEE:
            fee = sum(row.fee_minor for row in later[:1])
        case EarlyFee.ALL_FEES:
            fee = sum(row.fee_minor for row in later)
        case _:
            assert_never(policy)
    principal = plan.rows[after_row - 1].balance_minor
    return Settlement(principal_minor=principal, fee_minor=fee)


def settled(plan: Plan, after_row: int, paid: Settlement) -> Plan:
    """Return the plan as it was lived: its rows up to one, which the settlement was paid with."""
    last = plan.rows[after_row - 1]
    ended = replace(
        last,
        principal_minor=last.principal_minor + paid.principal_minor,
        fee_minor=last.fee_minor + paid.fee_minor,
        balance_minor=0,
    )
    return replace(plan, rows=(*plan.rows[: after_row - 1], ended))


def realised_cost(plan: Plan, after_row: int, policy: EarlyFee) -> Cost | RateRefusal:
    """Return what a plan has cost a year when it was settled right after a row."""
    return cost_of_plan(settled(plan, after_row, settlement(plan, after_row, policy)))
