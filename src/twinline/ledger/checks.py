"""Whether one owner's book is true: its journal read again, held against what is claimed of it.

Checks come in two tuples, each of one signature: `ENTRY_CHECKS` look at an entry where the reading
stands before it, `CLAIM_CHECKS` at the store's claims once all is read. An expectation broken by
one entry is named at that entry and not at all those after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twinline.ledger.account import CONTROL_KINDS, CUSTOMER_KINDS
from twinline.ledger.balance import Balance
from twinline.ledger.chain import chained, content_hash
from twinline.ledger.control import CONTROLS, moved
from twinline.ledger.entry import TEMPLATES
from twinline.ledger.group import Admission, headroom_changes
from twinline.ledger.journal import Entry
from twinline.ledger.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.ledger.account import Account
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Held, Transfer


@dataclass(frozen=True, slots=True)
class Finding:
    """What is not true: whose book, which invariant, where, and what stands there instead."""

    owner: str
    invariant: str
    place: str
    words: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.owner}, {self.place}: {self.words} [{self.invariant}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a store says of an owner as of `seq`.

    `limits` and `waiting` holds are None for an owner that is no customer.
    """

    seq: int
    headroom: Headroom
    chain: bytes
    balances: Mapping[Account, Balance]
    limits: Headroom | None = None
    waiting: Mapping[str, Held] | None = None


EntryCheck = Callable[[Reading, Entry], Iterator[str]]
ClaimCheck = Callable[[Reading, Claims], Iterator[str]]


def findings_at(reading: Reading, entry: Entry) -> Iterator[Finding]:
    """Yield what is not true of an entry, before `reading` takes it in."""
    for invariant, check in ENTRY_CHECKS:
        for words in check(reading, entry):
            place = f"entry {entry.seq} ({entry.group.event} {entry.group.group_id})"
            yield Finding(reading.owner, invariant, place, words)


def findings_of(reading: Reading, claims: Claims) -> Iterator[Finding]:
    """Yield where what a store claims is not what its journal comes to."""
    for invariant, check in CLAIM_CHECKS:
        for words in check(reading, claims):
            yield Finding(reading.owner, invariant, f"as of seq {claims.seq}", words)


def entry_missing(reading: Reading, entry: Entry) -> Iterator[str]:
    """An owner's entries are numbered from 1 without a gap."""
    if entry.seq != reading.seq + 1:
        yield f"follows entry {reading.seq}"


def chain_broken(reading: Reading, entry: Entry) -> Iterator[str]:
    """An entry's chain head is the hash of the head before it, its `seq` and its content."""
    head = chained(reading.chain, entry.seq, content_hash(entry.group))
    if entry.chain != head:
        yield f"chain head is {entry.chain.hex()[:16]}…, its content gives {head.hex()[:16]}…"


def owner_strange(reading: Reading, entry: Entry) -> Iterator[str]:
    """An entry stands in its own owner's journal."""
    if entry.group.owner != reading.owner:
        yield f"belongs to {entry.group.owner}"


def group_twice(reading: Reading, entry: Entry) -> Iterator[str]:
    """A group id stands once in an owner's journal, for ever."""
    if entry.group.group_id in reading.group_ids:
        yield "its group id was accepted before"


def end_unsound(reading: Reading, entry: Entry) -> Iterator[str]:
    """A hold ends once, and posts no more than it holds."""
    resolves = entry.group.resolves
    if resolves is not None and reading.weighed(entry.group)[1] is None:
        waits = resolves.group_id in reading.waiting
        yield f"ends {resolves.group_id}, " + (
            f"posting {list(resolves.posted_minor)}: more than it holds"
            if waits
            else "which does not wait"
        )


def headroom_wrong(reading: Reading, entry: Entry) -> Iterator[str]:
    """An entry changes headroom by its transfers and by nothing else."""
    after = moved(reading.headroom, headroom_changes(*reading.weighed(entry.group)))
    if entry.headroom != after:
        yield f"headroom is {_told(entry.headroom)}, its transfers leave {_told(after)}"


def bound_passed(reading: Reading, entry: Entry) -> Iterator[str]:
    """A request lowers no control below zero: limit less use is added up from the accounts."""
    if entry.group.admission is not Admission.REQUEST:
        return
    changes = headroom_changes(*reading.weighed(entry.group))
    after = moved(reading.limit_less_use(), changes)
    for control, change, left in zip(CONTROLS, changes, after, strict=True):
        if change < 0 and left < 0:
            yield f"a request took {control} to {left}"


def leg_strange(_: Reading, entry: Entry) -> Iterator[str]:
    """Money and headroom move between the accounts that some template joins, either way."""
    for transfer in entry.group.transfers:
        if frozenset({transfer.debit.kind, transfer.credit.kind}) not in _JOINED:
            yield f"{_line(transfer)}: no template joins these"


def head_differs(reading: Reading, claims: Claims) -> Iterator[str]:
    """The owner's row stands where its journal ends."""
    if (claims.seq, claims.chain) != (reading.seq, reading.chain):
        yield f"the journal ends at seq {reading.seq} with head {reading.chain.hex()[:16]}…"


def headroom_differs(reading: Reading, claims: Claims) -> Iterator[str]:
    """Headroom is limit less use, what is held included."""
    if claims.headroom != (left := reading.limit_less_use()):
        yield f"headroom is {_told(claims.headroom)}, limit less use is {_told(left)}"


def limits_differ(reading: Reading, claims: Claims) -> Iterator[str]:
    """A customer's limits are what was granted, raised and cut."""
    if claims.limits is not None and claims.limits != (limits := reading.limits()):
        yield f"limits are {_told(claims.limits)}, granted is {_told(limits)}"


def holds_differ(reading: Reading, claims: Claims) -> Iterator[str]:
    """The holds that wait are those that were placed and did not end."""
    if claims.waiting is None:
        return
    for name in sorted({*reading.waiting, *claims.waiting}):
        told, read = claims.waiting.get(name), reading.waiting.get(name)
        if told is None:
            yield f"hold {name} waits by the journal, and is not told of"
        elif read is None:
            yield f"hold {name} is said to wait, and does not by the journal"
        elif told.transfers != read.transfers:
            yield f"hold {name} holds other transfers than the journal has"


def currency_mixed(reading: Reading, _: Claims) -> Iterator[str]:
    """An owner's controls are of one currency."""
    currencies = {each.currency for each in reading.posted if each.kind in CONTROL_KINDS}
    if len(currencies) > 1:
        yield f"controls in {', '.join(sorted(currencies))}"


def balances_differ(reading: Reading, claims: Claims) -> Iterator[str]:
    """An account's balance is the sum of what moved it."""
    told = {
        account: each
        for account, each in claims.balances.items()
        if account.kind in CUSTOMER_KINDS
    }
    yield from differing(told, reading.own_balances())


def differing(told: Mapping[Account, Balance], read: Mapping[Account, Balance]) -> Iterator[str]:
    """Yield the accounts whose balance is told otherwise than it was read."""
    nothing = Balance(0)
    for account in sorted({*told, *read}):
        if (claim := told.get(account, nothing)) != (balance := read.get(account, nothing)):
            yield f"{account.name} is {_sum(claim)}, its entries come to {_sum(balance)}"


ENTRY_CHECKS: tuple[tuple[str, EntryCheck], ...] = (
    ("I13", entry_missing),
    ("I13", chain_broken),
    ("I13", owner_strange),
    ("I3", group_twice),
    ("I1", end_unsound),
    ("I1", headroom_wrong),
    ("I2", bound_passed),
    ("I1", leg_strange),
)
"""By invariant (DESIGN: I1 the books, I2 the bounds, I3 once, I13 the chain)."""

CLAIM_CHECKS: tuple[tuple[str, ClaimCheck], ...] = (
    ("I13", head_differs),
    ("I1", headroom_differs),
    ("I1", limits_differ),
    ("I1", holds_differ),
    ("I1", currency_mixed),
    ("I1", balances_differ),
)


_JOINED: Final = frozenset(
    frozenset({leg.debit, leg.credit}) for template in TEMPLATES.values() for leg in template.legs
)


def _told(four: Headroom) -> str:
    return ", ".join(f"{control} {minor}" for control, minor in zip(CONTROLS, four, strict=True))


def _line(transfer: Transfer) -> str:
    return f"{transfer.debit.name} to {transfer.credit.name} of {transfer.amount_minor}"


def _sum(balance: Balance) -> str:
    waits = f" and {balance.pending_minor} pending" if balance.pending_minor else ""
    return f"{balance.posted_minor}{waits}"
