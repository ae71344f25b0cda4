"""What new facts do to a contract, and how that is booked: state after less state before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import msgspec

from twinline.ledger.entry import Place
from twinline.ledger.event import Event
from twinline.lines.available import control_of
from twinline.lines.weight import UNWEIGHTED
from twinline.servicing.booking import book, transfers
from twinline.servicing.fact import Contract, Owed
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from twinline.app.bank.command import OfCustomer
    from twinline.app.bank.funding import Lender
    from twinline.app.bank.store import Snapshot
    from twinline.ledger.group import Transfer
    from twinline.lines.line import Line
    from twinline.servicing.fact import Fact

PPM: Final = 1_000_000
NO_TERMS: Final = "{}"
"""The terms of a contract of which nothing is settled but who lends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A contract before and after new facts, and the transfers that book them."""

    before: Contract
    after: Contract
    facts: tuple[Fact, ...]
    transfers: tuple[Transfer, ...]


def recorded(
    snapshot: Snapshot,
    contract: Contract,
    facts: Sequence[Fact],
    *,
    merchant: str = "",
    paid_as: Event = Event.REPAID,
) -> Recorded:
    """Return what becomes of a contract by new facts, in their order.

    `merchant` is the account of whom a purchase or a refund concerns, `paid_as` the event of a
    repayment.
    """
    place = place_of(snapshot.customer.customer_id, contract, merchant)
    known, owed = list(snapshot.facts.get(contract.contract_id, ())), contract.owed
    weight = joint_weight(contract)
    moved: list[Transfer] = []
    for fact in facts:
        booked = book(known, fact, owed=owed, paid_as=paid_as, weighed=weight)
        moved += transfers(booked.steps, place)
        known.append(fact)
        owed = booked.owed
    after = replace(contract, owed=owed, last_fact_id=facts[-1].fact_id)
    return Recorded(before=contract, after=after, facts=tuple(facts), transfers=tuple(moved))


def by_contract(
    snapshot: Snapshot, facts: Sequence[Fact], *, paid_as: Event = Event.REPAID
) -> tuple[Recorded, ...]:
    """Return what facts do to each of their contracts, in the order of the facts."""
    grouped: dict[str, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.contract_id, []).append(fact)
    return tuple(
        recorded(snapshot, snapshot.contracts[contract_id], own, paid_as=paid_as)
        for contract_id, own in grouped.items()
    )


def oldest_first(snapshot: Snapshot) -> list[Contract]:
    """Return the contracts in the order they are paid: oldest first, pay-later before cash."""
    order = list(Product)
    return sorted(
        snapshot.contracts.values(),
        key=lambda each: (each.opened_on, order.index(each.product), each.contract_id),
    )


def owed_minor(owed: Owed) -> int:
    """Return all that is owed on a contract, in minor units."""
    return owed.principal + owed.interest + owed.fee + owed.penalty


def running_contract(customer_id: str, line: Line) -> Contract:
    """Return a line's running contract with its own lender, before anything is owed."""
    return Contract(
        contract_id=f"{customer_id}.{line.product}",
        product=line.product,
        currency=line.currency,
        licence=line.licence,
        funder=line.funder,
        opened_on=line.opened_on,
        owed=Owed(),
    )


def running_unseen(snapshot: Snapshot, _request: OfCustomer, _around: object) -> bool:
    """Return whether a snapshot has no running pay-later contract, be it only for its age."""
    return f"{snapshot.customer.customer_id}.{Product.PAY_LATER}" not in snapshot.contracts


def running_contract_of(snapshot: Snapshot, lender: Lender | None, on: date) -> Contract:
    """Return the running pay-later contract of a lender, None for the line's own, as it stands.

    What another lender's money paid for is a contract of its own, which keeps its lender for good.
    """
    customer_id, line = snapshot.customer.customer_id, snapshot.lines[Product.PAY_LATER]
    first = running_contract(customer_id, line)
    own = snapshot.contracts.get(first.contract_id, first)
    if lender is None or (own.licence, own.funder) == (lender.licence, lender.funder):
        return own
    other = replace(
        first,
        contract_id=f"{first.contract_id}.{lender.number}",
        licence=lender.licence,
        funder=lender.funder,
        opened_on=on,
    )
    return snapshot.contracts.get(other.contract_id, other)


class InstalmentTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an instalment plan: its weight in what both lines have together."""

    joint_weight_ppm: int = PPM


def joint_weight(contract: Contract) -> Fraction:
    """Return how much a contract's principal counts of what both lines have together.

    1 for all but an instalment plan, whose weight was fixed in its terms.
    """
    if contract.product is Product.CASH_LOAN or contract.terms == NO_TERMS:
        return UNWEIGHTED
    return Fraction(
        msgspec.json.decode(contract.terms, type=InstalmentTerms).joint_weight_ppm, PPM
    )


def place_of(customer_id: str, contract: Contract, merchant: str = "") -> Place:
    """Return where a contract is booked; `merchant` is the account of whom it concerns."""
    return Place(
        customer=customer_id,
        currency=contract.currency,
        line=control_of(contract.product),
        licence=contract.licence,
        funder=contract.funder,
        contract=contract.contract_id,
        merchant=merchant,
    )
