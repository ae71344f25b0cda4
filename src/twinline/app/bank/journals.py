"""Every journal of a book in one stream: its entries in order, with what each of them moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinline.ledger.reading import Reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from twinline.app.bank.store import Store
    from twinline.ledger.balance import Movement
    from twinline.ledger.journal import Entry

PAGE: Final = 500


async def entries_of(store: Store, owner: str) -> AsyncIterator[Entry]:
    """Yield one owner's journal, a page at a time."""
    page = await store.entries(owner, count=PAGE)
    while page:
        for entry in page:
            yield entry
        if len(page) < PAGE:
            return
        page = await store.entries(owner, after_seq=page[-1].seq, count=PAGE)


async def moves_of_all(store: Store) -> AsyncIterator[tuple[Entry, tuple[Movement, ...]]]:
    """Yield every entry of every owner, owners in order, with what it moved."""
    async for owner in store.owners():
        reading = Reading(owner)
        async for entry in entries_of(store, owner):
            yield entry, reading.add(entry)
