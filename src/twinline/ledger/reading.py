"""A second reading of one owner's journal, which adds up the accounts entry by entry.

It keeps sums and ids, never an entry, so that a journal of any length is read page by page.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinline.ledger.account import CUSTOMER_KINDS, AccountKind
from twinline.ledger.balance import Balance, movements
from twinline.ledger.chain import genesis
from twinline.ledger.control import CONTROLS, NO_HEADROOM
from twinline.ledger.group import Held, posts_within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.ledger.account import Account
    from twinline.ledger.balance import Movement
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Group
    from twinline.ledger.journal import Entry


@dataclass(slots=True)
class Reading:
    """How far an owner's journal was read, and what it comes to.

    `headroom` and `chain` are what the last entry says; the sums are added up from transfers.
    """

    owner: str
    seq: int = 0
    headroom: Headroom = NO_HEADROOM
    chain: bytes = b""
    group_ids: set[str] = field(default_factory=set)
    waiting: dict[str, Held] = field(default_factory=dict)
    posted: defaultdict[Account, int] = field(default_factory=lambda: defaultdict(int))
    pending: defaultdict[Account, int] = field(default_factory=lambda: defaultdict(int))
    _limits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CONTROLS, 0))
    _uses: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CONTROLS, 0))

    def __post_init__(self) -> None:
        """Begin at the head of the empty chain."""
        self.chain = genesis(self.owner)

    def weighed(self, group: Group) -> tuple[Group, Held | None]:
        """Return a group with what it resolves; without its end where that end cannot be."""
        if group.resolves is None:
            return group, None
        held = self.waiting.get(group.resolves.group_id)
        if held is None or not posts_within(group.resolves, held):
            return replace(group, resolves=None), None
        return group, held

    def add(self, entry: Entry) -> tuple[Movement, ...]:
        """Take an entry in, and return what it moved."""
        group, held = self.weighed(entry.group)
        moves = tuple(movements(group, held))
        for account, posted_minor, pending_minor in moves:
            self.posted[account] += posted_minor
            self.pending[account] += pending_minor
            if account.kind is AccountKind.LIMIT:  # it stands on the credit side
                self._limits[account.part] -= posted_minor + pending_minor
            elif account.kind is AccountKind.USE:
                self._uses[account.part] += posted_minor + pending_minor
        if group.resolves is not None:
            del self.waiting[group.resolves.group_id]
        if group.pending:
            self.waiting[group.group_id] = Held(group.pending)
        self.group_ids.add(group.group_id)
        self.seq, self.headroom, self.chain = entry.seq, entry.headroom, entry.chain
        return moves

    def own_balances(self) -> Mapping[Account, Balance]:
        """Return the balances of the accounts that only this journal can move."""
        return {
            account: Balance(posted, self.pending[account])
            for account, posted in self.posted.items()
            if account.kind in CUSTOMER_KINDS
        }

    def limits(self) -> Headroom:
        """Return each control's limit."""
        a, b, c, d = self._limits.values()
        return a, b, c, d

    def limit_less_use(self) -> Headroom:
        """Return each control's limit less its use, what is held included."""
        a, b, c, d = (
            limit - use
            for limit, use in zip(self._limits.values(), self._uses.values(), strict=True)
        )
        return a, b, c, d
