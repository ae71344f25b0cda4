"""A cash loan on a store, decided from a snapshot as a use case does: facts, state, transfers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tests.postings import AT, ON, draw, repayment
from twinline.servicing.fact import Contract, Fact, FactKind
from twinline.servicing.fold import fold
from twinline.terms.product import Product

if TYPE_CHECKING:
    from twinline.app.bank.store import Posting, Snapshot, Store
    from twinline.ledger.admission import Accepted, Refusal

CONTRACT = "K-cash_loan"


def borrowed(snapshot: Snapshot, name: str, amount: int) -> Posting:
    """Return a draw decided on a snapshot."""
    return _with_fact(draw(name, amount), snapshot, FactKind.DISBURSEMENT, amount)


def paid_back(snapshot: Snapshot, name: str, amount: int) -> Posting:
    """Return a repayment decided on a snapshot."""
    return _with_fact(repayment(name, amount), snapshot, FactKind.REPAYMENT, amount)


async def borrow(store: Store, name: str, amount: int) -> Accepted | Refusal:
    """Draw, as decided on what the store tells now."""
    snapshot = await store.snapshot("C1")
    assert snapshot is not None
    return await store.post(borrowed(snapshot, name, amount))


async def pay_back(store: Store, name: str, amount: int) -> Accepted | Refusal:
    """Repay, as decided on what the store tells now."""
    snapshot = await store.snapshot("C1")
    assert snapshot is not None
    return await store.post(paid_back(snapshot, name, amount))


def _with_fact(posting: Posting, snapshot: Snapshot, kind: FactKind, amount: int) -> Posting:
    fact = Fact(
        fact_id=posting.group.group_id,
        contract_id=CONTRACT,
        kind=kind,
        value_on=ON,
        booked_at=AT,
        amount_minor=amount,
    )
    contract = Contract(
        contract_id=CONTRACT,
        product=Product.CASH_LOAN,
        currency="CNY",
        licence="CF",
        funder="own",
        opened_on=ON,
        owed=fold([*snapshot.facts.get(CONTRACT, ()), fact]),
        last_fact_id=fact.fact_id,
    )
    return replace(posting, seq_seen=snapshot.seq, contracts=(contract,), facts=(fact,))
