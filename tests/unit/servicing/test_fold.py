"""The fold on single cases: refunds, reversals in chains, what no contract can have."""

from __future__ import annotations

import pytest

from tests.facts import fact
from twinline.servicing.fact import FactKind, Owed
from twinline.servicing.fold import (
    FactFault,
    effective,
    fold,
    fold_from,
    owed_after,
    refundable_minor,
    seal,
    unsealed_by,
)

PURCHASE = fact("p", FactKind.PURCHASE, 100)
PART = fact("r1", FactKind.REFUND, 30, day=1, refers="p")
REST = fact("r2", FactKind.REFUND, 70, day=2, refers="p")


def test_several_refunds_leave_what_is_not_refunded() -> None:
    """What may be refunded is the purchase less its refunds, and nothing beyond."""
    assert refundable_minor([PURCHASE], "p") == 100
    assert refundable_minor([PART, PURCHASE], "p") == 70
    assert refundable_minor([PURCHASE, PART, REST], "p") == 0


def test_a_reversed_refund_may_be_made_again() -> None:
    """A refund that was reversed no longer counts against the purchase."""
    reversal = fact("x", FactKind.REVERSAL, 30, day=3, refers="r1")

    assert refundable_minor([PURCHASE, PART, reversal], "p") == 100


def test_nothing_is_refundable_of_what_is_not_there() -> None:
    """A reversed purchase, another fact's id and an unknown one leave nothing to refund."""
    reversal = fact("x", FactKind.REVERSAL, 100, refers="p")

    assert refundable_minor([PURCHASE, PART, reversal], "p") == 0
    assert refundable_minor([PURCHASE, PART], "r1") == 0
    assert refundable_minor([], "p") == 0


def test_a_refund_of_another_purchase_does_not_count() -> None:
    """Only what refers to the purchase lowers what may be refunded of it."""
    other = fact("q", FactKind.PURCHASE, 40)
    back = fact("r3", FactKind.REFUND, 40, refers="q")

    assert refundable_minor([PURCHASE, other, back], "p") == 100


def test_a_payment_goes_to_charges_before_principal() -> None:
    """From a state with charges: fee, penalty, interest, principal, the rest is kept (V20)."""
    owed = Owed(fee=1_000, penalty=971, interest=9_157, principal=80_884)
    short = fact("a", FactKind.REPAYMENT, 50_000)
    long = fact("b", FactKind.REPAYMENT, 92_013, day=1)

    assert owed_after([short], owed) == Owed(principal=42_012)
    assert owed_after([long], owed) == Owed(over=1)


def test_a_reversal_itself_is_never_counted() -> None:
    """What counts is what reversals leave; one of them handed in as a fact is a mistake."""
    with pytest.raises(AssertionError):
        owed_after([fact("x", FactKind.REVERSAL, 100, refers="p")])


def test_what_is_kept_pays_the_next_debt() -> None:
    """An overpayment is used by the next purchase, and only as far as it goes."""
    paid = fact("a", FactKind.REPAYMENT, 130, day=1)
    again = fact("q", FactKind.PURCHASE, 50, day=2)

    assert fold([PURCHASE, paid]) == Owed(over=30)
    assert fold([PURCHASE, paid, again]) == Owed(principal=20)


def test_what_was_paid_out_and_then_missing_is_owed() -> None:
    """A payment returned after it was paid out again leaves the customer owing it."""
    paid = fact("a", FactKind.REPAYMENT, 100)
    out = fact("o", FactKind.PAID_OUT, 100, day=1)
    returned = fact("x", FactKind.REVERSAL, 100, day=2, refers="a")

    assert fold([paid, out]) == Owed()
    assert fold([paid, out, returned]) == Owed(principal=100)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5_000, 5_001])
def test_a_chain_of_reversals_undoes_by_turns(length: int) -> None:
    """Each reversal turns the one before it; a long chain is no harder than a short one."""
    chain = [PURCHASE]
    for number in range(length):
        chain.append(fact(f"x{number}", FactKind.REVERSAL, 100, refers=chain[-1].fact_id))

    assert effective(chain[::-1]) == ([] if length % 2 else [PURCHASE])


def test_two_reversals_of_one_fact_undo_it_once() -> None:
    """A fact reversed twice comes back only when both reversals are gone."""
    one = fact("x", FactKind.REVERSAL, 100, refers="p")
    two = fact("y", FactKind.REVERSAL, 100, refers="p")
    back = fact("z", FactKind.REVERSAL, 100, refers="x")
    both = fact("w", FactKind.REVERSAL, 100, refers="y")

    assert fold([PURCHASE, one, two]) == Owed()
    assert fold([PURCHASE, one, two, back]) == Owed()
    assert fold([PURCHASE, one, two, back, both]) == Owed(principal=100)


def test_a_fact_given_twice_counts_once() -> None:
    """The same fact again is the same fact."""
    assert fold([PURCHASE, PURCHASE]) == Owed(principal=100)


def test_facts_that_cannot_be_are_named() -> None:
    """Two facts of an id, a negative amount, another amount undone, a circle: named as faults."""
    other = fact("p", FactKind.PURCHASE, 101)
    negative = fact("n", FactKind.PURCHASE, -1)
    half = fact("h", FactKind.REVERSAL, 50, refers="p")
    itself = fact("i", FactKind.REVERSAL, 1, refers="i")
    circle = [
        fact("a", FactKind.REVERSAL, 1, refers="b"),
        fact("b", FactKind.REVERSAL, 1, refers="a"),
    ]

    for facts, words in [
        ([PURCHASE, other], "contract K1, fact p, fact_id: p: one fact of an id in a contract"),
        ([negative], "contract K1, fact n, amount_minor: -1: not negative"),
        ([PURCHASE, half], "contract K1, fact h, amount_minor: 50: 100, as undone"),
        ([itself], "contract K1, fact i, refers: i: reversals do not reverse each other"),
        (circle, "contract K1, fact a, refers: b: reversals do not reverse each other"),
    ]:
        with pytest.raises(FactFault) as raised:
            fold(facts)
        assert str(raised.value) == words


def test_a_seal_holds_for_what_comes_later() -> None:
    """From the seal on, later facts alone give what all of them give."""
    paid = fact("a", FactKind.REPAYMENT, 60, day=9)
    sealed = seal([PART, PURCHASE])

    assert sealed.owed == Owed(principal=70)
    assert fold_from(sealed, [paid]) == fold([PURCHASE, PART, paid]) == Owed(principal=10)


def test_what_reaches_into_a_seal_breaks_it() -> None:
    """An older fact, a reversal of a sealed one, and what a sealed reversal waited for."""
    waiting = fact("x", FactKind.REVERSAL, 60, day=3, refers="late")
    sealed = seal([PURCHASE, waiting])
    older = fact("b", FactKind.REPAYMENT, 10, day=2)
    reversal = fact("y", FactKind.REVERSAL, 100, day=9, refers="p")
    late = fact("late", FactKind.REPAYMENT, 60, day=9)
    later = fact("a", FactKind.REPAYMENT, 10, day=4)

    assert unsealed_by(sealed, [later, older]) == older
    assert unsealed_by(sealed, [later, reversal]) == reversal
    assert unsealed_by(sealed, [later, late]) == late
    assert unsealed_by(sealed, [later]) is None


def test_a_later_reversal_of_a_later_fact_leaves_the_seal() -> None:
    """What comes and goes after the seal does not reach into it."""
    paid = fact("a", FactKind.REPAYMENT, 60, day=9)
    returned = fact("x", FactKind.REVERSAL, 60, day=10, refers="a")

    assert fold_from(seal([PURCHASE]), [returned, paid]) == Owed(principal=100)
