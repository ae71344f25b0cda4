"""What is owed as a fold of dated facts, in any order of booking the same.

Facts without time value: purchases, draws, refunds, repayments, reversals, balances brought along,
and what is paid out of what is kept for the customer. Three laws make the order of booking
irrelevant:

- Facts count in the order of (`value_on`, rank of the kind, `fact_id`).
- A reversed fact never was, on any day; a reversal that is itself reversed does not reverse. A
  reversal may be booked before what it reverses, and then waits for it.
- What is paid or refunded beyond what is owed is kept for the customer (`over`) and pays the next
  debt of the contract by value, on its day. So a contract never has both something owed and
  something kept, and principal less `over` is debts less payments, whatever came first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from twinline.servicing.allocation import By, Due, Order, allocate
from twinline.servicing.fact import FactKind, Owed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from twinline.servicing.fact import Fact

FactKey = tuple["date", int, str]
"""(`value_on`, rank of the kind, `fact_id`)."""

_RANK: Final = {kind: rank for rank, kind in enumerate(FactKind)}

NOTHING: Final = Owed()
"""A contract before its first fact."""


class FactFault(ValueError):
    """Facts that no contract can have: a mistake of what booked them, not of a customer."""

    def __init__(self, fact: Fact, place: str, value: object, rule: str) -> None:
        """Name the fact, the place in it, what stands there and the rule."""
        super().__init__(
            f"contract {fact.contract_id}, fact {fact.fact_id}, {place}: {value}: {rule}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A fold up to a fact: what is owed, the last fact's key, and what reversals wait for.

    `awaited` are the ids of facts that reversals within the seal refer to and that have not come.
    """

    owed: Owed
    last: FactKey
    awaited: frozenset[str] = frozenset()


def key_of(fact: Fact) -> FactKey:
    """Return what a fact is ordered by."""
    return fact.value_on, _RANK[fact.kind], fact.fact_id


def fold(facts: Iterable[Fact]) -> Owed:
    """Return what is owed after all facts of a contract. Raises `FactFault`."""
    return owed_after(effective(facts))


def owed_after(counting: Iterable[Fact], owed: Owed = NOTHING) -> Owed:
    """Return what is owed after facts that `effective` gave, from nothing or from a seal."""
    for fact in counting:
        owed = _with(owed, fact)
    return owed


def seal(facts: Iterable[Fact]) -> Seal:
    """Return the seal over one fact or more. Raises `FactFault`."""
    known = tuple(facts)
    return seal_at(fold(known), known)


def seal_at(owed: Owed, facts: Iterable[Fact]) -> Seal:
    """Return the seal over one fact or more whose fold is known. Raises `FactFault`."""
    by_id = _by_id(facts)
    awaited = (fact.refers for fact in by_id.values() if fact.kind is FactKind.REVERSAL)
    return Seal(
        owed=owed,
        last=max(key_of(fact) for fact in by_id.values()),
        awaited=frozenset(awaited) - by_id.keys(),
    )


def unsealed_by(sealed: Seal, rest: Iterable[Fact]) -> Fact | None:
    """Return the first fact in order that the seal does not hold against, or None.

    Such are a fact that counts before the seal's last, a reversal of something that is not among
    the rest, and a fact that a reversal within the seal has waited for.
    """
    by_id = _by_id(rest)
    for fact in sorted(by_id.values(), key=key_of):
        reverses_within = fact.kind is FactKind.REVERSAL and fact.refers not in by_id
        if key_of(fact) <= sealed.last or reverses_within or fact.fact_id in sealed.awaited:
            return fact
    return None


def fold_from(sealed: Seal, rest: Iterable[Fact]) -> Owed:
    """Return what is owed after the facts of a seal and the rest: fold(all) = fold(seal, rest).

    The seal must hold: `unsealed_by` gives None. Raises `FactFault`.
    """
    facts = tuple(rest)
    assert unsealed_by(sealed, facts) is None, sealed
    return owed_after(effective(facts), sealed.owed)


def effective(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that count, in their order: reversals and what they undo are left out.

    Raises `FactFault` for two facts of one id that differ, a negative amount, a reversal of
    another amount than its fact's, and reversals that reverse each other.
    """
    by_id = _by_id(facts)
    undone = _undone(by_id)
    counting = [
        fact
        for fact in by_id.values()
        if fact.kind is not FactKind.REVERSAL and fact.fact_id not in undone
    ]
    return sorted(counting, key=key_of)


def refundable_minor(facts: Iterable[Fact], purchase_fact_id: str) -> int:
    """Return what may still be refunded of a purchase: its amount less its refunds that count.

    Zero for a purchase that is not there or was reversed.
    """
    left = 0
    for fact in effective(facts):
        if fact.kind is FactKind.PURCHASE and fact.fact_id == purchase_fact_id:
            left += fact.amount_minor
        elif fact.kind is FactKind.REFUND and fact.refers == purchase_fact_id:
            left -= fact.amount_minor
    return max(0, left)


def _by_id(facts: Iterable[Fact]) -> dict[str, Fact]:
    """Return facts by id; one that is given twice counts once."""
    by_id: dict[str, Fact] = {}
    for fact in facts:
        if fact.amount_minor < 0:
            raise FactFault(fact, "amount_minor", fact.amount_minor, "not negative")
        if by_id.setdefault(fact.fact_id, fact) != fact:
            raise FactFault(fact, "fact_id", fact.fact_id, "one fact of an id in a contract")
    return by_id


def _undone(by_id: Mapping[str, Fact]) -> set[str]:
    """Return the ids of facts that a reversal undoes which is not undone itself.

    Decided from the reversals that none refers to, along what they refer to.
    """
    reversals = [fact for fact in by_id.values() if fact.kind is FactKind.REVERSAL]
    undecided: dict[str, int] = {}
    for reversal in reversals:
        _require_same_amount(reversal, by_id)
        undecided[reversal.refers] = undecided.get(reversal.refers, 0) + 1
    ready = [fact for fact in reversals if fact.fact_id not in undecided]
    undone: set[str] = set()
    decided = 0
    while ready:
        reversal = ready.pop()
        decided += 1
        if reversal.fact_id not in undone:
            undone.add(reversal.refers)
        undecided[reversal.refers] -= 1
        target = by_id.get(reversal.refers)
        if not undecided[reversal.refers] and target and target.kind is FactKind.REVERSAL:
            ready.append(target)
    if decided < len(reversals):
        circle = next(fact for fact in reversals if undecided.get(fact.fact_id))
        raise FactFault(circle, "refers", circle.refers, "reversals do not reverse each other")
    return undone


def _require_same_amount(reversal: Fact, by_id: Mapping[str, Fact]) -> None:
    undoes = by_id.get(reversal.refers)
    if undoes is not None and undoes.amount_minor != reversal.amount_minor:
        raise FactFault(
            reversal, "amount_minor", reversal.amount_minor, f"{undoes.amount_minor}, as undone"
        )


def _with(owed: Owed, fact: Fact) -> Owed:
    match fact.kind:
        case FactKind.BROUGHT | FactKind.PURCHASE | FactKind.DISBURSEMENT | FactKind.PAID_OUT:
            return _lent(owed, fact.amount_minor)
        case FactKind.CREDIT_BROUGHT | FactKind.REFUND | FactKind.REPAYMENT:
            return _paid(owed, fact)
        case FactKind.REVERSAL:
            raise AssertionError(fact)
        case _:
            assert_never(fact.kind)


def _lent(owed: Owed, amount_minor: int) -> Owed:
    """Return what is owed after a debt: what is kept for the customer pays first."""
    from_over = min(owed.over, amount_minor)
    return Owed(
        principal=owed.principal + amount_minor - from_over,
        interest=owed.interest,
        fee=owed.fee,
        penalty=owed.penalty,
        over=owed.over - from_over,
    )


def _paid(owed: Owed, fact: Fact) -> Owed:
    """Return what is owed after a payment; what is left over is kept for the customer."""
    amount = fact.amount_minor
    if not (owed.fee or owed.penalty or owed.interest):
        paid = min(owed.principal, amount)  # the order of components does not matter
        return Owed(principal=owed.principal - paid, over=owed.over + amount - paid)
    due = Due(
        due_on=fact.value_on,
        fee=owed.fee,
        penalty=owed.penalty,
        interest=owed.interest,
        principal=owed.principal,
    )
    shares = allocate([due], amount, Order.STANDARD, By.INSTALMENT)
    received = shares.received[0]
    return Owed(
        principal=owed.principal - received.principal,
        interest=owed.interest - received.interest,
        fee=owed.fee - received.fee,
        penalty=owed.penalty - received.penalty,
        over=owed.over + shares.left_over_minor,
    )
