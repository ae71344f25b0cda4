"""Stories of two lines under one joint limit: each test's docstring is the story it plays."""

from __future__ import annotations

import inspect
import sys

import pytest

from tests.story.line_story import tell


def v39_an_instalment_lowers_the_sibling_line() -> None:
    """R16: opening an instalment lowers the cash-loan line, repaying it gives it back.

    open    pay_later 15000  cash_loan 30000  joint 40000  person 200000
    buy     groceries 2000
    buy     sofa      12000
    draw    roof      10000
    expect  cash_loan 16000 joint next 20000
    expect  pay_later 1000  base  next 16000
    plan    sofa      1.5
    expect  cash_loan 10000 joint
    expect  pay_later 1000  base
    instal  half sofa 6000
    expect  cash_loan 19000 joint
    expect  pay_later 7000  base
    draw    garden    10000
    expect  cash_loan 9000  joint next 10000
    draw    pool      9000.01 -> joint_headroom
    instal  rest sofa 6000
    expect  cash_loan 10000 base  next 18000
    """


def a_cut_below_what_is_drawn_is_nothing_special() -> None:
    """DESIGN 1.1: headroom goes negative, repayments bring it back, no debt is touched.

    open    pay_later 5000  cash_loan 8000  joint 10000  person 200000
    draw    car       6000
    base    cash_loan 4000
    expect  cash_loan 0 base next 4000
    expect  owed 0 6000 kept 0
    draw    more      1 -> cash_loan_headroom
    repay   cash_loan first 1500
    expect  cash_loan 0 base
    repay   cash_loan second 1500
    expect  cash_loan 1000 base
    """


def a_returned_repayment_after_a_redraw_is_owed_again() -> None:
    """A payment called back takes headroom again, below zero if it was used meanwhile.

    open    pay_later 5000  cash_loan 8000  joint 10000  person 200000
    draw    one       8000
    repay   cash_loan paid 8000
    draw    two       8000
    return  cash_loan bounced paid
    expect  owed 0 16000 kept 0
    expect  cash_loan 0 base
    expect  pay_later 0 joint next 5000
    repay   cash_loan again 8000
    expect  cash_loan 0 base next 2000
    """


def an_overpayment_pays_the_next_purchase() -> None:
    """What is kept for the customer is used before anything is owed.

    open    pay_later 5000  cash_loan 8000  joint 10000  person 200000
    buy     shoes     300
    repay   pay_later toomuch 500
    expect  owed 0 0 kept 200
    expect  pay_later 5000 base
    buy     shirt     450
    expect  owed 250 0 kept 0
    expect  pay_later 4750 base
    """


def refunds_stay_within_the_purchase() -> None:
    """DOMAIN 2.2: what is not billed is lowered; beyond the purchase nothing is refunded.

    open    pay_later 5000  cash_loan 8000  joint 10000  person 200000
    buy     shoes     300
    refund  one shoes 100
    expect  owed 200 0 kept 0
    refund  two shoes 200.01 -> beyond_the_purchase
    repay   pay_later all 200
    refund  two shoes 200
    expect  owed 0 0 kept 200
    return  pay_later back two
    expect  owed 0 0 kept 0
    refund  three shoes 200
    expect  owed 0 0 kept 200
    """


def a_freeze_stops_new_use_and_nothing_else() -> None:
    """DOMAIN 2.4: dues and limits stay, repayment goes on, and it is reversible.

    open    pay_later 5000  cash_loan 8000  joint 10000  person 200000
    draw    car       3000
    state   cash_loan freeze
    draw    more      1 -> line_frozen
    expect  cash_loan 0 state next 5000
    repay   cash_loan some 1000
    state   cash_loan unfreeze
    expect  cash_loan 6000 base
    state   cash_loan unfreeze -> line_state
    """


def a_line_closes_at_zero_and_opens_by_decision_only() -> None:
    """A fen owed, or kept, keeps it open; closed, it has no limit and no new use.

    open    pay_later 5000  cash_loan 8000  joint 10000  person 200000
    draw    car       3000
    state   cash_loan close -> not_settled
    repay   cash_loan all 3000
    state   cash_loan close
    draw    again     1 -> line_closed
    expect  cash_loan 0 state next 8000
    base    cash_loan 9000 -> line_state
    """


def restrictions_end_with_their_facts() -> None:
    """DESIGN 1.5: restrictions lower the limit while they last, the least one binds.

    open    pay_later 5000  cash_loan 8000  joint 12000  person 200000
    factor  cash_loan late 500000
    expect  cash_loan 4000 factor next 8000
    cap     cash_loan odd 3000
    expect  cash_loan 3000 cap next 4000
    day     5
    end     cash_loan odd
    expect  cash_loan 4000 factor
    end     cash_loan late
    expect  cash_loan 8000 base
    stop    cash_loan alarm
    draw    some      1 -> line_stopped
    expect  cash_loan 0 stop next 8000
    day     6
    end     cash_loan alarm
    draw    some      1
    """


def r93_limit_moves_between_lines_on_request() -> None:
    """R93: only what is free moves, and the total stays.

    open    pay_later 5000  cash_loan 8000  joint 10000  person 200000
    draw    car       6000
    move    cash_loan pay_later 2000.01 -> not_free
    move    cash_loan pay_later 2000
    expect  pay_later 4000 joint next 7000
    expect  cash_loan 0 base
    """


def r94_the_customers_own_cap_outlasts_the_moment() -> None:
    """R94: a tighter cap holds at once, a wider one days later, and by itself.

    open    pay_later 5000  cash_loan 8000  joint 10000  person 200000
    own     pay_later calm 1000 0
    expect  pay_later 1000 own_cap next 5000
    buy     coat      1000.01 -> pay_later_headroom
    day     3
    own     pay_later eager 4000 7
    expect  pay_later 1000 own_cap
    day     9
    expect  pay_later 1000 own_cap
    day     10
    expect  pay_later 4000 own_cap
    """


def the_law_binds_the_person() -> None:
    """V36: who owes 185,000 may draw 15,000 more under a cap of 200,000.

    open    pay_later 100000  cash_loan 200000  joint 300000  person 200000
    draw    house     185000
    expect  cash_loan 15000 base  next 15000
    expect  pay_later 15000 person next 100000
    buy     kitchen   15000.01 -> person_cap
    buy     kitchen   15000
    expect  pay_later 0 person
    """


STORIES = [
    story
    for name, story in vars(sys.modules[__name__]).items()
    if inspect.isfunction(story) and story.__module__ == __name__ and not name.startswith("_")
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_a_story_comes_true(story: object) -> None:
    """Every line of a story is accepted or refused as it says, and what it expects holds."""
    told = inspect.getdoc(story)

    assert told
    tell(told)
