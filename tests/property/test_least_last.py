"""The payment of least difference, against trying every payment there is."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.loans import DRAWN_ON, MONTHLY, terms
from twinline.kernel.daycount import year_fraction
from twinline.kernel.rounding import Rounding, divide
from twinline.kernel.schedule import DueDates
from twinline.pricing.amortisation import amortise
from twinline.pricing.plan import Plan
from twinline.terms.plan import Rules

if TYPE_CHECKING:
    from twinline.terms.plan import PlanTerms


def last_payment(agreed: PlanTerms, payment: int) -> int:
    """Return the last row's payment were every other row's `payment`: the naive way."""
    balance, start = agreed.principal_minor, agreed.due.start_on
    for due_on in agreed.due.dates():
        part = agreed.annual_rate * year_fraction(start, due_on, agreed.rules.day_count)
        exact = balance * part
        balance += divide(exact.numerator, exact.denominator, agreed.rules.rounding) - payment
        start = due_on
    return balance + payment


@given(
    st.integers(1, 3_000),
    st.integers(0, 2_000_000),
    st.integers(2, 8),
    st.sampled_from(list(Rounding)),
    st.sampled_from([1, 7, 100]),
)
def test_no_other_payment_leaves_less(
    principal: int, ppm: int, periods: int, rounding: Rounding, step: int
) -> None:
    """No multiple of the step leaves a smaller difference; of two equally good, the smaller."""
    agreed = replace(
        terms("1.00", "0", periods, rules=Rules(rounding=rounding, step_minor=step)),
        principal_minor=principal,
        annual_rate=Fraction(ppm, 1_000_000),
        due=DueDates(start_on=DRAWN_ON, every=MONTHLY, periods=periods),
    )
    best = min(
        range(0, 4 * principal + 2 * step, step),
        key=lambda payment: (abs(last_payment(agreed, payment) - payment), payment),
    )
    plan = amortise(agreed)

    if isinstance(plan, Plan):
        assert [row.payment_minor for row in plan.rows[:-1]] == [best] * (periods - 1)
        assert plan.rows[-1].payment_minor == last_payment(agreed, best)
