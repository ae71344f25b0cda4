"""Whether a book is true, asked of any store, also while it is in use.

Every journal is read again entry by entry and held against what the store claims: I1 to I4 and
I13. One owner and one page are in memory at a time, and beside them a sum for each account of the
house, of merchants and of funders.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from twinline.app.bank.contract_checks import contract_findings
from twinline.app.bank.journals import entries_of
from twinline.app.bank.roots import RootsAgain
from twinline.ledger.account import CUSTOMER_KINDS
from twinline.ledger.balance import Balance
from twinline.ledger.checks import Claims, Finding, differing, findings_at, findings_of
from twinline.ledger.reading import Reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from datetime import datetime

    from twinline.app.bank.roots import RootKey, SignedRoot
    from twinline.app.bank.store import Snapshot, Store
    from twinline.ledger.account import Account
    from twinline.ledger.balance import Movement
    from twinline.ledger.journal import Entry

ATTEMPTS = 20
"""How often an owner is looked at anew that changed while it was looked at."""

BUSY = "busy"
"""The mark of a finding that is no untruth: an owner would not hold still."""

Seen = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Signed roots, oldest first, and the key that signed them."""

    roots: Sequence[SignedRoot]
    key: RootKey


class Verified(NamedTuple):
    """One owner's journal as read again: how many entries, what is untrue, the chain's head."""

    entries: int
    findings: tuple[Finding, ...]
    chain: bytes


@dataclass(frozen=True, slots=True)
class _Told:
    """What a store says of an owner as of one `seq`; the snapshot is a customer's."""

    claims: Claims
    snapshot: Snapshot | None


async def verify(
    store: Store, *, until: datetime, signed: Signed | None = None, seen: Seen | None = None
) -> AsyncIterator[Finding]:
    """Yield all that is not true of a book.

    Accounts that many owners move are compared as booked by `until`, which must lie far enough
    back that nothing booked before it is still on its way. `seen` is told of each owner that was
    read, and how many entries it has.
    """
    shared = _Shared(until)
    again = RootsAgain(() if signed is None else signed.roots)
    async for owner in store.owners():
        told = await _told(store, owner)
        reading = Reading(owner)
        async for entry in _entries(store, owner, None if told is None else told.claims.seq):
            for finding in findings_at(reading, entry):
                yield finding
            shared.add(entry, reading.add(entry))
            again.add(entry)
        again.end_owner(owner)
        for finding in _compared(reading, told):
            yield finding
        if seen is not None:
            seen(owner, reading.seq)
    async for finding in shared.findings(store):
        yield finding
    if signed is not None:
        for finding in again.findings(signed.key):
            yield finding


async def verify_owner(store: Store, owner: str) -> Verified:
    """Return what one owner's journal is, and all that is not true of it."""
    told, reading = await _told(store, owner), Reading(owner)
    findings: list[Finding] = []
    async for entry in _entries(store, owner, None if told is None else told.claims.seq):
        findings.extend(findings_at(reading, entry))
        reading.add(entry)
    return Verified(reading.seq, (*findings, *_compared(reading, told)), reading.chain)


def _compared(reading: Reading, told: _Told | None) -> Sequence[Finding]:
    if told is None:
        words = f"changed {ATTEMPTS} times while it was looked at: only its entries were checked"
        return [Finding(reading.owner, BUSY, f"as of seq {reading.seq}", words)]
    findings = list(findings_of(reading, told.claims))
    if told.snapshot is not None:
        findings.extend(contract_findings(told.snapshot, told.claims.balances))
    return findings


async def _told(store: Store, owner: str) -> _Told | None:
    """Return what a store claims of an owner at one moment, None if it would not hold still."""
    for _ in range(ATTEMPTS):
        before = await store.standing(owner)
        snapshot, balances = await store.snapshot(owner, whole=True), await store.balances(owner)
        standing = await store.standing(owner)
        if standing is None or standing != before:
            continue
        if snapshot is None:
            claims = Claims(
                seq=standing.seq,
                headroom=standing.headroom,
                chain=standing.chain,
                balances=balances,
            )
        else:
            claims = Claims(
                seq=snapshot.seq,
                headroom=snapshot.headroom,
                chain=standing.chain,
                balances=balances,
                limits=snapshot.limits,
                waiting={name: hold.held for name, hold in snapshot.holds.items()},
            )
        return _Told(claims, snapshot)
    return None


async def _entries(store: Store, owner: str, last_seq: int | None) -> AsyncIterator[Entry]:
    """Yield an owner's journal, to the entry that the claims are as of."""
    async for entry in entries_of(store, owner):
        if last_seq is not None and entry.seq > last_seq:
            return
        yield entry


class _Shared:
    """The accounts that many owners move, added up as booked by a moment."""

    def __init__(self, until: datetime) -> None:
        self._until = until
        self._posted: defaultdict[Account, int] = defaultdict(int)
        self._pending: defaultdict[Account, int] = defaultdict(int)

    def add(self, entry: Entry, moves: tuple[Movement, ...]) -> None:
        """Take in what an entry moved."""
        if entry.group.booked_at > self._until:
            return
        for account, posted_minor, pending_minor in moves:
            if account.kind not in CUSTOMER_KINDS:
                self._posted[account] += posted_minor
                self._pending[account] += pending_minor

    async def findings(self, store: Store) -> AsyncIterator[Finding]:
        """Yield the accounts whose balance the store tells otherwise."""
        for owner in sorted({account.owner for account in self._posted}):
            told = await store.balances(owner, booked_until=self._until)
            read = {
                account: Balance(posted, self._pending[account])
                for account, posted in self._posted.items()
                if account.owner == owner
            }
            place = f"as booked by {self._until.isoformat()}"
            for words in differing(_of_many(told), read):
                yield Finding(owner, "I1", place, words)


def _of_many(told: Mapping[Account, Balance]) -> Mapping[Account, Balance]:
    return {account: each for account, each in told.items() if account.kind not in CUSTOMER_KINDS}
