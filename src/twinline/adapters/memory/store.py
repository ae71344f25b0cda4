"""The bank's `Store` in memory: everything PostgreSQL keeps, until the process ends.

Safe under concurrency because nothing is awaited between looking and writing: a posting is
checked, decided and written before any other task runs. Threads must not share a store.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from twinline.adapters.memory.journal import empty_journal
from twinline.adapters.memory.register import MemoryRegister
from twinline.app.bank.store import KeptEvent, Looked, Store
from twinline.ledger.account import CONTROL_KINDS
from twinline.ledger.admission import Refusal, admit
from twinline.ledger.balance import NOTHING, Balance, heading_of, summed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from datetime import date, datetime

    from twinline.adapters.memory.journal import Journal
    from twinline.app.bank.register import RecordName
    from twinline.app.bank.store import (
        Closing,
        Hold,
        Posting,
        Snapshot,
        StoredAnswer,
    )
    from twinline.ledger.account import Account
    from twinline.ledger.admission import Accepted, Standing
    from twinline.ledger.balance import Heading, Movement
    from twinline.ledger.group import Group
    from twinline.ledger.journal import Entry

    Rule = Callable[[Standing | None, Group, int | None], Accepted | Refusal]
    """What becomes of a group, given where its owner stands and the `seq` it was decided on."""


class _Moved(NamedTuple):
    """What a group moved, and its two times."""

    booked_at: datetime
    value_on: date
    movement: Movement


class MemoryStore(Store):
    """A book in memory."""

    def __init__(self, rule: Rule = admit, register: MemoryRegister | None = None) -> None:
        """Begin an empty book; `rule` says what becomes of a group, and tests break it.

        The lending stops and all other records stand in `register`.
        """
        self._rule = rule
        self._register = MemoryRegister() if register is None else register
        self._journals: dict[str, Journal] = {}
        self._moved: defaultdict[str, list[_Moved]] = defaultdict(list)
        self._refusals: dict[tuple[str, str], StoredAnswer] = {}
        self._outbox: list[KeptEvent] = []
        self._closing: Closing | None = None

    async def snapshot(self, customer_id: str, *, whole: bool = False) -> Snapshot | None:
        """Return a customer as of one moment, with what is open and recent or as a whole."""
        journal = self._journals.get(customer_id)
        return None if journal is None else journal.snapshot(whole=whole)

    async def look(self, customer_id: str, key: str, records: Sequence[RecordName] = ()) -> Looked:
        """Return a customer, what was answered to a key, and records, as of one moment."""
        return Looked(
            await self.snapshot(customer_id),
            await self.answer(customer_id, key),
            await self._register.latest(records),
        )

    async def hold(self, customer_id: str, group_id: str) -> Hold | None:
        """Return an authorisation, waiting or ended."""
        journal = self._journals.get(customer_id)
        return None if journal is None else journal.hold(group_id)

    async def overdue_holds(self, at: datetime, *, count: int = 100) -> Sequence[tuple[str, str]]:
        """Return customer and group id of holds that wait though they had expired by a moment."""
        overdue = sorted(
            (hold.expires_at, owner, hold.group_id)
            for owner, journal in self._journals.items()
            for hold in journal.waiting.values()
            if hold.expires_at <= at
        )
        return [(owner, group_id) for _, owner, group_id in overdue[:count]]

    async def post(self, posting: Posting) -> Accepted | Refusal:
        """Post a group and all that goes with it, or nothing. Raises `PostingFault`."""
        group, seq_seen = posting.group, posting.seq_seen
        journal = self._journals.get(group.owner)
        if posting.opens:
            journal, seq_seen = journal or empty_journal(group.owner), 0
        if (group.owner, group.group_id) in self._refusals:
            return Refusal.GROUP_ID_TAKEN
        closed = None if self._closing is None else self._closing.closed_until
        standing = None if journal is None else journal.standing_for(group, closed)
        if posting.stops_seen not in (None, self._register.stops_version):
            return Refusal.STALE
        if posting.beside_seen is not None and not self._stands(*posting.beside_seen):
            return Refusal.STALE
        outcome = self._rule(standing, group, seq_seen)
        if isinstance(outcome, Refusal) or outcome.again:
            return outcome
        assert journal is not None, "only an owner's group is accepted"
        journal.require(posting)
        if outcome.seq == 1:
            self._journals[group.owner] = journal
        for movement in journal.add(posting, outcome):
            moved = _Moved(group.booked_at, group.value_on, movement)
            self._moved[movement.account.owner].append(moved)
        self._tell(posting, outcome.seq)
        return outcome

    def _stands(self, owner: str, seq: int) -> bool:
        journal = self._journals.get(owner)
        return journal is not None and journal.standing.seq == seq

    def _tell(self, posting: Posting, seq: int) -> None:
        for event in posting.events:
            kept = KeptEvent(
                position=len(self._outbox) + 1,
                owner=posting.group.owner,
                seq=seq,
                booked_at=posting.group.booked_at,
                event=event,
            )
            self._outbox.append(kept)

    async def closing(self) -> Closing | None:
        """Return the last closing of a period."""
        return self._closing

    async def close_period(self, closing: Closing) -> Closing:
        """Close a period, and return the last closing: a later one than this stays."""
        if self._closing is None or self._closing.closed_until < closing.closed_until:
            self._closing = closing
        return self._closing

    async def answer(self, owner: str, key: str) -> StoredAnswer | None:
        """Return what was answered to a key; what was accepted is never forgotten."""
        journal = self._journals.get(owner)
        if journal is not None and key in journal.answers:
            return journal.answers[key][1]
        return self._refusals.get((owner, key))

    async def keep_refusal(self, owner: str, key: str, refused: StoredAnswer) -> StoredAnswer:
        """Keep a refusal under its key; return the answer that was first."""
        first = await self.answer(owner, key)
        return first or self._refusals.setdefault((owner, key), refused)

    async def forget_refusals(self, before: datetime, *, count: int = 1_000) -> int:
        """Forget refusals kept before a moment, at most so many; return how many."""
        old = (key for key, kept in self._refusals.items() if kept.booked_at < before)
        forgotten = tuple(islice(old, count))
        for key in forgotten:
            del self._refusals[key]
        return len(forgotten)

    async def standing(self, owner: str) -> Standing | None:
        """Return where an owner's journal stands."""
        journal = self._journals.get(owner)
        return None if journal is None else journal.standing

    async def entries(
        self, owner: str, *, after_seq: int = 0, count: int = 100
    ) -> Sequence[Entry]:
        """Return a page of an owner's journal in order of `seq`."""
        journal = self._journals.get(owner)
        return () if journal is None else tuple(journal.entries[after_seq : after_seq + count])

    async def balances(
        self,
        owner: str,
        *,
        booked_until: datetime | None = None,
        value_until: date | None = None,
    ) -> Mapping[Account, Balance]:
        """Return the balances of the accounts an owner has, whoever's groups moved them."""
        return summed(
            movement
            for booked_at, value_on, movement in self._moved.get(owner, ())
            if (booked_until is None or booked_at <= booked_until)
            and (
                value_until is None
                or value_on <= value_until
                or movement.account.kind in CONTROL_KINDS
            )
        )

    async def totals(
        self, *, booked_until: datetime | None = None, value_until: date | None = None
    ) -> Mapping[Heading, Balance]:
        """Return what the balances of all accounts come to."""
        added: dict[Heading, Balance] = {}
        for owner in tuple(self._moved):
            balances = await self.balances(
                owner, booked_until=booked_until, value_until=value_until
            )
            for account, balance in balances.items():
                heading = heading_of(account)
                before = added.get(heading, NOTHING)
                added[heading] = Balance(
                    before.posted_minor + balance.posted_minor,
                    before.pending_minor + balance.pending_minor,
                )
        return added

    async def events(self, *, after: int = 0, count: int = 100) -> Sequence[KeptEvent]:
        """Return a page of the outbox, those after a position, in its order."""
        return tuple(self._outbox[after : after + count])

    async def customers(self, *, after: str = "") -> AsyncIterator[str]:
        """Yield customer ids in order, those after one."""
        async for owner in self.owners(after=after):
            if self._journals[owner].customer is not None:
                yield owner

    async def owners(self, *, after: str = "") -> AsyncIterator[str]:
        """Yield every owner of a journal in order, those after one."""
        for owner in sorted(owner for owner in self._journals if owner > after):
            yield owner
