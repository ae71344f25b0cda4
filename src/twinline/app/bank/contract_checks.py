"""Whether a customer's contracts stand as the ledger and their facts say (I4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from twinline.app.bank.owing import joint_weight
from twinline.app.bank.store import Snapshot
from twinline.ledger.account import Account, AccountKind
from twinline.ledger.balance import Balance
from twinline.ledger.checks import Finding
from twinline.ledger.control import Control
from twinline.lines.weight import joint_use_minor
from twinline.servicing.fold import FactFault, fold
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.servicing.fact import Owed

Balances = Mapping[Account, Balance]
ContractCheck = Callable[[Snapshot, Balances], Iterator[tuple[str, str]]]
"""Yields the place, and what is not true there."""


def contract_findings(snapshot: Snapshot, balances: Balances) -> Iterator[Finding]:
    """Yield where contracts are not what they should be, given the owner's balances."""
    for check in CONTRACT_CHECKS:
        for place, words in check(snapshot, balances):
            yield Finding(snapshot.customer.customer_id, "I4", place, words)


def owed_off_ledger(snapshot: Snapshot, balances: Balances) -> Iterator[tuple[str, str]]:
    """What is owed on a contract by component is what the ledger has for it."""
    booked: dict[tuple[str, AccountKind], int] = {}
    for account, balance in balances.items():
        key = account.part, account.kind
        booked[key] = booked.get(key, 0) + balance.posted_minor
    for name, contract in snapshot.contracts.items():
        for kind, owed in _components(contract.owed):
            if (stands := booked.get((name, kind), 0)) != owed:
                yield f"contract {name}", f"{kind} owed is {owed}, the ledger has {stands}"


def kept_off_ledger(snapshot: Snapshot, balances: Balances) -> Iterator[tuple[str, str]]:
    """What is kept for the customer over all contracts is the credit balance."""
    kept = sum(contract.owed.over for contract in snapshot.contracts.values())
    booked = -sum(
        balance.posted_minor
        for account, balance in balances.items()
        if account.kind is AccountKind.CREDIT_BALANCE
    )
    if kept != booked:
        yield "contracts", f"{kept} is kept for the customer, the ledger has {booked}"


def owed_unlike_facts(snapshot: Snapshot, _: Balances) -> Iterator[tuple[str, str]]:
    """What is owed on a contract is the fold of its facts."""
    for name, contract in snapshot.contracts.items():
        try:
            folded = fold(snapshot.facts.get(name, ()))
        except FactFault as fault:
            yield f"contract {name}", f"its facts cannot be: {fault}"
            continue
        if folded != contract.owed:
            yield f"contract {name}", f"it says {_told(contract.owed)}, its facts {_told(folded)}"


def use_off_debt(snapshot: Snapshot, balances: Balances) -> Iterator[tuple[str, str]]:
    """A line's posted use is the principal of its contracts; the person's is that of both lines.

    What both lines have together is used by each contract's principal times its weight.
    What was written off goes on using headroom by what it was, so it is left to the journal.
    """
    if any(account.kind is AccountKind.WRITTEN_OFF for account in balances):
        return
    owed = dict.fromkeys(Product, 0)
    for contract in snapshot.contracts.values():
        owed[contract.product] += contract.owed.principal
    used = {
        account.part: balance.posted_minor
        for account, balance in balances.items()
        if account.kind is AccountKind.USE
    }
    wanted = {
        Control.PAY_LATER: owed[Product.PAY_LATER],
        Control.CASH_LOAN: owed[Product.CASH_LOAN],
        Control.JOINT: sum(
            joint_use_minor(contract.owed.principal, joint_weight(contract))
            for contract in snapshot.contracts.values()
        ),
        Control.PERSON: sum(owed.values()),
    }
    for control, principal in wanted.items():
        if (use := used.get(control, 0)) != principal:
            yield f"control {control}", f"use is {use}, the principal owed makes it {principal}"


CONTRACT_CHECKS: tuple[ContractCheck, ...] = (
    owed_off_ledger,
    kept_off_ledger,
    owed_unlike_facts,
    use_off_debt,
)


def _told(owed: Owed) -> str:
    components = (*_components(owed), ("over", owed.over))
    return ", ".join(f"{name} {minor}" for name, minor in components if minor) or "nothing"


def _components(owed: Owed) -> tuple[tuple[AccountKind, int], ...]:
    return (
        (AccountKind.PRINCIPAL, owed.principal),
        (AccountKind.INTEREST, owed.interest),
        (AccountKind.FEE, owed.fee),
        (AccountKind.PENALTY, owed.penalty),
    )
