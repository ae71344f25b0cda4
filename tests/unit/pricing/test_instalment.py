"""The level payment at exact ties, by each rule."""

from __future__ import annotations

import pytest

from twinline.kernel.rounding import Rounding
from twinline.pricing.instalment import Outlook, level_payment
from twinline.pricing.timeline import Charge
from twinline.terms.plan import Instalment, Rules

DOUBLING = Outlook(balance_minor=3, within_minor=0, first=Charge(1, 0, 1), rest=[(1, 1)])
"""Three units over two rows at 100 % a row: the exact level payment is 4."""


@pytest.mark.parametrize("instalment", [Instalment.ANNUITY, Instalment.PERIOD_FACTORS])
@pytest.mark.parametrize(
    ("rounding", "payment"),
    [
        (Rounding.HALF_UP, 8),
        (Rounding.HALF_EVEN, 0),
        (Rounding.UP, 8),
        (Rounding.DOWN, 0),
    ],
)
def test_an_exact_tie_is_rounded_as_named(
    instalment: Instalment, rounding: Rounding, payment: int
) -> None:
    """Half a step exactly is decided by the named rounding, never by the last digit of a root."""
    rules = Rules(instalment=instalment, instalment_rounding=rounding, step_minor=8)

    assert level_payment(DOUBLING, rules, (1, 1)) == payment


def test_without_ties_the_step_of_one_is_exact() -> None:
    """The exact payment is found by every rule."""
    for instalment in Instalment:
        assert level_payment(DOUBLING, Rules(instalment=instalment), (1, 1)) == 4


def test_of_two_equal_differences_the_smaller_payment() -> None:
    """One unit over two free rows: nothing then one, rather than one then nothing."""
    outlook = Outlook(balance_minor=1, within_minor=0, first=Charge(0, 0, 1), rest=[(0, 1)])

    assert level_payment(outlook, Rules(), None) == 0


def test_a_draw_inside_the_first_row_is_repaid_too() -> None:
    """What is disbursed within the row is discounted from its own day."""
    outlook = Outlook(
        balance_minor=100_000, within_minor=50_000, first=Charge(2, 50_000, 100), rest=[(2, 100)]
    )
    payment = level_payment(outlook, Rules(instalment=Instalment.PERIOD_FACTORS), None)

    owed = 100_000 + 50_000 + 2_500
    left = owed - payment
    assert abs(left * 102 - payment * 100) <= 202
