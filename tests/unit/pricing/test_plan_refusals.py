"""Terms that have no plan, by the core's own names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from tests.loans import DRAWN_ON, MONTHLY, terms
from twinline.kernel.schedule import DueDates, Every, Unit
from twinline.pricing.accrual import accrued, payoff_minor
from twinline.pricing.amortisation import amortise
from twinline.pricing.flat_fee import spread_flat_fee
from twinline.pricing.plan import Plan, PlanRefusal
from twinline.terms.plan import FlatFeeTerms, Grace, Rules

LOAN = terms("10000.00", "0.146", 12)


@pytest.mark.parametrize(
    ("due", "refusal"),
    [
        (replace(LOAN.due, first_due_on=DRAWN_ON), PlanRefusal.DUE_BEFORE_START),
        (replace(LOAN.due, start_on=date(9999, 6, 1)), PlanRefusal.DATE_OUT_OF_CALENDAR),
    ],
)
def test_dates_that_give_no_plan(due: DueDates, refusal: PlanRefusal) -> None:
    """Both kinds of plan refuse the same dates."""
    fee = FlatFeeTerms(principal_minor=100, flat_fee_rate=Fraction(0), due=due)

    assert amortise(replace(LOAN, due=due)) is refusal
    assert spread_flat_fee(fee) is refusal


def test_days_and_weeks_leave_the_calendar_too() -> None:
    """No unit of a period crashes at the end of the calendar."""
    for unit in Unit:
        due = DueDates(start_on=date(9999, 12, 1), every=Every(count=9, unit=unit), periods=9)
        assert amortise(replace(LOAN, due=due)) is PlanRefusal.DATE_OUT_OF_CALENDAR


def test_a_step_that_ends_the_plan_early() -> None:
    """Whole yuan on a small principal end the plan before its last row, so they are refused."""
    fee = FlatFeeTerms(
        principal_minor=700,
        flat_fee_rate=Fraction("0.5"),
        due=DueDates(start_on=DRAWN_ON, every=MONTHLY, periods=12),
        step_minor=100,
    )

    assert spread_flat_fee(fee) is PlanRefusal.INSTALMENT_STEP
    assert amortise(replace(LOAN, principal_minor=500, rules=Rules(step_minor=100))) is (
        PlanRefusal.INSTALMENT_STEP
    )


def test_payoff_before_the_first_due_and_in_grace() -> None:
    """Before any row the principal and its days; in a waived row nothing is earned."""
    plan = amortise(LOAN)
    assert isinstance(plan, Plan)
    assert payoff_minor(LOAN, plan, date(2026, 1, 16)) == 1_000_000 + 400

    waived = replace(LOAN, grace=Grace(interest_free_periods=1))
    free = amortise(waived)
    assert isinstance(free, Plan)
    assert accrued(waived, free, date(2026, 2, 1)) == 0
