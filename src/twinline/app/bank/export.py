"""The journal as rows of text, for a general ledger, an auditor or a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinline.app.bank.journals import moves_of_all
from twinline.kernel.money import format_money

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from twinline.app.bank.store import Store
    from twinline.ledger.balance import Movement
    from twinline.ledger.journal import Entry

COLUMNS: Final = (
    "owner",
    "seq",
    "group_id",
    "event",
    "value_on",
    "booked_at",
    "account",
    "currency",
    "debit",
    "credit",
    "pending",
    "cause",
    "chain",
)
"""`pending` is what begins or ends to wait, debits less credits. Amounts are decimal text."""


async def journal_rows(
    store: Store, *, booked_after: datetime | None = None, booked_until: datetime | None = None
) -> AsyncIterator[tuple[str, ...]]:
    """Yield the journal in the order of owners and their entries, one row for each movement.

    A group that moves nothing, such as a freeze, has one row without an account. The bounds are
    moments of booking, the first excluded, the last included.
    """
    async for entry, moves in moves_of_all(store):
        booked_at = entry.group.booked_at
        if booked_after is not None and booked_at <= booked_after:
            continue
        if booked_until is not None and booked_at > booked_until:
            continue
        for row in _amounts(moves) if moves else (("",) * 5,):
            yield (*_head(entry), *row, entry.group.cause, entry.chain.hex())


def _head(entry: Entry) -> tuple[str, ...]:
    group = entry.group
    return (
        group.owner,
        str(entry.seq),
        group.group_id,
        group.event.value,
        group.value_on.isoformat(),
        group.booked_at.isoformat(timespec="microseconds"),
    )


def _amounts(moves: tuple[Movement, ...]) -> Iterator[tuple[str, ...]]:
    for account, posted_minor, pending_minor in moves:
        sides = max(0, posted_minor), max(0, -posted_minor), pending_minor
        told = (format_money(minor, account.currency) if minor else "" for minor in sides)
        yield account.name, account.currency, *told
