from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standard import standard
from tests.story.story import STEADY, decide, tell
from twinline.app.book import PROTECTED_COLUMNS
from twinline.decision.strategy import ADVERSE, Cause

if TYPE_CHECKING:
    from collections.abc import Callable


def story(test: Callable[[], None]) -> Callable[[], None]:
    """Play the docstring of a test."""

    def play() -> None:
        tell(test.__doc__ or "")

    play.__name__, play.__doc__ = test.__name__, test.__doc__
    return play


@story
def test_r16_an_instalment_lowers_the_cash_loan_line() -> None:
    """What is put in instalments on pay-later weighs 1.5 on the joint limit, until it is repaid.

    given   steady
    also    pay_later_balance_minor 9000
    expect  cash_loan free 8000
    then    pay_later_instalment_minor 9000
    expect  cash_loan "joint limit" lower
    expect  cash_loan edge "instalments outstanding"
    expect  cash_loan base 8000
    expect  cash_loan free lower
    expect  cash_loan reason PLAN_OPEN
    then    pay_later_balance_minor 0 pay_later_instalment_minor 0
    expect  cash_loan free higher
    """


@story
def test_r20_a_cut_never_goes_below_what_is_drawn() -> None:
    """The base limit stays at or above what the customer has drawn.

    given   steady
    also    cash_loan_balance_minor 7500
    then    pay_later_lateness_1 1 pay_later_payment_minor_1 0
    expect  cash_loan action cut
    expect  cash_loan binding drawn
    expect  cash_loan base 7500
    """


@story
def test_r22_an_on_time_streak_opens_the_cash_loan_line() -> None:
    """Six months on time on pay-later open a cash-loan line; one late month does not.

    given   steady
    also    cash_loan_limit_minor 0
    expect  cash_loan action invite
    expect  cash_loan base 20000
    then    pay_later_lateness_3 1
    expect  cash_loan action decline
    expect  cash_loan gate "streak too short"
    expect  cash_loan reason STREAK_SHORT
    """


@story
def test_r22_an_on_time_streak_raises_the_cash_loan_line() -> None:
    """A line there is raised by the streak; without it, it stays as it is.

    given   steady
    expect  cash_loan action raise
    then    pay_later_lateness_5 1
    expect  cash_loan action keep
    expect  cash_loan base 8000
    expect  cash_loan reason STREAK_SHORT
    """


@story
def test_r27_many_lenders_open_no_new_line() -> None:
    """With six lenders elsewhere nothing is opened or raised, and nothing is taken away.

    given   steady
    also    cash_loan_limit_minor 0 lenders_elsewhere 5
    expect  cash_loan action invite
    then    lenders_elsewhere 6
    expect  cash_loan action decline
    expect  cash_loan gate "many lenders"
    expect  cash_loan reason MANY_LENDERS
    expect  pay_later action keep
    """


@story
def test_r28_affordability_comes_before_a_raise() -> None:
    """Who cannot repay more gets no more; what is there is not taken for it.

    given   steady
    expect  pay_later action raise
    expect  cash_loan action raise
    then    debt_elsewhere_minor 60000
    expect  pay_later action keep
    expect  cash_loan action keep
    expect  pay_later base 10000
    expect  cash_loan base 8000
    expect  pay_later binding affordability
    expect  cash_loan reason CAPACITY
    """


@story
def test_r43_tickets_stay_small() -> None:
    """No pay-later line passes 100,000, however good the customer.

    given   steady
    also    pay_later_limit_minor 99000 pay_later_balance_minor 1000 income_minor 900000
    expect  pay_later action keep
    expect  pay_later binding "small tickets"
    expect  pay_later "small tickets" 100000
    expect  cash_loan "small tickets" 200000
    """


@story
def test_r57_a_month_overdue_on_pay_later_halves_the_cash_loan_line() -> None:
    """One month late on one line restricts the other; its end is the restriction's end.

    given   steady
    then    pay_later_lateness_1 1
    expect  cash_loan edge "pay-later overdue on the sibling"
    expect  cash_loan free 3200
    expect  cash_loan reason OVERDUE_SIBLING
    then    pay_later_lateness_1 0
    expect  cash_loan edge none
    """


@story
def test_r57_two_months_overdue_stop_both_lines() -> None:
    """Two months late on either line stop new use of both; the base limits stay.

    given   steady
    then    pay_later_lateness_1 2
    expect  pay_later action stop
    expect  cash_loan action stop
    expect  pay_later free 0
    expect  cash_loan free 0
    expect  pay_later base 10000
    expect  cash_loan base 8000
    expect  cash_loan reason OVERDUE
    then    pay_later_lateness_1 0 cash_loan_lateness_1 2
    expect  pay_later action stop
    expect  cash_loan action stop
    """


@story
def test_r76_dormancy_halves_what_is_free_of_the_cash_loan_line() -> None:
    """A year without use restricts the cash-loan line, and the first use gives it back.

    given   steady
    also    pay_later_balance_minor 0
    then    months_inactive 12
    expect  cash_loan edge dormant
    expect  cash_loan free 4000
    expect  cash_loan base 8000
    expect  cash_loan reason DORMANT
    then    months_inactive 0
    expect  cash_loan edge none
    """


def test_r78_dormancy_is_a_neutral_reason() -> None:
    """The reason of dormancy is a policy of the lender, and says that it is no mark."""
    reason = standard().reasons["DORMANT"]

    assert reason.cause is Cause.POLICY
    assert "no mark" in reason.en
    assert "并非信用问题" in reason.zh


@st.composite
def rows(draw: st.DrawFn) -> dict[str, int]:
    """Return a customer of the standard book."""
    row = dict(STEADY)
    for month in range(1, 7):
        row[f"pay_later_statement_minor_{month}"] = draw(st.integers(0, 20_000))
        row[f"pay_later_payment_minor_{month}"] = draw(st.integers(0, 20_000))
        row[f"pay_later_lateness_{month}"] = draw(st.sampled_from([0, 0, 0, 1, 2]))
    row["pay_later_balance_minor"] = draw(st.integers(0, 14_000))
    row["pay_later_instalment_minor"] = draw(st.integers(0, row["pay_later_balance_minor"]))
    row["cash_loan_limit_minor"] = draw(st.sampled_from([0, 3_000, 8_000, 50_000]))
    row["cash_loan_balance_minor"] = draw(st.integers(0, row["cash_loan_limit_minor"]))
    row["months_inactive"] = draw(st.sampled_from([0, 0, 6, 12]))
    if draw(st.booleans()):
        del row["income_minor"]
    return row


@given(rows(), st.integers(1, 6), st.integers(1, 30_000))
def test_paying_more_is_never_held_against_anyone(
    row: dict[str, int], month: int, more: int
) -> None:
    """A larger payment lowers no limit and raises no price, all else the same."""
    name = f"pay_later_payment_minor_{month}"
    before, after = decide(row), decide(row | {name: row[name] + more})

    for (_, old), (_, new) in zip(before.lines(), after.lines(), strict=True):
        assert new.base_limit_minor >= old.base_limit_minor
        assert new.effective_limit_minor >= old.effective_limit_minor
        if old.price_ppm is not None and new.price_ppm is not None:
            assert new.price_ppm <= old.price_ppm


@given(rows())
def test_every_adverse_decision_has_reasons_in_both_languages(row: dict[str, int]) -> None:
    """Who is cut, stopped or declined is told why, in Chinese and English."""
    for _, line in decide(row).lines():
        if line.action in ADVERSE:
            reasons = [standard().reasons[code] for code in line.reasons]
            assert reasons
            assert all(reason.zh and reason.en for reason in reasons)


@pytest.mark.parametrize("column", PROTECTED_COLUMNS)
def test_protected_attributes_are_never_read(column: str) -> None:
    """No feature reads what the fairness report alone may see."""
    assert column not in standard().columns
