"""Each outcome that money can meet on its way, as a named case on a served bank."""

from __future__ import annotations

from tests.served.story import story


@story
def test_a_hold_expires() -> None:
    """What nobody captures in time gives back what it held, and cannot be captured any more.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    expect   pay_later 600   joint 3100
    days     8
    capture  c1  h1             -> authorisation_expired
    expect   pay_later 600   joint 3100
    sweep
    expect   pay_later 1000  joint 3500
    void     v1  h1             -> hold_resolved
    """


@story
def test_a_capture_races_a_void() -> None:
    """Sent at once, one of them ends the authorisation and the other hears so.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    race     capture c1 h1  |  void v1 h1   -> hold_resolved
    if  c1   expect  pay_later 600   joint 3100
    if  c1   owed    pay_later 400
    or  c1   expect  pay_later 1000  joint 3500
    or  c1   owed    pay_later 0
    """


@story
def test_a_capture_races_a_capture() -> None:
    """Captured twice at once, an authorisation is captured once.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    race     capture c1 h1  |  capture c2 h1   -> hold_resolved
    owed     pay_later 400
    expect   pay_later 600   joint 3100
    """


@story
def test_a_capture_in_part() -> None:
    """What is not captured comes back at once; there is no second capture, and none beyond.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    capture  c0  h1  401        -> hold_exceeded
    capture  c1  h1  300
    expect   pay_later 700   joint 3200
    capture  c2  h1  100        -> hold_resolved
    owed     pay_later 300
    """


@story
def test_a_refund_before_the_capture() -> None:
    """Before goods are handed over there is nothing to refund: the authorisation is voided.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    refund   f1  h1  100        -> purchase_not_found
    void     v1  h1
    expect   pay_later 1000  joint 3500
    refund   f2  h1  100        -> purchase_not_found
    """


@story
def test_a_refund_after_the_capture() -> None:
    """What comes back is owed no longer, and both lines feel it.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    capture  c1  h1
    refund   f1  h1  150
    owed     pay_later 250
    expect   pay_later 750   joint 3250
    """


@story
def test_a_refund_of_what_was_repaid() -> None:
    """What is refunded and owed no more is kept for the customer.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    capture  c1  h1
    repay    r1  pay_later  300
    refund   f1  h1  150
    owed     pay_later 0     kept 50
    expect   pay_later 1000  joint 3500
    """


@story
def test_a_purchase_refunded_twice() -> None:
    """Refunds add up to the purchase, and no further; at once they add up to no more either.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    capture  c1  h1
    refund   f1  h1  150
    refund   f2  h1  250
    refund   f3  h1  1          -> refund_exceeded
    owed     pay_later 0
    hold     h2  600
    capture  c2  h2
    race     refund f4 h2  |  refund f5 h2   -> refund_exceeded
    owed     pay_later 0
    expect   pay_later 1000  joint 3500
    """


@story
def test_a_refund_beyond_the_purchase() -> None:
    """No refund is larger than what was captured, whatever had been held.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h1  400
    capture  c1  h1  300
    refund   f1  h1  301        -> refund_exceeded
    owed     pay_later 300
    expect   pay_later 700   joint 3200
    """


@story
def test_a_repayment_in_flight_while_a_cut_arrives() -> None:
    """Both are done, and it does not matter which came first; nothing falls due by a cut.

    open     pay_later 1000  cash_loan 3000  joint 3500
    quote    q1  3000
    draw     d1  q1
    race     repay r1 d1 1000  |  limit D2 cash_loan 1500 2000
    owed     cash_loan 2000
    expect   cash_loan -500  joint 0   pay_later 1000
    quote    q2  500            -> cash_loan_headroom
    repay    r2  d1  800
    expect   cash_loan 300   joint 800
    """


@story
def test_a_repayment_returned_after_a_redraw() -> None:
    """A returned repayment is booked whatever room is left; new use waits until it is back.

    open     pay_later 1000  cash_loan 3000  joint 3500
    quote    q1  3000
    draw     d1  q1
    repay    r1  d1  1000
    quote    q2  1000
    draw     d2  q2
    return   b1  r1
    expect   cash_loan -1000  joint -500
    hold     h1  1              -> joint_headroom
    return   b2  r1             -> already_returned
    repay    r2  d2  1000
    expect   cash_loan 0      joint 500
    hold     h2  500
    """


@story
def test_a_freeze_races_a_purchase() -> None:
    """A purchase that came first is captured in spite of the freeze; one that came second is none.

    open     pay_later 1000  cash_loan 3000  joint 3500
    hold     h0  100
    freeze   z1  pay_later
    hold     h1  100            -> line_frozen
    capture  c0  h0
    unfreeze z2  pay_later
    hold     h2  100
    expect   pay_later 800   joint 3300
    """


@story
def test_a_purchase_and_a_freeze_at_once() -> None:
    """Sent at once, the freeze is done, and the purchase is either captured or was refused.

    open     pay_later 1000  cash_loan 3000  joint 3500
    either   hold h1 400  |  freeze z1 pay_later   -> line_frozen
    if  h1   capture c1 h1
    if  h1   owed    pay_later 400
    or  h1   expect  pay_later 1000  joint 3500
    hold     h2  1              -> line_frozen
    """


@story
def test_the_first_draw_ever_races_a_purchase() -> None:
    """Neither line had been used: both fit alone, one of them is done.

    open     pay_later 3000  cash_loan 3000  joint 3500
    quote    q1  3000
    race     draw d1 q1  |  hold h1 3000   -> joint_headroom
    if  d1   expect  pay_later 3000  cash_loan 0     joint 500
    if  h1   expect  pay_later 0     cash_loan 3000  joint 500
    """


@story
def test_a_quote_is_drawn_once() -> None:
    """Drawn twice at once under two keys, a quote leads to one loan.

    open     pay_later 1000  cash_loan 3000  joint 3500
    quote    q1  1000
    race     draw d1 q1  |  draw d2 q1   -> quote_used
    owed     cash_loan 1000
    expect   cash_loan 2000  joint 2500
    """
