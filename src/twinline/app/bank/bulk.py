"""What loading a book asks of the bank's keeper: many new customers at once, and how far it got.

`adapters/memory` and `adapters/postgres` keep it; one contract suite runs over both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from twinline.app.bank.store import Posting


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A book on its way into the bank: its SHA-256, that of its decisions, and on which terms.

    `terms` is JSON text; a load goes on only with the decisions and terms it was begun with.
    """

    load_id: str
    decisions_sha256: str
    terms: str
    rows: int
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A load as it was first begun, and up to which row it has been done."""

    load: Load
    last_row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Customers of some rows next to each other: each one's postings, in their order.

    The first posting of each `opens` its owner; none of them waits for anything.
    """

    load_id: str
    first_row: int
    last_row: int
    booked_at: datetime
    customers: Sequence[Sequence[Posting]]

    @property
    def owners(self) -> list[str]:
        """Whose postings these are, in the order of the rows."""
        return [postings[0].group.owner for postings in self.customers]


class OwnersThere(Exception):
    """Owners that the bank has already; nothing of the chunk was written."""

    def __init__(self, owners: Sequence[str]) -> None:
        """Keep who they are; there is one at least."""
        super().__init__(f"there already: {', '.join(owners)}")
        self.owners = tuple(owners)


class LoadedMeanwhile(Exception):
    """Somebody else has added these rows of the book; nothing of the chunk was written."""

    def __init__(self, chunk: Chunk) -> None:
        """Name the rows."""
        super().__init__(f"rows {chunk.first_row} to {chunk.last_row}")


class BulkStore(Protocol):
    """A book of customers to which many are added at once. Raises `Unavailable`."""

    async def begun(self, load_id: str) -> Begun | None:
        """Return how far a load has got, None if it was never begun."""
        ...

    async def begin(self, load: Load) -> Begun:
        """Write down that a load begins, unless it was begun before; return how far it is."""
        ...

    async def there(self, owners: Sequence[str]) -> Sequence[str]:
        """Return which of these the bank has already, in no order."""
        ...

    async def add(self, chunk: Chunk) -> None:
        """Add new customers and how far the load is with them: all of it, or nothing.

        What is written is what posting one after another would have written. Raises `OwnersThere`
        and `LoadedMeanwhile`.
        """
        ...

    async def settle(self) -> None:
        """Make what was added ready to be read quickly; said at the end of a load."""
        ...
