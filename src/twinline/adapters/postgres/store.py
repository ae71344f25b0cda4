"""The bank's `Store` in PostgreSQL."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from psycopg.errors import LockNotAvailable

from twinline.adapters.postgres import row as rows
from twinline.adapters.postgres.collector import BATCHES_AT_ONCE, Collector
from twinline.adapters.postgres.connections import Connections
from twinline.adapters.postgres.gathering import Gathering
from twinline.app.bank.store import Busy, Looked, Store, Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import date, datetime
    from types import TracebackType
    from typing import Self

    from twinline.adapters.postgres.row import Row
    from twinline.app.bank.register import Record, RecordName
    from twinline.app.bank.store import (
        Closing,
        Hold,
        KeptEvent,
        OutboxEvent,
        Posting,
        Snapshot,
        StoredAnswer,
    )
    from twinline.ledger.account import Account
    from twinline.ledger.admission import Accepted, Refusal, Standing
    from twinline.ledger.balance import Balance, Heading
    from twinline.ledger.journal import Entry

READERS: Final = 4
ALONE: Final = 2
PAGE: Final = 1_000
LOST: Final = "what it had kept a moment ago is gone: it failed without syncing its commits"
ANSWER: Final = 4
"""How many columns of `look` are about the answer; the customer's follow, then the records."""


class PostgresStore(Store):
    """A book in PostgreSQL, reached over a few connections that are opened when first needed."""

    def __init__(self, url: str, *, together: bool = True) -> None:
        """Take the address of a book that has been made. Opens nothing yet.

        Groups of many callers are posted `together`, unless it is asked that each goes alone.
        """
        self._reading = Connections(url, READERS)
        self._batches = Connections(url, BATCHES_AT_ONCE)
        self._alone = Connections(url, ALONE)
        self._looks = Gathering(self._look_at_all)
        self._collector = Collector(self._batches, self._alone, together=together)

    async def __aenter__(self) -> Self:
        """Return itself, to be closed at the end."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is being posted, and close every connection."""
        await self._collector.close()
        for connections in (self._reading, self._batches, self._alone):
            await connections.close()

    async def snapshot(self, customer_id: str, *, whole: bool = False) -> Snapshot | None:
        """Return a customer as of one moment, with what is open and recent or as a whole."""
        if whole:
            (row,) = await self._reading.rows("look_whole", {"owner": customer_id})
            return rows.snapshot_of(row)
        return (await self.look(customer_id, "")).snapshot

    async def look(self, customer_id: str, key: str, records: Sequence[RecordName] = ()) -> Looked:
        """Return a customer, what was answered to a key, and records, as of one moment."""
        row, found = await self._looks.ask((customer_id, key, records))
        return Looked(
            rows.snapshot_of(row[ANSWER:]),
            rows.answer_of(row[:ANSWER]),
            tuple([found.get(name) for name in records]),
        )

    async def _look_at_all(
        self, asked: Sequence[tuple[str, str, Sequence[RecordName]]]
    ) -> Sequence[tuple[Row, Mapping[RecordName, Record]]]:
        """Return everybody's row, and the records; one that many ask for is read once."""
        owners, keys, records = zip(*asked, strict=True)
        names = dict.fromkeys(name for wanted in records for name in wanted)
        arguments = {
            "owners": list(owners),
            "keys": list(keys),
            "kinds": [kind for kind, _ in names],
            "ids": [record_id for _, record_id in names],
        }
        looked = await self._reading.rows("look", arguments)
        found = rows.records_of(looked[0][-1])
        return [(row[:-1], found) for row in looked]

    async def hold(self, customer_id: str, group_id: str) -> Hold | None:
        """Return an authorisation, waiting or ended."""
        asked = {"owner": customer_id, "group_id": group_id}
        found = await self._reading.rows("hold", asked)
        return rows.hold_of(found[0][0]) if found else None

    async def overdue_holds(self, at: datetime, *, count: int = 100) -> Sequence[tuple[str, str]]:
        """Return customer and group id of holds that wait though they had expired by a moment."""
        found = await self._reading.rows("overdue_holds", {"at": at, "count": count})
        return [(customer_id, group_id) for customer_id, group_id in found]

    async def post(self, posting: Posting) -> Accepted | Refusal:
        """Post a group and all that goes with it, or nothing."""
        return await self._collector.post(posting)

    async def closing(self) -> Closing | None:
        """Return the last closing of a period."""
        found = await self._reading.rows("closing")
        return rows.closing_of(found[0]) if found else None

    async def close_period(self, closing: Closing) -> Closing:
        """Close a period, and return the last closing: a later one than this stays."""
        try:
            await self._alone.rows("close_period", asdict(closing))
        except LockNotAvailable as error:
            raise Busy(closing.closed_by) from error
        last = await self.closing()
        if last is None:
            raise Unavailable(LOST)
        return last

    async def answer(self, owner: str, key: str) -> StoredAnswer | None:
        """Return what was answered to a key; what was accepted is never forgotten."""
        found = await self._reading.rows("answer", {"owner": owner, "key": key})
        return rows.answer_of(found[0]) if found else None

    async def keep_refusal(self, owner: str, key: str, refused: StoredAnswer) -> StoredAnswer:
        """Keep a refusal under its key; return the answer that was first. Raises `Busy`."""
        asked = {
            "owner": owner,
            "key": key,
            "hash": refused.command_hash,
            "at": refused.booked_at,
            "answer": refused.answer,
        }
        try:
            await self._alone.rows("keep_refusal", asked)
        except LockNotAvailable as error:
            raise Busy(owner) from error
        first = await self.answer(owner, key)
        if first is None:
            raise Unavailable(LOST)
        return first

    async def forget_refusals(self, before: datetime, *, count: int = 1_000) -> int:
        """Forget refusals kept before a moment, at most so many; return how many."""
        asked = {"before": before, "most": count}
        ((forgotten,),) = await self._reading.rows("purge_refused", asked)
        return int(forgotten)

    async def standing(self, owner: str) -> Standing | None:
        """Return where an owner's journal stands."""
        found = await self._reading.rows("standing", {"owner": owner})
        return rows.standing_of(found[0]) if found else None

    async def entries(
        self, owner: str, *, after_seq: int = 0, count: int = 100
    ) -> Sequence[Entry]:
        """Return a page of an owner's journal in order of `seq`."""
        asked = {"owner": owner, "after": after_seq, "count": count}
        return [rows.entry_of(owner, row) for row in await self._reading.rows("entries", asked)]

    async def balances(
        self,
        owner: str,
        *,
        booked_until: datetime | None = None,
        value_until: date | None = None,
    ) -> Mapping[Account, Balance]:
        """Return the balances of the accounts an owner has, whoever's groups moved them.

        Roll-ups are brought up to now first, so that little is left to be summed.
        """
        await self._reading.rows("roll_up")
        asked = {"owner": owner, "booked_until": booked_until, "value_until": value_until}
        return dict(map(rows.balance_of, await self._reading.rows("balances", asked)))

    async def totals(
        self, *, booked_until: datetime | None = None, value_until: date | None = None
    ) -> Mapping[Heading, Balance]:
        """Return what the balances of all accounts come to, by one statement.

        Only customers' own accounts are added up from journals; the others have been rolled up.
        """
        await self._reading.rows("roll_up")
        asked = {"booked_until": booked_until, "value_until": value_until}
        return dict(map(rows.total_of, await self._reading.rows("totals", asked)))

    async def events(self, *, after: int = 0, count: int = 100) -> Sequence[KeptEvent]:
        """Return a page of the outbox, those after a position, in its order."""
        await self._reading.rows("number_events")
        found = await self._reading.rows("events", {"after": after, "count": count})
        return list(map(rows.kept_event_of, found))

    def customers(self, *, after: str = "") -> AsyncIterator[str]:
        """Yield customer ids in order, those after one."""
        return self._paged("customers", after)

    def owners(self, *, after: str = "") -> AsyncIterator[str]:
        """Yield every owner of a journal in order, those after one."""
        return self._paged("owners", after)

    async def outbox(self, owner: str) -> Sequence[OutboxEvent]:
        """Return an owner's events in order."""
        return list(map(rows.event_of, await self._reading.rows("outbox", {"owner": owner})))

    async def _paged(self, name: str, after: str) -> AsyncIterator[str]:
        while page := await self._reading.rows(name, {"after": after, "count": PAGE}):
            for (owner,) in page:
                yield owner
            after = page[-1][0]
