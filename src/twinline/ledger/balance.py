"""What a group does to balances: the fold of these movements is every balance there is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twinline.ledger.account import Account, AccountKind
    from twinline.ledger.group import Group, Held


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's balance in minor units, debits less credits.

    `pending_minor` is what waiting groups would add to it if they were posted in full.
    """

    posted_minor: int
    pending_minor: int = 0


NOTHING: Final = Balance(0)


class Heading(NamedTuple):
    """What accounts are added up under: their kind, and whose money it is."""

    currency: str
    kind: AccountKind
    licence: str
    funder: str


class Movement(NamedTuple):
    """What one side of a transfer adds to an account, in minor units, debits less credits.

    `pending_minor` is what waits, and would be added if it were posted in full.
    """

    account: Account
    posted_minor: int
    pending_minor: int


def movements(group: Group, held: Held | None) -> Iterator[Movement]:
    """Yield what a group adds to each account, debit before credit; `held` is what it resolves."""
    for transfer in group.transfers:
        amount = transfer.amount_minor
        posted, waits = (0, amount) if transfer.pending else (amount, 0)
        yield Movement(transfer.debit, posted, waits)
        yield Movement(transfer.credit, -posted, -waits)
    if group.resolves is not None:
        assert held is not None, "a resolution is weighed with the group it resolves"
        for transfer, posted in zip(held.transfers, group.resolves.posted_minor, strict=True):
            yield Movement(transfer.debit, posted, -transfer.amount_minor)
            yield Movement(transfer.credit, -posted, transfer.amount_minor)


def heading_of(account: Account) -> Heading:
    """Return what an account is added up under."""
    return Heading(account.currency, account.kind, account.licence, account.funder)


def summed(movements: Iterable[Movement]) -> Mapping[Account, Balance]:
    """Return the balance of every account that movements name."""
    posted: defaultdict[Account, int] = defaultdict(int)
    pending: defaultdict[Account, int] = defaultdict(int)
    for account, posted_minor, pending_minor in movements:
        posted[account] += posted_minor
        pending[account] += pending_minor
    return {account: Balance(posted[account], pending[account]) for account in posted}
