"""Later draws and rate changes, against a loan that is run day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loans import interest, made, minor, payments, principal, terms
from twinline.kernel.daycount import DayCount
from twinline.kernel.months import MonthEnd
from twinline.kernel.rounding import Rounding, divide
from twinline.kernel.schedule import DueDates, Every, Unit
from twinline.pricing.cost import Cost, cost_of_plan
from twinline.terms.plan import (
    Disbursement,
    Grace,
    Instalment,
    Method,
    RateChange,
    Rules,
)

if TYPE_CHECKING:
    from twinline.pricing.plan import Plan
    from twinline.terms.plan import (
        PlanTerms,
    )

LOAN = terms("10000.00", "0.146", 12)


def by_days(agreed: PlanTerms, plan: Plan) -> list[int]:
    """Return each row's interest, run day by day over actual days of 365."""
    rate = agreed.annual_rate
    rates = {change.on: change.annual_rate for change in agreed.rate_changes}
    draws: dict[date, int] = {}
    for draw in agreed.disbursements:
        draws[draw.on] = draws.get(draw.on, 0) + draw.amount_minor
    rate = rates.get(agreed.due.start_on, rate)
    owed = agreed.principal_minor + draws.get(agreed.due.start_on, 0)
    found, day = [], agreed.due.start_on
    for row in plan.rows:
        earned = Fraction(0)
        while day < row.due_on:
            day += timedelta(days=1)
            rate = rates.get(day, rate)
            earned += owed * rate / 365
            if day < row.due_on:
                owed += draws.get(day, 0)
        found.append(divide(earned.numerator, earned.denominator, Rounding.HALF_UP))
        owed += draws.get(day, 0) - row.principal_minor
    return found


DAYS = st.integers(0, 364).map(lambda n: date(2026, 1, 15) + timedelta(days=n))


@given(
    st.lists(st.builds(Disbursement, on=DAYS, amount_minor=st.integers(1, 10**6)), max_size=3),
    st.lists(
        st.builds(RateChange, on=DAYS, annual_rate=st.fractions(0, "0.24", max_denominator=997)),
        max_size=3,
        unique_by=lambda change: change.on,
    ),
    st.sampled_from(list(Method)),
)
def test_interest_is_what_the_days_earn(
    draws: list[Disbursement], changes: list[RateChange], method: Method
) -> None:
    """Row by row the interest is what a loan run day by day earns, rounded once."""
    agreed = replace(LOAN, disbursements=tuple(draws), rate_changes=tuple(changes), method=method)
    plan = made(agreed)

    assert interest(plan) == by_days(agreed, plan)


def test_earlier_rows_know_nothing_of_later_events() -> None:
    """Up to an event the rows are those of the loan without it."""
    plain = made(LOAN)
    drawn = made(LOAN, disbursements=(Disbursement(on=date(2026, 6, 20), amount_minor=100_000),))

    assert drawn.rows[:5] == plain.rows[:5]
    assert drawn.rows[5].payment_minor > plain.rows[5].payment_minor
    assert len(set(payments(drawn)[5:-1])) == 1


def test_a_draw_on_a_due_date_comes_after_the_payment() -> None:
    """It is in that day's balance and the payment is solved again from the next row."""
    plain = made(LOAN)
    drawn = made(LOAN, disbursements=(Disbursement(on=date(2026, 3, 15), amount_minor=100_000),))

    assert drawn.rows[0] == plain.rows[0]
    assert drawn.rows[1].payment_minor == plain.rows[1].payment_minor
    assert drawn.rows[1].balance_minor == plain.rows[1].balance_minor + 100_000
    assert drawn.months == 1


def test_a_draw_on_the_start_adds_to_the_principal() -> None:
    """Two amounts on the first day are one loan of both."""
    halves = replace(LOAN, principal_minor=400_000)
    both = made(halves, disbursements=(Disbursement(on=date(2026, 1, 15), amount_minor=600_000),))

    assert payments(both) == payments(made(LOAN))


def test_a_rate_change_binds_from_the_day_that_ends_on_it() -> None:
    """Changed on the due date, only that day of the row is at the new rate."""
    change = RateChange(on=date(2026, 2, 15), annual_rate=Fraction("0.2"))
    plan = made(LOAN, rate_changes=(change,))

    exact = 1_000_000 * (30 * Fraction("0.146") + Fraction("0.2")) / 365
    assert plan.rows[0].interest_minor == int(exact + Fraction(1, 2))


def test_a_change_on_the_start_is_the_rate_from_the_first_day() -> None:
    """The whole loan is at the new rate."""
    change = RateChange(on=date(2026, 1, 15), annual_rate=Fraction("0.2"))

    assert payments(made(LOAN, rate_changes=(change,))) == payments(
        made(terms("10000.00", "0.2", 12))
    )


def test_grace_without_principal_and_without_interest() -> None:
    """Principal-free rows pay interest, interest-free rows waive it; both count in the periods."""
    plan = made(LOAN, grace=Grace(principal_periods=3, interest_free_periods=1))

    assert payments(plan)[:3] == [0, 11_200, 12_400]
    assert principal(plan)[:3] == [0, 0, 0]
    assert len(plan.rows) == 12
    assert len(set(payments(plan)[3:-1])) == 1


@pytest.mark.parametrize(
    ("month_end", "given_first", "days"),
    [
        (MonthEnd.LAST_DAY, None, ["02-28", "03-31", "04-30", "05-31"]),
        (MonthEnd.NEXT_FIRST, None, ["03-01", "03-31", "05-01", "05-31"]),
        (MonthEnd.LAST_DAY, date(2026, 2, 28), ["02-28", "03-28", "04-28", "05-28"]),
        (MonthEnd.LAST_DAY, date(2026, 3, 31), ["03-31", "04-30", "05-31", "06-30"]),
    ],
)
def test_month_ends(month_end: MonthEnd, given_first: date | None, days: list[str]) -> None:
    """Dates count from the first, so the 31st comes back after a short month."""
    due = DueDates(
        start_on=date(2026, 1, 31),
        every=Every(count=1, unit=Unit.MONTHS),
        periods=4,
        first_due_on=given_first,
        month_end=month_end,
    )

    assert [f"{on:%m-%d}" for on in due.dates()] == days


def test_odd_first_period_by_twelfths() -> None:
    """From 10 January to 15 February: a month, and 5 days of the 31 before it."""
    due = replace(LOAN.due, start_on=date(2026, 1, 10), first_due_on=date(2026, 2, 15))
    plan = made(replace(LOAN, due=due, rules=Rules(day_count=DayCount.TWELFTH)))

    exact = 1_000_000 * Fraction("0.146") / 12 * (1 + Fraction(5, 31))
    assert plan.rows[0].interest_minor == int(exact + Fraction(1, 2))
    assert plan.months is None


def test_parts_of_a_twelfth_are_its_share_of_the_days() -> None:
    """A draw in the middle of a 28-day month bears half a twelfth."""
    draw = Disbursement(on=date(2026, 3, 1), amount_minor=1_000_000)
    plan = made(
        replace(LOAN, rules=Rules(day_count=DayCount.TWELFTH)),
        method=Method.INTEREST_ONLY,
        disbursements=(draw,),
    )

    exact = Fraction("0.146") / 12 * (1_000_000 + Fraction(1_000_000, 2))
    assert plan.rows[1].interest_minor == int(exact + Fraction(1, 2))


def test_whole_units() -> None:
    """With a step of one yuan every payment but the last is whole yuan."""
    plan = made(replace(LOAN, rules=Rules(step_minor=100)))

    assert all(payment % 100 == 0 for payment in payments(plan)[:-1])
    assert payments(plan)[0] == minor("900.00")


def test_weekly_loans_are_costed_by_days() -> None:
    """Weeks have no monthly rate of their own: the cost comes from the days."""
    due = DueDates(start_on=date(2026, 1, 15), every=Every(count=1, unit=Unit.WEEKS), periods=26)
    rules = Rules(day_count=DayCount.ACTUAL_364, instalment=Instalment.PERIOD_FACTORS)
    plan = made(replace(LOAN, due=due, rules=rules))
    found = cost_of_plan(plan)

    assert plan.months is None
    assert isinstance(found, Cost)
    weekly = 1 + float(LOAN.annual_rate) / 52
    assert float(found.effective) == pytest.approx(weekly ** (365 / 7) - 1, rel=1e-4)


def test_quarterly_cost_is_the_cube_root() -> None:
    """Of a quarter's rate a month is the third root."""
    due = DueDates(start_on=date(2026, 1, 15), every=Every(count=3, unit=Unit.MONTHS), periods=8)
    plan = made(replace(LOAN, due=due, rules=Rules(day_count=DayCount.TWELFTH)))
    found = cost_of_plan(plan)

    assert isinstance(found, Cost)
    assert float(found.irr_month) == pytest.approx((1 + 0.146 / 4) ** (1 / 3) - 1, rel=1e-6)
