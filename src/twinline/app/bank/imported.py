"""A customer of a loaded book, before one is opened: what is known of it, and who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.app.bank.owing import owed_minor, running_contract
from twinline.app.bank.underwriting import KnownLine
from twinline.app.bank.vault import Field, Index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.bank.bank import Bank
    from twinline.app.bank.store import Snapshot
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


async def other_customer(bank: Bank, customer_id: str, resident_id: str) -> str:
    """Return under which other id a person is a customer already, empty if under none.

    Who has only applied is no customer yet; and a double that was merged into this one is this.
    """
    for known in await bank.vault.found(Index.RESIDENT_ID, resident_id.upper()):
        snapshot = None if known == customer_id else await bank.store.snapshot(known)
        if snapshot is not None and snapshot.customer.merged_into != customer_id:
            return known
    return ""


async def named(bank: Bank, customer_id: str, fields: Mapping[Field, str]) -> bool:
    """Keep a person's fields as an imported customer's; return whether that is whom they name.

    Whoever was named by this id before, and was not opened, was somebody else: their fields are
    destroyed, and so are those that this person left with an application under an id of its own.
    It is False where the same person is enrolled elsewhere at the same moment.
    """
    resident_id = fields[Field.RESIDENT_ID]
    for known in {customer_id, *await bank.vault.found(Index.RESIDENT_ID, resident_id)}:
        await bank.vault.delete_key(known)
    return await bank.vault.enrol(customer_id, fields) == customer_id
