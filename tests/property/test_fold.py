"""Laws of the fold: any booking order, sealed or not, and the ledger beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.facts import BOOKED, lives
from twinline.ledger.account import AccountKind
from twinline.ledger.control import Control
from twinline.ledger.entry import Place, transfers_of
from twinline.ledger.event import Event
from twinline.lines.weight import joint_use_minor
from twinline.servicing.booking import book, change, transfers
from twinline.servicing.fact import FactKind, Owed
from twinline.servicing.fold import effective, fold, fold_from, key_of, seal, unsealed_by

if TYPE_CHECKING:
    from fractions import Fraction
    from random import Random

    from twinline.ledger.account import Account
    from twinline.servicing.fact import Fact

PLACE = Place(
    customer="C1", currency="CNY", licence="CF", funder="own", contract="K1", merchant="M1"
)
LENT = {FactKind.BROUGHT, FactKind.PURCHASE, FactKind.DISBURSEMENT, FactKind.PAID_OUT}


@given(lives(), st.randoms(use_true_random=False))
def test_any_booking_order_gives_the_same(facts: list[Fact], dice: Random) -> None:
    """I4: neither the order facts come in nor the moment they were booked changes what is owed."""
    shuffled = [
        replace(fact, booked_at=BOOKED + timedelta(hours=dice.randrange(99))) for fact in facts
    ]
    dice.shuffle(shuffled)

    assert fold(shuffled) == fold(facts)


@given(lives())
def test_what_is_owed_is_debts_less_payments(facts: list[Fact]) -> None:
    """Principal less what is kept is what counts of debts less payments, and one of them is 0."""
    owed = fold(facts)
    net = sum(
        each.amount_minor if each.kind in LENT else -each.amount_minor for each in naive(facts)
    )

    assert owed == Owed(principal=max(0, net), over=max(0, -net))


@given(lives())
def test_the_facts_that_count_are_those_a_slow_reader_counts(facts: list[Fact]) -> None:
    """A fact counts unless a reversal that counts refers to it, however long the chain."""
    assert effective(facts) == sorted(naive(facts), key=key_of)


@given(lives(), st.integers(0, 12))
def test_a_seal_and_the_rest_are_all(facts: list[Fact], cut: int) -> None:
    """I4: fold(all) = fold(seal, rest) as long as the seal holds."""
    in_order = sorted(facts, key=key_of)
    sealed_facts, rest = in_order[: cut or 1], in_order[cut or 1 :]
    sealed = seal(sealed_facts)
    if unsealed_by(sealed, rest) is None:
        assert fold_from(sealed, rest) == fold(facts)
    else:
        within = {fact.fact_id for fact in sealed_facts}
        refers = [fact for fact in facts if fact.kind is FactKind.REVERSAL]
        assert any((fact.fact_id in within) != (fact.refers in within) for fact in refers)


@given(lives(), st.data())
def test_an_older_fact_unseals(facts: list[Fact], data: st.DataObject) -> None:
    """A fact that counts before a seal's last breaks the seal."""
    in_order = sorted(facts, key=key_of)
    late = data.draw(st.sampled_from(in_order[:-1])) if len(in_order) > 1 else None
    if late is not None:
        sealed = seal([fact for fact in in_order if fact is not late])
        assert unsealed_by(sealed, [late]) == late


@given(lives(), st.fractions(1, 3, max_denominator=100))
def test_the_ledger_follows_the_fold(facts: list[Fact], weight: Fraction) -> None:
    """After each booking, in any order, accounts equal what is owed and use equals principal.

    What both lines have together is used by the principal times the plan's weight, rounded up.
    """
    balances: Counter[Account] = Counter()
    for number, new in enumerate(facts):
        before = fold(facts[:number])
        booked = book(facts[:number], new, weighed=weight)
        for transfer in transfers(booked.steps, PLACE):
            balances[transfer.debit] += transfer.amount_minor
            balances[transfer.credit] -= transfer.amount_minor
        if new.kind is FactKind.PURCHASE and booked.steps:
            held(balances, new.amount_minor)
        assert booked.owed == fold(facts[: number + 1])
        assert booked == book(facts[:number], new, owed=before, weighed=weight)
        assert booked.change == change(before, booked.owed)
        assert total(balances, AccountKind.PRINCIPAL) == booked.owed.principal
        assert total(balances, AccountKind.CREDIT_BALANCE) == -booked.owed.over
        principal = booked.owed.principal
        used = dict.fromkeys((Control.PAY_LATER, Control.PERSON), principal)
        used[Control.JOINT] = joint_use_minor(principal, weight)
        for control, minor in used.items():
            assert total(balances, AccountKind.USE, control) == minor
            assert total(balances, AccountKind.HEADROOM, control) == -minor
    assert sum(balances.values()) == 0


@given(lives())
def test_money_moves_by_what_counts(facts: list[Fact]) -> None:
    """In any booking order the bank paid and received exactly what the facts that count say."""
    balances: Counter[AccountKind] = Counter()
    for number, new in enumerate(facts):
        for transfer in transfers(book(facts[:number], new).steps, PLACE):
            balances[transfer.debit.kind] += transfer.amount_minor
            balances[transfer.credit.kind] -= transfer.amount_minor
    sums: Counter[FactKind] = Counter()
    for fact in effective(facts):
        sums[fact.kind] += fact.amount_minor

    out = sums[FactKind.DISBURSEMENT] + sums[FactKind.PAID_OUT]
    assert balances[AccountKind.SETTLEMENT] == sums[FactKind.REPAYMENT] - out
    owed_to_merchants = sums[FactKind.PURCHASE] - sums[FactKind.REFUND]
    assert balances[AccountKind.MERCHANT_PAYABLE] == -owed_to_merchants
    brought = sums[FactKind.BROUGHT] - sums[FactKind.CREDIT_BROUGHT]
    assert balances[AccountKind.OPENING] == -brought


def naive(facts: list[Fact]) -> list[Fact]:
    """Return the facts that count, by asking of each whether something undoes it."""

    def counts(fact: Fact) -> bool:
        reversals = [each for each in facts if each.kind is FactKind.REVERSAL]
        return not any(each.refers == fact.fact_id and counts(each) for each in reversals)

    return [fact for fact in facts if fact.kind is not FactKind.REVERSAL and counts(fact)]


def total(balances: Counter[Account], kind: AccountKind, part: str = "") -> int:
    """Return the sum of accounts of a kind, of one control where it is named."""
    return sum(
        minor
        for account, minor in balances.items()
        if account.kind is kind and (not part or account.part == part)
    )


def held(balances: Counter[Account], minor: int) -> None:
    """Book what the end of a purchase's hold does in the same group: what it held becomes use."""
    amounts = dict.fromkeys(("line", "joint", "person"), minor)
    for transfer in transfers_of(Event.LOAN_DISBURSED, amounts, PLACE):
        balances[transfer.debit] += transfer.amount_minor
        balances[transfer.credit] -= transfer.amount_minor
