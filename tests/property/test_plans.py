"""What must hold of every plan, whatever its terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.loans import DRAWN_ON, terms
from twinline.kernel.daycount import DayCount
from twinline.kernel.months import MonthEnd
from twinline.kernel.rounding import Rounding
from twinline.kernel.schedule import DueDates, Every, Unit
from twinline.pricing.accrual import accrued
from twinline.pricing.amortisation import amortise
from twinline.pricing.conventions import irr_periodic
from twinline.pricing.cost import Cost, cost_of_plan
from twinline.pricing.flat_fee import spread_flat_fee
from twinline.pricing.plan import Plan, PlanRefusal
from twinline.terms.plan import (
    Disbursement,
    FlatFeeTerms,
    Grace,
    Instalment,
    Method,
    PlanTerms,
    RateChange,
    Rules,
)

RATES = st.integers(0, 400_000).map(lambda ppm: Fraction(ppm, 1_000_000))
PRICES = st.integers(0, 240_000).map(lambda ppm: Fraction(ppm, 1_000_000))
PRINCIPALS = st.one_of(st.integers(1, 500), st.integers(1, 50_000_000))
STARTS = st.dates(date(2000, 1, 1), date(2040, 12, 31))
PERIODS = st.integers(1, 120)


@st.composite
def due_dates(draw: st.DrawFn) -> DueDates:
    """Draw when a plan falls due: any unit, any first date, either month end."""
    unit = draw(st.sampled_from(list(Unit)))
    count = draw(st.integers(1, 3 if unit is Unit.MONTHS else 40))
    start_on, every = draw(STARTS), Every(count=count, unit=unit)
    first = draw(st.one_of(st.none(), st.integers(1, 90)))
    return DueDates(
        start_on=start_on,
        every=every,
        periods=draw(PERIODS),
        first_due_on=None if first is None else start_on + timedelta(days=first),
        month_end=draw(st.sampled_from(list(MonthEnd))),
    )


@st.composite
def plan_terms(draw: st.DrawFn, *, events: bool = True) -> PlanTerms:
    """Draw the terms of a loan that may or may not have a plan."""
    due = draw(due_dates())
    monthly = due.every.months is not None
    day_counts = [d for d in DayCount if monthly or d is not DayCount.TWELFTH]
    instalments = [i for i in Instalment if monthly or i is not Instalment.ANNUITY]
    last_on = due.dates()[-1]
    span = (last_on - due.start_on).days
    days = st.integers(0, span - 1).map(lambda after: due.start_on + timedelta(days=after))
    rounding = st.sampled_from(list(Rounding))
    return PlanTerms(
        principal_minor=draw(PRINCIPALS),
        annual_rate=draw(RATES),
        due=due,
        method=draw(st.sampled_from(list(Method))),
        rules=Rules(
            day_count=draw(st.sampled_from(day_counts)),
            rounding=draw(rounding),
            instalment=draw(st.sampled_from(instalments)),
            instalment_rounding=draw(rounding),
            step_minor=draw(st.sampled_from([1, 1, 10, 100])),
        ),
        grace=Grace(
            principal_periods=draw(st.integers(0, due.periods - 1)) if draw(st.booleans()) else 0,
            interest_free_periods=draw(st.integers(0, 3)) if due.periods > 3 else 0,
        ),
        disbursements=tuple(
            draw(
                st.lists(
                    st.builds(Disbursement, on=days, amount_minor=st.integers(1, 10**7)),
                    max_size=2 if events else 0,
                )
            )
        ),
        rate_changes=tuple(
            draw(
                st.lists(
                    st.builds(RateChange, on=days, annual_rate=RATES),
                    max_size=2 if events else 0,
                    unique_by=lambda change: change.on,
                )
            )
        ),
    )


@given(plan_terms())
def test_principal_is_conserved_and_rows_are_those_asked_for(agreed: PlanTerms) -> None:
    """A plan repays what was given out, in as many rows as agreed, or it is refused."""
    plan = amortise(agreed)
    if isinstance(plan, PlanRefusal):
        assert plan is PlanRefusal.INSTALMENT_STEP
        return
    given_out = agreed.principal_minor + sum(d.amount_minor for d in agreed.disbursements)

    assert len(plan.rows) == agreed.due.periods
    assert sum(row.principal_minor for row in plan.rows) == given_out
    assert plan.rows[-1].balance_minor == 0
    assert [row.due_on for row in plan.rows] == agreed.due.dates()


@given(plan_terms())
def test_no_negative_amortisation(agreed: PlanTerms) -> None:
    """No row lets principal grow by unpaid interest, and no balance falls below nothing."""
    plan = amortise(agreed)
    assume(isinstance(plan, Plan))
    assert isinstance(plan, Plan)

    assert all(row.principal_minor >= 0 for row in plan.rows)
    assert all(row.interest_minor >= 0 for row in plan.rows)
    assert all(row.balance_minor >= 0 for row in plan.rows)


@given(PRINCIPALS, PRICES, st.integers(3, 120))
@example(1, Fraction("0.146"), 120)
@example(1, Fraction("0.24"), 120)
def test_every_method_makes_the_plan_of_a_fen_or_of_much(
    principal: int, rate: Fraction, periods: int
) -> None:
    """One fen and a hundred fen a row have a plan by each method, with the rows asked for."""
    agreed = replace(terms("1.00", "0", periods), annual_rate=rate)

    for method in Method:
        for size in {1, 100 * periods * principal}:
            plan = amortise(replace(agreed, method=method, principal_minor=size))
            assert isinstance(plan, Plan)
            assert len(plan.rows) == periods


def test_one_fen_over_ten_years() -> None:
    """One fen over 120 rows is paid in the last of 120 rows."""
    plan = amortise(terms("0.01", "0.146", 120))

    assert isinstance(plan, Plan)
    assert [row.payment_minor for row in plan.rows] == [0] * 119 + [1]


@given(PRINCIPALS, RATES, RATES, st.integers(1, 60), st.sampled_from(list(Method)))
def test_interest_rises_with_the_rate(
    principal: int, one: Fraction, other: Fraction, periods: int, method: Method
) -> None:
    """At a higher rate no first row and no interest-only or level-principal plan earns less."""
    low, high = sorted((one, other))
    agreed = replace(terms("1.00", "0", periods), principal_minor=principal, method=method)
    cheap = amortise(replace(agreed, annual_rate=low))
    dear = amortise(replace(agreed, annual_rate=high))
    assume(isinstance(cheap, Plan) and isinstance(dear, Plan))
    assert isinstance(cheap, Plan)
    assert isinstance(dear, Plan)

    assert cheap.rows[0].interest_minor <= dear.rows[0].interest_minor
    if method is not Method.EQUAL_INSTALMENT:
        assert sum(r.interest_minor for r in cheap.rows) <= sum(
            r.interest_minor for r in dear.rows
        )


@given(plan_terms(), st.data())
def test_interest_rises_with_time_and_ends_at_the_row(
    agreed: PlanTerms, data: st.DataObject
) -> None:
    """Earned day by day, interest never falls within a row and ends at the row's, rounded once."""
    plan = amortise(agreed)
    assume(isinstance(plan, Plan))
    assert isinstance(plan, Plan)
    row = data.draw(st.sampled_from(plan.rows))
    day = row.from_on + timedelta(days=data.draw(st.integers(1, row.days)))

    whole = accrued(agreed, plan, row.due_on)
    assert 0 <= accrued(agreed, plan, day) <= whole
    below, above = sorted((int(whole), int(whole) + 1))
    assert row.interest_minor in {below, above}


@given(plan_terms(), st.data())
def test_schedule_and_daily_accrual_agree(agreed: PlanTerms, data: st.DataObject) -> None:
    """What every day of a row earns adds up to the row's interest, exactly."""
    assume(agreed.rules.day_count is not DayCount.THIRTY_360)
    plan = amortise(agreed)
    assume(isinstance(plan, Plan))
    assert isinstance(plan, Plan)
    row = data.draw(st.sampled_from(plan.rows))
    assume(row.days <= 400)
    days = [row.from_on + timedelta(days=after) for after in range(1, row.days + 1)]
    earned = [accrued(agreed, plan, day) for day in days]
    daily = [later - before for before, later in zip([Fraction(0), *earned], earned, strict=False)]

    assert all(day >= 0 for day in daily)
    assert sum(daily) == accrued(agreed, plan, row.due_on)


@given(
    st.integers(10_000, 50_000_000),
    st.integers(1_000, 400_000),
    st.integers(1, 120),
    st.sampled_from([Instalment.ANNUITY, Instalment.PERIOD_FACTORS, Instalment.LEAST_LAST]),
)
def test_the_flows_of_a_plan_return_its_rate(
    principal: int, ppm: int, periods: int, instalment: Instalment
) -> None:
    """The internal rate of return of a plan by months is its rate, but for rounded rows."""
    rules = Rules(day_count=DayCount.TWELFTH, instalment=instalment)
    rate = Fraction(ppm, 1_000_000)
    plan = amortise(
        replace(
            terms("1.00", "0", periods, rules=rules), principal_minor=principal, annual_rate=rate
        )
    )
    assume(isinstance(plan, Plan))
    assert isinstance(plan, Plan)
    found = irr_periodic([principal, *(-row.payment_minor for row in plan.rows)])
    half_fen_a_row = Fraction(periods, 2)
    owed = sum(
        Fraction(balance)
        for balance in [principal, *(row.balance_minor for row in plan.rows[:-1])]
    )

    assert not isinstance(found, Plan)
    assert abs(Fraction(str(found)) - rate / 12) <= half_fen_a_row / owed * 2


@given(plan_terms())
def test_every_plan_has_a_cost_not_below_nothing(agreed: PlanTerms) -> None:
    """A plan's cost is found, and is nothing exactly where it charges nothing."""
    plan = amortise(agreed)
    assume(isinstance(plan, Plan))
    assert isinstance(plan, Plan)
    found = cost_of_plan(plan)
    charged = sum(row.interest_minor for row in plan.rows)

    if isinstance(found, Cost):
        assert (found.irr_month > 0) == (charged > 0)
        assert found.effective >= found.nominal >= 0


@given(PRINCIPALS, RATES, PERIODS, st.sampled_from([1, 10, 100]))
def test_flat_fee_plans_conserve_principal_and_fee(
    principal: int, rate: Fraction, periods: int, step: int
) -> None:
    """A flat-fee plan repays principal and one fee, or its step is refused."""
    plan = spread_flat_fee(
        FlatFeeTerms(
            principal_minor=principal,
            flat_fee_rate=rate,
            due=DueDates(
                start_on=DRAWN_ON, every=Every(count=1, unit=Unit.MONTHS), periods=periods
            ),
            step_minor=step,
        )
    )
    if isinstance(plan, PlanRefusal):
        assert plan is PlanRefusal.INSTALMENT_STEP
        assert step > 1
        return

    assert len(plan.rows) == periods
    assert sum(row.principal_minor for row in plan.rows) == principal
    fee = sum(row.fee_minor for row in plan.rows)
    assert abs(fee - principal * rate) <= Fraction(1, 2)
    if step > 1:
        assert all(row.payment_minor % step == 0 for row in plan.rows[:-1])
