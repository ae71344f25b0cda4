"""A customer of a loaded book, before one is opened: what is known of it, and who it is."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from twinline.app.bank.deciding import TRIES
from twinline.app.bank.owing import owed_minor, running_contract
from twinline.app.bank.posting import group_of
from twinline.app.bank.store import CustomerStatus, Posting
from twinline.app.bank.underwriting import KnownLine
from twinline.app.bank.vault import Field, Index
from twinline.ledger.admission import Accepted
from twinline.ledger.event import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.command import Call
    from twinline.app.bank.store import Customer, Snapshot
    from twinline.terms.product import Product


def known_lines(snapshot: Snapshot) -> dict[Product, KnownLine]:
    """Return the lines that a customer has, with what is owed on each, for who decides anew."""
    lines = {}
    for product, line in snapshot.lines.items():
        running = running_contract(snapshot.customer.customer_id, line).contract_id
        own = [each for each in snapshot.contracts.values() if each.product is product]
        lines[product] = KnownLine(
            limit_minor=line.base_limit_minor,
            balance_minor=sum(owed_minor(each.owed) - each.owed.over for each in own),
            instalment_minor=sum(
                owed_minor(each.owed) for each in own if each.contract_id != running
            ),
        )
    return lines


async def claimed(
    bank: Bank, customer_id: str, application_id: str, call: Call
) -> Customer | None:
    """Let an application name an imported customer; return the customer as it stands then.

    From here on no other application's offer to this customer can be accepted, on any server. One
    who is imported no more is returned as it is. None where others keep changing the customer.
    """
    key = f"application:{application_id}"
    own = replace(call, key=key, command_hash=sha256(key.encode()).digest())
    group = group_of(customer_id, own, Event.CUSTOMER_CHANGED, (), key)
    for _ in range(TRIES):
        snapshot = await bank.store.snapshot(customer_id)
        assert snapshot is not None, "no customer ever leaves the book"
        customer = replace(snapshot.customer, application_id=application_id)
        if customer.status is not CustomerStatus.IMPORTED:
            return snapshot.customer
        posting = Posting(group=group, seq_seen=snapshot.seq, customer=customer)
        if isinstance(await bank.store.post(posting), Accepted):
            return customer
    return None


async def other_customer(bank: Bank, customer_id: str, resident_id: str) -> str:
    """Return under which other id a person is a customer already, empty if under none.

    Who has only applied is no customer yet; and a double that was merged into this one is this.
    """
    for known in await bank.vault.found(Index.RESIDENT_ID, resident_id):
        snapshot = None if known == customer_id else await bank.store.snapshot(known)
        if snapshot is not None and snapshot.customer.merged_into != customer_id:
            return known
    return ""


async def named(bank: Bank, customer_id: str, fields: Mapping[Field, str]) -> str:
    """Keep a person's fields as an imported customer's; return whose they are otherwise.

    What the person left with an application of its own is destroyed, and so is what somebody else
    left who was named by this id before. It is an id where others were faster, else empty.
    """
    for known in await bank.vault.found(Index.RESIDENT_ID, fields[Field.RESIDENT_ID]):
        if known != customer_id:
            async with bank.turns.of(known):  # whose own offer may be accepted just now
                if other := await other_customer(bank, customer_id, fields[Field.RESIDENT_ID]):
                    return other
                await bank.vault.delete_key(known)
    await bank.vault.delete_key(customer_id)
    enrolled = await bank.vault.enrol(customer_id, fields)
    return "" if enrolled == customer_id else enrolled
