"""Loans as tests speak of them: decimal text in, plans out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from twinline.kernel.daycount import DayCount
from twinline.kernel.money import parse_money
from twinline.kernel.schedule import DueDates, Every, Unit
from twinline.pricing.amortisation import amortise
from twinline.pricing.flat_fee import spread_flat_fee
from twinline.pricing.plan import Plan
from twinline.terms.plan import FlatFeeTerms, Instalment, PlanTerms, Rules

MONTHLY = Every(count=1, unit=Unit.MONTHS)
DRAWN_ON = date(2026, 1, 15)
BY_MONTHS = Rules(day_count=DayCount.TWELFTH, instalment=Instalment.ANNUITY)


def minor(text: str) -> int:
    """Return fen."""
    return parse_money(text, "CNY")


def terms(principal: str, rate: str, periods: int, *, rules: Rules | None = None) -> PlanTerms:
    """Return a monthly loan drawn on 15 January 2026."""
    return PlanTerms(
        principal_minor=minor(principal),
        annual_rate=Fraction(rate),
        due=DueDates(start_on=DRAWN_ON, every=MONTHLY, periods=periods),
        rules=rules or Rules(),
    )


def made(agreed: PlanTerms, **changes: Any) -> Plan:  # noqa: ANN401 - any of the terms
    """Return the plan of terms, some of them changed; it must not be refused."""
    plan = amortise(replace(agreed, **changes))
    assert isinstance(plan, Plan), plan
    return plan


def flat_fee(principal: str, rate: str, periods: int) -> Plan:
    """Return a monthly flat-fee plan."""
    plan = spread_flat_fee(
        FlatFeeTerms(
            principal_minor=minor(principal),
            flat_fee_rate=Fraction(rate),
            due=DueDates(start_on=DRAWN_ON, every=MONTHLY, periods=periods),
        )
    )
    assert isinstance(plan, Plan), plan
    return plan


def interest(plan: Plan) -> list[int]:
    """Return each row's interest in fen."""
    return [row.interest_minor for row in plan.rows]


def principal(plan: Plan) -> list[int]:
    """Return each row's principal in fen."""
    return [row.principal_minor for row in plan.rows]


def payments(plan: Plan) -> list[int]:
    """Return each row's payment in fen."""
    return [row.payment_minor for row in plan.rows]
