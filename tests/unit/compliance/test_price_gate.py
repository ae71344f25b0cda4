"""A price is published only if no life that its terms allow passes the ceiling."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from tests.loans import minor
from twinline.compliance.price_gate import (
    GateRefusal,
    PriceLaw,
    Publishable,
    Refused,
    gate,
)
from twinline.pricing.ceiling import Ceiling, CeilingMode
from twinline.terms.plan import Method
from twinline.terms.price import EarlyFee, FlatFeePrice, InterestPrice, ProductPrice

LAW = PriceLaw(ceiling=Ceiling(annual=Fraction("0.24")), bullet_months_max=12, term_months_max=60)
EFFECTIVE = replace(LAW, ceiling=Ceiling(annual=Fraction("0.24"), mode=CeilingMode.EFFECTIVE))
PAY_LATER = ProductPrice(
    price=FlatFeePrice(
        rates=tuple((n, Fraction(f)) for n, f in ((3, "0.025"), (6, "0.045"), (12, "0.088")))
    ),
    periods=(3, 6, 12),
    principal_min_minor=minor("100.00"),
    principal_max_minor=minor("50000.00"),
)
CASH_LOAN = ProductPrice(
    price=InterestPrice(annual_rate=Fraction("0.146"), method=Method.EQUAL_INSTALMENT),
    periods=(6, 12),
    principal_min_minor=minor("1000.00"),
    principal_max_minor=minor("200000.00"),
)


def interest(rate: str, method: Method = Method.EQUAL_INSTALMENT) -> InterestPrice:
    """Return a price by interest."""
    return InterestPrice(annual_rate=Fraction(rate), method=method)


@pytest.mark.parametrize("price", [PAY_LATER, CASH_LOAN])
@pytest.mark.parametrize("law", [LAW, EFFECTIVE])
def test_the_usual_prices_are_published(price: ProductPrice, law: PriceLaw) -> None:
    """The fees and rates of the market pass, and the dearest life is shown."""
    outcome = gate(price, law)

    assert isinstance(outcome, Publishable)
    assert Fraction(outcome.measured) < Fraction("0.18")


@pytest.mark.parametrize(
    ("price", "changes", "reason"),
    [
        (CASH_LOAN, {"deducted_rate": Fraction("0.02")}, GateRefusal.DEDUCTED_IN_ADVANCE),
        (
            CASH_LOAN,
            {"price": interest("0.1", Method.INTEREST_ONLY), "periods": (12, 18)},
            GateRefusal.BULLET_TOO_LONG,
        ),
        (CASH_LOAN, {"periods": (12, 72)}, GateRefusal.TERM_TOO_LONG),
        (
            CASH_LOAN,
            {"price": interest("0.146"), "principal_min_minor": 7, "periods": (12,)},
            GateRefusal.NO_PLAN,
        ),
        (CASH_LOAN, {"price": interest("0.24")}, GateRefusal.COST_ABOVE_CEILING),
        (CASH_LOAN, {"row_fee_minor": minor("60.00")}, GateRefusal.COST_ABOVE_CEILING),
        (PAY_LATER, {"early_fee": EarlyFee.ALL_FEES}, GateRefusal.SETTLEMENT_ABOVE_CEILING),
        (
            CASH_LOAN,
            {"settlement_rate": Fraction("0.03")},
            GateRefusal.SETTLEMENT_ABOVE_CEILING,
        ),
        (
            CASH_LOAN,
            {"price": interest("0.1825"), "penalty_capped": False},
            GateRefusal.PENALTY_ABOVE_CEILING,
        ),
    ],
)
def test_a_price_that_can_break_the_law_is_refused(
    price: ProductPrice, changes: dict[str, Any], reason: GateRefusal
) -> None:
    """Each refusal has its reason; one about cost shows the life that costs most."""
    outcome = gate(replace(price, **changes), LAW)

    assert isinstance(outcome, Refused)
    assert outcome.reason is reason
    about_cost = {GateRefusal.COST_ABOVE_CEILING, GateRefusal.SETTLEMENT_ABOVE_CEILING}
    assert (outcome.worst is not None) is (reason in about_cost)


def test_the_worst_case_names_size_term_day_and_row() -> None:
    """Settling right after the first row with all fees due is the dearest life."""
    outcome = gate(replace(PAY_LATER, early_fee=EarlyFee.ALL_FEES), LAW)

    assert isinstance(outcome, Refused)
    assert outcome.worst is not None
    assert (outcome.worst.periods, outcome.worst.settled_after) == (12, 1)
    assert Fraction(outcome.measured or 0) > 1


def test_months_of_31_days_count() -> None:
    """A rate just under the ceiling passes it in a life whose months are long."""
    outcome = gate(replace(CASH_LOAN, price=interest("0.238"), periods=(3,)), LAW)

    assert isinstance(outcome, Refused)
    assert outcome.worst is not None
    assert outcome.worst.start_on == date(2027, 7, 15)


def test_a_cap_on_the_penalty_lets_the_price_pass() -> None:
    """Capped at the ceiling, the penalty on 18.25 % is no reason to refuse."""
    assert isinstance(gate(replace(CASH_LOAN, price=interest("0.1825")), LAW), Publishable)
