"""Whether a customer's contracts stand as the ledger and their facts say (I4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from twinline.app.bank.store import Snapshot
from twinline.ledger.account import Account, AccountKind
from twinline.ledger.balance import Balance
from twinline.ledger.checks import Finding

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


CONTRACT_CHECKS: tuple[ContractCheck, ...] = (owed_off_ledger, kept_off_ledger)


def _components(owed: Owed) -> tuple[tuple[AccountKind, int], ...]:
    return (
        (AccountKind.PRINCIPAL, owed.principal),
        (AccountKind.INTEREST, owed.interest),
        (AccountKind.FEE, owed.fee),
        (AccountKind.PENALTY, owed.penalty),
    )
