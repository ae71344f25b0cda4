"""The published vectors of schedules, fees and what they cost, to the fen."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from tests.loans import (
    BY_MONTHS,
    flat_fee,
    interest,
    made,
    minor,
    payments,
    principal,
    terms,
)
from twinline.kernel.daycount import DayCount
from twinline.pricing.accrual import interest_minor, payoff_minor
from twinline.pricing.ceiling import (
    Ceiling,
    CeilingMode,
    highest_flat_fee_rate,
    highest_row_fee,
)
from twinline.pricing.conventions import Flow, xirr
from twinline.pricing.cost import Cost, Extras, cost_of_plan
from twinline.pricing.interest_free import interest_free_days
from twinline.pricing.minimum_payment import Bill, payable
from twinline.pricing.penalty import largest_multiple, penalty_rate
from twinline.pricing.settlement import realised_cost, settlement
from twinline.terms.plan import Method
from twinline.terms.price import EarlyFee

if TYPE_CHECKING:
    from twinline.pricing.plan import Plan

NOMINAL = Ceiling(annual=Fraction("0.24"))
EFFECTIVE = Ceiling(annual=Fraction("0.24"), mode=CeilingMode.EFFECTIVE)


def percent(value: object, decimals: int = 4) -> str:
    """Return a fraction as a percentage, as the vectors print it."""
    assert isinstance(value, Decimal)
    return str((100 * value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def cost(plan: Plan, extras: Extras | None = None) -> Cost:
    """Return a plan's cost; there must be one."""
    found = cost_of_plan(plan, extras)
    assert isinstance(found, Cost)
    return found


def test_v1_equal_instalment_by_months() -> None:
    """Ten thousand at 14.6 % over twelve months pays 900.70 and 900.66 at the end."""
    plan = made(terms("10000.00", "0.146", 12, rules=BY_MONTHS))

    assert payments(plan) == [90070] * 11 + [90066]
    assert interest(plan) == [
        12167, 11219, 10259, 9288, 8306, 7311, 6304, 5285, 4253, 3209, 2152, 1083
    ]  # fmt: skip
    assert principal(plan) == [
        77903, 78851, 79811, 80782, 81764, 82759, 83766, 84785, 85817, 86861, 87918, 88983
    ]  # fmt: skip
    assert [row.balance_minor for row in plan.rows] == [
        922097, 843246, 763435, 682653, 600889, 518130, 434364, 349579, 263762, 176901, 88983, 0
    ]  # fmt: skip
    assert sum(interest(plan)) == minor("808.36")


def test_v2_equal_instalment_of_six() -> None:
    """Six months at 18.25 % pay 1,756.50 and 1,756.47 at the end."""
    plan = made(terms("10000.00", "0.1825", 6, rules=BY_MONTHS))

    assert payments(plan) == [175650] * 5 + [175647]
    assert interest(plan) == [15208, 12768, 10291, 7776, 5223, 2631]
    assert sum(interest(plan)) == minor("538.97")


def test_v3_equal_instalment_by_actual_days() -> None:
    """On actual days the payment with the least difference at the end is 900.41, then 900.42."""
    plan = made(terms("10000.00", "0.146", 12))

    assert payments(plan) == [90041] * 11 + [90042]
    assert [row.days for row in plan.rows] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert interest(plan) == [
        12400, 10330, 10449, 9157, 8459, 7207, 6420, 5383, 4194, 3269, 2122, 1103
    ]  # fmt: skip
    assert [row.balance_minor for row in plan.rows] == [
        922359, 842648, 763056, 682172, 600590, 517756, 434135, 349477, 263630, 176858, 88939, 0
    ]  # fmt: skip
    assert sum(interest(plan)) == minor("804.93")


def test_v3_effective_rate_of_the_flows() -> None:
    """The dated flows of V3 return 15.6180 % a year on a nominal 14.60 %."""
    plan = made(terms("10000.00", "0.146", 12))
    flows = [Flow(on=date(2026, 1, 15), amount_minor=minor("10000.00"))]
    flows += [Flow(on=row.due_on, amount_minor=-row.payment_minor) for row in plan.rows]

    assert percent(xirr(flows)) == "15.6180"


def test_v4_equal_principal() -> None:
    """Level principal of 833.33 leaves 833.37 for the last row."""
    plan = made(terms("10000.00", "0.146", 12, rules=BY_MONTHS), method=Method.EQUAL_PRINCIPAL)

    assert principal(plan) == [83333] * 11 + [83337]
    assert payments(plan)[0] == minor("955.00")
    assert payments(plan)[-1] == minor("843.51")
    assert sum(interest(plan)) == minor("790.84")


def test_v5_interest_first() -> None:
    """Interest by actual days, all principal in the twelfth payment, 1,460.00 in all."""
    plan = made(terms("10000.00", "0.146", 12), method=Method.INTEREST_ONLY)

    assert interest(plan)[:4] == [12400, 11200, 12400, 12000]
    assert payments(plan)[-1] == minor("10124.00")
    assert sum(interest(plan)) == minor("1460.00")
    assert sum(interest(plan)) - sum(interest(made(terms("10000.00", "0.146", 12)))) == 65507


@pytest.mark.parametrize(
    ("periods", "rate", "each", "last", "month", "nominal", "effective"),
    [
        (3, "0.025", "4100.00", "4100.00", "1.244866", "14.9384", "16.0048"),
        (6, "0.045", "2090.00", "2090.00", "1.272311", "15.2677", "16.3828"),
        (9, "0.065", "1419.99", "1420.08", "1.278346", "15.3402", "16.4660"),
        (12, "0.088", "1088.00", "1088.00", "1.322027", "15.8643", "17.0702"),
        (3, "0.023", "4092.00", "4092.00", "1.145650", "13.7478", "14.6480"),
        (12, "0.075", "1075.00", "1075.00", "1.130552", "13.5666", "14.4428"),
    ],
)
def test_v6_flat_fee_to_annual_cost(  # noqa: PLR0913, PLR0917 - one row of the table
    periods: int, rate: str, each: str, last: str, month: str, nominal: str, effective: str
) -> None:
    """A flat fee on twelve thousand costs what its internal rate of return says."""
    plan = flat_fee("12000.00", rate, periods)
    found = cost(plan)

    assert payments(plan) == [minor(each)] * (periods - 1) + [minor(last)]
    assert (percent(found.irr_month, 6), percent(found.nominal)) == (month, nominal)
    assert percent(found.effective) == effective


@pytest.mark.parametrize(
    ("periods", "rate", "each", "last", "fee"),
    [
        (3, "0.025", "341.66", "341.68", "25.00"),
        (6, "0.045", "174.16", "174.20", "45.00"),
        (9, "0.065", "118.33", "118.36", "65.00"),
        (12, "0.088", "90.66", "90.74", "88.00"),
    ],
)
def test_v7_remainders_in_the_last_row(
    periods: int, rate: str, each: str, last: str, fee: str
) -> None:
    """Principal and fee are rounded down in each row and the last takes both rests."""
    plan = flat_fee("1000.00", rate, periods)

    assert payments(plan) == [minor(each)] * (periods - 1) + [minor(last)]
    assert sum(row.fee_minor for row in plan.rows) == minor(fee)


@pytest.mark.parametrize(
    ("periods", "nominal", "effective"),
    [
        (3, "4.026402", "3.639131"),
        (6, "7.115487", "6.425204"),
        (9, "10.263894", "9.259854"),
        (12, "13.471516", "12.143011"),
        (24, "26.890633", "24.158334"),
    ],
)
def test_v8_highest_flat_fee_rate(periods: int, nominal: str, effective: str) -> None:
    """The dearest flat fee within 24 %, by either reading of the ceiling."""
    assert percent(highest_flat_fee_rate(periods, NOMINAL), 6) == nominal
    assert percent(highest_flat_fee_rate(periods, EFFECTIVE), 6) == effective


@pytest.mark.parametrize(
    ("extras", "nominal", "effective", "allowed"),
    [
        (Extras(), "12.0001", "12.6826", True),
        (Extras(each_row=6000), "24.5972", "27.5687", False),
        (Extras(each_row=7000), "26.6544", "30.1642", False),
        (Extras(deducted=20000), "15.8546", "17.0590", True),
        (Extras(deducted=60000), "23.9183", "26.7226", True),
    ],
)
def test_v9_all_in_cost_with_extras(
    extras: Extras, nominal: str, effective: str, *, allowed: bool
) -> None:
    """Charges of others and amounts kept back count, and are held against the ceiling."""
    plan = made(terms("10000.00", "0.12", 12, rules=BY_MONTHS))
    found = cost(plan, extras)

    assert payments(plan) == [88849] * 11 + [88847]
    assert (percent(found.nominal), percent(found.effective)) == (nominal, effective)
    assert NOMINAL.allows(found) is allowed


def test_v9_highest_charge_on_every_row() -> None:
    """Inside 24 % each row bears 57.10 by the nominal test and 46.03 by the effective one."""
    plan = made(terms("10000.00", "0.12", 12, rules=BY_MONTHS))

    assert highest_row_fee(plan, NOMINAL) == minor("57.10")
    assert highest_row_fee(plan, EFFECTIVE) == minor("46.03")


def test_v10_interest_free_days() -> None:
    """A purchase on 1 March due on 10 April is free for 40 days, 41 counting both ends."""
    due_on = date(2026, 4, 10)

    assert interest_free_days(date(2026, 3, 1), due_on) == 40
    assert interest_free_days(date(2026, 3, 1), due_on, both_ends=True) == 41
    assert interest_free_days(date(2026, 3, 31), due_on) == 10
    assert interest_free_days(date(2026, 2, 1), date(2026, 3, 10), both_ends=True) == 38


def test_v10_daily_accrual() -> None:
    """Ten thousand at 0.04 % a day earns 124.00 in 31 days."""
    days = (date(2026, 1, 1), date(2026, 2, 1))

    assert interest_minor(minor("10000.00"), Fraction("0.146"), days, DayCount.ACTUAL_365) == 12400


def test_v11_minimum_payment() -> None:
    """A tenth of what revolves and all of the rest; the unpaid rest then bears interest."""
    bill = Bill(
        purchases=minor("3000.00"),
        refunds=minor("200.00"),
        revolved=minor("500.00"),
        instalment_due=minor("400.00"),
        fees=minor("18.00"),
        overdue=minor("120.00"),
        interest=minor("6.30"),
    )
    due = payable(bill, Fraction("0.10"))
    rest = due.full - due.minimum
    days = (date(2026, 1, 1), date(2026, 2, 1))

    assert (due.minimum, due.full, rest) == (minor("874.30"), minor("3844.30"), minor("2970.00"))
    assert interest_minor(rest, Fraction("0.1825"), days, DayCount.ACTUAL_365) == minor("46.04")


def test_v12_revolving_interest() -> None:
    """What is left of 3,000.00 after a minimum of 300.00 earns 40.50 in 30 days."""
    due = payable(Bill(purchases=minor("3000.00")), Fraction("0.10"))
    rest, rate, start = due.full - due.minimum, Fraction("0.1825"), date(2026, 1, 1)

    assert (due.minimum, rest) == (minor("300.00"), minor("2700.00"))
    assert interest_minor(rest, rate, (start, date(2026, 1, 31)), DayCount.ACTUAL_365) == 4050
    assert interest_minor(rest, rate, (start, date(2026, 2, 1)), DayCount.ACTUAL_365) == 4185


def test_v15_penalty_stays_under_the_ceiling() -> None:
    """Half as much again on 18.25 % would pass 24 %, so the penalty stops there."""
    ceiling, half_more = Fraction("0.24"), Fraction("1.5")

    assert penalty_rate(Fraction("0.146"), half_more, ceiling) == Fraction("0.219")
    assert penalty_rate(Fraction("0.1825"), half_more, ceiling) == ceiling
    assert Fraction("0.1825") * half_more == Fraction("0.27375")
    assert largest_multiple(Fraction("0.1825"), ceiling, 3) == Fraction("1.315")


def test_v17_early_settlement_of_a_loan() -> None:
    """Ten days after the fourth instalment of V3, 6,849.01 settles the loan."""
    agreed = terms("10000.00", "0.146", 12)

    assert payoff_minor(agreed, made(agreed), date(2026, 5, 25)) == minor("6849.01")


@pytest.mark.parametrize(
    ("policy", "payment", "nominal", "effective", "allowed"),
    [
        (EarlyFee.ALL_FEES, "7616.00", "24.6488", "27.6332", False),
        (EarlyFee.NEXT_FEE, "7088.00", None, None, True),
        (EarlyFee.NONE, "7000.00", "10.5416", "11.0661", True),
    ],
)
def test_v19_early_settlement_policies(
    policy: EarlyFee, payment: str, nominal: str | None, effective: str | None, *, allowed: bool
) -> None:
    """Settled after the fifth row, asking for all fees breaks the ceiling."""
    plan = flat_fee("12000.00", "0.088", 12)
    found = realised_cost(plan, 5, policy)

    assert settlement(plan, 5, policy).payment_minor == minor(payment)
    assert isinstance(found, Cost)
    assert nominal is None or percent(found.nominal) == nominal
    assert effective is None or percent(found.effective) == effective
    assert NOMINAL.allows(found) is allowed
