"""The trial balance: what all accounts of a kind come to, added up from the journals."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinline.app.bank.journals import moves_of_all
from twinline.ledger.account import CONTROL_KINDS, AccountKind

if TYPE_CHECKING:
    from datetime import date, datetime

    from twinline.app.bank.store import Store


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Total:
    """One line: all accounts of a kind, currency, licence and funder, in minor units.

    The sum of the accounts stands on one side, debit or credit, and the other is zero.
    `pending_minor` is what waiting holds would add to debits less credits.
    """

    currency: str
    kind: AccountKind
    licence: str
    funder: str
    debit_minor: int = 0
    credit_minor: int = 0
    pending_minor: int = 0


async def trial_balance(
    store: Store, *, booked_until: datetime | None = None, value_until: date | None = None
) -> tuple[Total, ...]:
    """Return the totals as booked by a moment, or as counted by a day, both included.

    Controls know only when they were booked. Debits and credits of a currency are equal. Memory
    is bounded by the number of lines.
    """
    posted: defaultdict[tuple[str, AccountKind, str, str], int] = defaultdict(int)
    pending: defaultdict[tuple[str, AccountKind, str, str], int] = defaultdict(int)
    async for entry, moves in moves_of_all(store):
        if booked_until is not None and entry.group.booked_at > booked_until:
            continue
        late = value_until is not None and entry.group.value_on > value_until
        for account, posted_minor, pending_minor in moves:
            if late and account.kind not in CONTROL_KINDS:
                continue
            line = account.currency, account.kind, account.licence, account.funder
            posted[line] += posted_minor
            pending[line] += pending_minor
    kinds = list(AccountKind)
    lines = sorted(posted, key=lambda line: (line[0], kinds.index(line[1]), *line[2:]))
    return tuple(
        Total(
            currency=line[0],
            kind=line[1],
            licence=line[2],
            funder=line[3],
            debit_minor=max(0, posted[line]),
            credit_minor=max(0, -posted[line]),
            pending_minor=pending[line],
        )
        for line in lines
    )
