"""Many customers at once into the bank's book in memory: by posting, one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinline.app.bank.bulk import Begun, BulkStore, LoadedMeanwhile, OwnersThere
from twinline.ledger.admission import Accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.adapters.memory.store import MemoryStore
    from twinline.app.bank.bulk import Chunk, Load


class MemoryBulk(BulkStore):
    """Adds to a store in memory, which nobody else may write to meanwhile."""

    def __init__(self, store: MemoryStore) -> None:
        """Take the store."""
        self._store = store
        self._begun: dict[str, Begun] = {}

    async def begun(self, load_id: str) -> Begun | None:
        """Return how far a load has got."""
        return self._begun.get(load_id)

    async def begin(self, load: Load) -> Begun:
        """Write down that a load begins."""
        return self._begun.setdefault(load.load_id, Begun(load=load, last_row=0))

    async def there(self, owners: Sequence[str]) -> Sequence[str]:
        """Return which of these the bank has already."""
        return [owner for owner in owners if await self._store.standing(owner) is not None]

    async def add(self, chunk: Chunk) -> None:
        """Post everything, once it is sure that all of it will be accepted."""
        begun = self._begun[chunk.load_id]
        if begun.last_row != chunk.first_row - 1:
            raise LoadedMeanwhile(chunk)
        if there := await self.there(chunk.owners):
            raise OwnersThere(there)
        for postings in chunk.customers:
            for posting in postings:
                accepted = await self._store.post(posting)
                assert isinstance(accepted, Accepted), (posting.group, accepted)
        self._begun[chunk.load_id] = Begun(load=begun.load, last_row=chunk.last_row)

    async def settle(self) -> None:
        """Do nothing: memory is always ready."""
