"""How single facts are booked: by which event, by which steps."""

from __future__ import annotations

import pytest

from tests.facts import fact
from twinline.ledger.event import Event
from twinline.servicing.booking import Step, Use, Weighed, book
from twinline.servicing.fact import FactKind, Owed

PURCHASE = fact("p", FactKind.PURCHASE, 100)
PAID = fact("a", FactKind.REPAYMENT, 130, day=1)
ALL = {"line": 100, "joint": 100, "person": 100}


def test_a_capture_books_the_debt_and_leaves_headroom_to_the_hold() -> None:
    """The hold's end turns what was held into use, so the purchase moves principal alone."""
    booked = book([], PURCHASE)

    assert booked.steps == (Step(event=Event.PURCHASE_CAPTURED, amounts={"principal": 100}),)


def test_a_purchase_paid_from_what_is_kept_gives_headroom_back() -> None:
    """A capture after an overpayment is booked whole, and what is kept pays its part."""
    again = fact("q", FactKind.PURCHASE, 50, day=2)
    kept = {"principal": 30, "line": 30, "joint": 30, "person": 30}

    assert book([PURCHASE, PAID], again).steps == (
        Step(event=Event.PURCHASE_CAPTURED, amounts={"principal": 50}),
        Step(event=Event.CREDIT_BALANCE_USED, amounts=kept),
    )


def test_an_overpayment_is_kept() -> None:
    """A payment beyond what is owed pays it and keeps the rest for the customer."""
    booked = book([PURCHASE], PAID)

    assert booked.event is Event.REPAID
    assert booked.owed == Owed(over=30)
    assert booked.steps == (
        Step(event=Event.REPAID, amounts={"principal": 100, "over": 30, **ALL}),
    )


def test_a_third_party_s_payment_is_named_apart() -> None:
    """Who paid changes the event and nothing else."""
    theirs = book([PURCHASE], PAID, paid_as=Event.REPAID_BY_THIRD_PARTY)

    assert theirs.event is Event.REPAID_BY_THIRD_PARTY
    assert theirs.steps[0].amounts == book([PURCHASE], PAID).steps[0].amounts


def test_a_returned_payment_after_a_redraw_owes_both() -> None:
    """What the payment paid and kept is owed again, also where the kept part has been used."""
    again = fact("q", FactKind.PURCHASE, 50, day=2)
    returned = fact("x", FactKind.REVERSAL, 130, day=3, refers="a")
    every = {"principal": 130, "line": 130, "joint": 130, "person": 130}

    booked = book([PURCHASE, PAID, again], returned)

    assert booked.owed == Owed(principal=150)
    assert booked.steps == (Step(event=Event.REPAYMENT_RETURNED, amounts=every),)


@pytest.mark.parametrize(
    ("kind", "event", "undone"),
    [
        (FactKind.BROUGHT, Event.BALANCE_BROUGHT, True),
        (FactKind.CREDIT_BROUGHT, Event.CREDIT_BALANCE_BROUGHT, True),
        (FactKind.PURCHASE, Event.PURCHASE_CAPTURED, True),
        (FactKind.DISBURSEMENT, Event.DISBURSEMENT_RETURNED, False),
        (FactKind.REFUND, Event.PURCHASE_REFUNDED, True),
        (FactKind.REPAYMENT, Event.REPAYMENT_RETURNED, False),
        (FactKind.PAID_OUT, Event.CREDIT_BALANCE_PAID_OUT, True),
    ],
)
def test_each_kind_has_its_way_back(kind: FactKind, event: Event, *, undone: bool) -> None:
    """A reversal is booked by the event that names it, or by the opposite of the first entry."""
    first = fact("f", kind, 100)
    booked = book([first], fact("x", FactKind.REVERSAL, 100, refers="f"))

    assert (booked.event, booked.owed) == (event, Owed())
    assert (booked.steps[0].event, booked.steps[0].undone) == (event, undone)


def test_a_backdated_payment_into_a_reversed_world_moves_nothing() -> None:
    """A reversal that came first moves nothing, and its fact moves nothing when it comes."""
    returned = fact("x", FactKind.REVERSAL, 130, day=3, refers="a")
    waiting = book([PURCHASE], returned)
    late = book([PURCHASE, returned], PAID)

    assert (waiting.event, waiting.steps) == (Event.CORRECTED, ())
    assert (late.event, late.steps) == (Event.REPAID, ())
    assert late.owed == Owed(principal=100)


def test_the_loan_that_came_back_keeps_what_was_repaid() -> None:
    """A draw returned by the bank after a part was repaid leaves that part to the customer."""
    drawn = fact("d", FactKind.DISBURSEMENT, 100)
    paid = fact("a", FactKind.REPAYMENT, 30, day=1)
    booked = book([drawn, paid], fact("x", FactKind.REVERSAL, 100, day=2, refers="d"))
    kept = {"principal": 30, "line": 30, "joint": 30, "person": 30}

    assert booked.owed == Owed(over=30)
    assert booked.steps == (
        Step(event=Event.DISBURSEMENT_RETURNED, amounts={"principal": 100, **ALL}),
        Step(event=Event.CREDIT_BALANCE_USED, amounts=kept, undone=True),
    )


def test_an_instalment_gives_back_by_its_weight() -> None:
    """Where a plan is weighed its use says what joint headroom comes back."""
    paid = fact("a", FactKind.REPAYMENT, 40, day=1)
    booked = book([PURCHASE], paid, weighed=Weighed(use=Use(line=-40, joint=-60, person=-40)))

    assert booked.steps[0].amounts == {"principal": 40, "line": 40, "joint": 60, "person": 40}


def test_a_weighed_purchase_is_held_as_it_counts() -> None:
    """A hold that took the weight and a use that counts it leave nothing to move."""
    weighed = Use(line=100, joint=150, person=100)
    booked = book([], PURCHASE, weighed=Weighed(use=weighed, held=weighed))

    assert [step.event for step in booked.steps] == [Event.PURCHASE_CAPTURED]
