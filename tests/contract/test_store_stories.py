"""What any store does with requests, facts and holds, told as stories."""

from __future__ import annotations

from tests.contract.telling import story


@story
def test_the_joint_limit_binds() -> None:
    """The joint limit refuses the second product although its own line has room.

    open    pay_later 1000  cash_loan 800  joint 1200  person 5000
    hold    H1   700          ok
    draw    D1   600          joint_headroom
    draw    D2   500          ok
    expect  pay_later 300   cash_loan 300   joint 0
    draw    D3     1          joint_headroom
    """


@story
def test_each_control_refuses() -> None:
    """The first control that a request would take below zero names the refusal.

    open    pay_later 100  cash_loan 200  joint 250  person 240
    hold    H1   101          pay_later_headroom
    draw    D1   201          cash_loan_headroom
    hold    H2   100          ok
    draw    D2   151          joint_headroom
    draw    D3   141          person_cap
    draw    D4   140          ok
    expect  pay_later 0   cash_loan 60   joint 10   person 0
    """


@story
def test_a_refusal_leaves_nothing() -> None:
    """A refused request leaves its id free: it may be asked for again when there is room.

    open    pay_later 100  cash_loan 100  joint 100  person 100
    draw    D1   101          cash_loan_headroom
    expect  pay_later 100  cash_loan 100  joint 100  person 100
    draw    D2   100          ok
    repay   R1   100          ok
    draw    D1   101          cash_loan_headroom
    """


@story
def test_a_hold_ends_once() -> None:
    """A hold takes headroom at once; what is not captured comes back, and it ends once.

    open     pay_later 1000  cash_loan 800  joint 1200  person 5000
    hold     H1       400      ok
    expect   pay_later 600   joint 800   person 4600   cash_loan 800
    capture  P1  H1   300      ok
    expect   pay_later 700   joint 900   person 4700   cash_loan 800
    capture  P2  H1   100      hold_resolved
    void     V1  H1            hold_resolved
    capture  P1  H1   300      again
    hold     H1       400      again
    expect   pay_later 700   joint 900
    """


@story
def test_a_hold_ends_in_three_ways() -> None:
    """A hold may be captured whole, voided or expired; the last two give all of it back.

    open     pay_later 1000  cash_loan 800  joint 1200  person 5000
    hold     H1       300      ok
    hold     H2       300      ok
    hold     H3       300      ok
    expect   pay_later 100   joint 300
    capture  P1  H1   300      ok
    void     V2  H2            ok
    expire   X3  H3            ok
    expect   pay_later 700   joint 900   person 4700
    expire   X2  H2            hold_resolved
    void     V9  H9            hold_not_found
    void     V3  V2            hold_not_found
    """


@story
def test_no_more_than_held_is_captured() -> None:
    """More than is held is never captured, and the hold goes on waiting.

    open     pay_later 1000  cash_loan 800  joint 1200  person 5000
    hold     H1       300      ok
    capture  P1  H1   301      hold_exceeded
    expect   pay_later 700   joint 900
    capture  P1  H1   300      ok
    """


@story
def test_a_capture_is_a_fact() -> None:
    """A capture within its hold stands although a cut came in between.

    open     pay_later 1000  cash_loan 800  joint 1200  person 5000
    hold     H1       900      ok
    cut      L1       600      ok
    expect   pay_later -500  joint -300
    capture  P1  H1   900      ok
    expect   pay_later -500  joint -300
    hold     H2         1      pay_later_headroom
    draw     D1         1      joint_headroom
    raise    L2       501      ok
    hold     H2         1      ok
    expect   pay_later 0     joint 200
    """


@story
def test_a_returned_repayment_stands() -> None:
    """A repayment called back after a redraw leaves headroom negative and is not refused.

    open    pay_later 1000  cash_loan 800  joint 1200  person 5000
    draw    D1   800           ok
    repay   R1   800           ok
    draw    D2   800           ok
    return  B1   800           ok
    expect  cash_loan -800  joint -400  person 3400
    draw    D3     1           cash_loan_headroom
    repay   R2   900           ok
    draw    D3   100           ok
    draw    D4     1           cash_loan_headroom
    """


@story
def test_the_same_key_gives_the_first_answer() -> None:
    """The same command again gives the first answer and moves nothing, whatever came since.

    open    pay_later 1000  cash_loan 800  joint 1200  person 5000
    draw    D1   800           ok
    draw    D1   800           again
    repay   R1   300           ok
    draw    D1   800           again
    repay   R1   300           again
    expect  cash_loan 300  joint 700
    """
