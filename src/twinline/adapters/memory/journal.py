"""One owner's journal in memory, and what is kept of the owner beside it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from twinline.app.bank.store import RECENT_DAYS, PostingFault, Snapshot, StoredAnswer
from twinline.ledger.account import AccountKind
from twinline.ledger.admission import Prior, Standing
from twinline.ledger.balance import movements
from twinline.ledger.chain import genesis
from twinline.ledger.control import CONTROLS, NO_HEADROOM, Control, moved
from twinline.ledger.journal import Entry
from twinline.servicing.fact import Owed

if TYPE_CHECKING:
    from datetime import date

    from twinline.app.bank.store import Customer, Hold, Posting
    from twinline.ledger.admission import Accepted
    from twinline.ledger.balance import Movement
    from twinline.ledger.control import Headroom
    from twinline.ledger.group import Group, Held
    from twinline.lines.line import Line
    from twinline.servicing.fact import Contract, Fact
    from twinline.terms.product import Product

NOTHING_OWED: Final = Owed()


@dataclass(slots=True)
class Journal:
    """What is kept of one owner. Only `add` changes it, and `add` cannot fail halfway."""

    standing: Standing
    limits: Headroom = NO_HEADROOM
    customer: Customer | None = None
    entries: list[Entry] = field(default_factory=list)
    answers: dict[str, tuple[Prior, StoredAnswer]] = field(default_factory=dict)
    waiting: dict[str, Hold] = field(default_factory=dict)
    ended: dict[str, Hold] = field(default_factory=dict)
    lines: dict[Product, Line] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    facts: dict[str, list[Fact]] = field(default_factory=dict)
    fact_ids: set[str] = field(default_factory=set)
    touched_on: dict[str, date] = field(default_factory=dict)

    def standing_for(self, group: Group, closed_until: date | None) -> Standing:
        """Return where the journal stands, with what of it bears on a group."""
        answered = self.answers.get(group.group_id)
        return Standing(
            seq=self.standing.seq,
            headroom=self.standing.headroom,
            chain=self.standing.chain,
            prior=None if answered is None else answered[0],
            held=self.held_for(group),
            closed_until=closed_until,
        )

    def held_for(self, group: Group) -> Held | None:
        """Return the pending group that a group resolves, if it does and there is one."""
        if group.resolves is None:
            return None
        hold = self.hold(group.resolves.group_id)
        return None if hold is None else hold.held

    def hold(self, group_id: str) -> Hold | None:
        """Return a pending group, waiting or ended."""
        return self.waiting.get(group_id) or self.ended.get(group_id)

    def require(self, posting: Posting) -> None:
        """Raise `PostingFault` for a fact that could not be kept."""
        known = {*self.contracts, *(contract.contract_id for contract in posting.contracts)}
        new: set[str] = set()
        for fact in posting.facts:
            if fact.contract_id not in known:
                rule = "of a contract that is there"
                raise PostingFault(posting.group, f"fact {fact.fact_id}", fact.contract_id, rule)
            if fact.fact_id in self.fact_ids or fact.fact_id in new:
                raise PostingFault(posting.group, "fact", fact.fact_id, "one the owner never had")
            new.add(fact.fact_id)

    def add(self, posting: Posting, accepted: Accepted) -> tuple[Movement, ...]:
        """Write an accepted posting, and return what it moved."""
        group = posting.group
        moves = tuple(movements(group, self.held_for(group)))
        self.standing = Standing(
            seq=accepted.seq, headroom=accepted.headroom, chain=accepted.chain
        )
        self.limits = moved(self.limits, _granted(moves))
        self.entries.append(
            Entry(seq=accepted.seq, group=group, headroom=accepted.headroom, chain=accepted.chain)
        )
        answer = StoredAnswer(
            command_hash=group.command_hash,
            accepted=True,
            answer=posting.answer,
            booked_at=group.booked_at,
        )
        self.answers[group.group_id] = Prior(group.command_hash, accepted), answer
        self._settle_holds(posting)
        self.customer = posting.customer or self.customer
        self.lines |= {line.product: line for line in posting.lines}
        self.contracts |= {contract.contract_id: contract for contract in posting.contracts}
        for contract in posting.contracts:
            self._touch(contract.contract_id, contract.opened_on)
        for fact in posting.facts:
            self.facts.setdefault(fact.contract_id, []).append(fact)
            self.fact_ids.add(fact.fact_id)
            self._touch(fact.contract_id, max(fact.value_on, fact.booked_at.date()))
        return moves

    def _touch(self, contract_id: str, on: date) -> None:
        self.touched_on[contract_id] = max(on, self.touched_on.get(contract_id, on))

    def _settle_holds(self, posting: Posting) -> None:
        group = posting.group
        if group.resolves is not None:
            hold = self.waiting.pop(group.resolves.group_id)
            held = replace(hold.held, resolved_by=group.group_id)
            self.ended[hold.group_id] = replace(hold, held=held)
        if posting.hold is not None:
            self.waiting[group.group_id] = posting.hold

    def snapshot(self, *, whole: bool = False) -> Snapshot | None:
        """Return the customer as it stands; None where the owner is no customer."""
        if self.customer is None:
            return None
        contracts = self.contracts if whole else self._open()
        return Snapshot(
            customer=self.customer,
            seq=self.standing.seq,
            headroom=self.standing.headroom,
            limits=self.limits,
            lines=dict(self.lines),
            contracts=dict(contracts),
            facts={name: tuple(self.facts.get(name, ())) for name in contracts},
            holds=dict(self.waiting),
        )

    def _open(self) -> dict[str, Contract]:
        """Return the contracts that owe or keep something, or that something happened to lately.

        Lately is before the newest group, whatever day it is today.
        """
        over_on = self.entries[-1].group.booked_at.date() - timedelta(RECENT_DAYS)
        return {
            name: contract
            for name, contract in self.contracts.items()
            if contract.owed != NOTHING_OWED or self.touched_on[name] > over_on
        }


def empty_journal(owner: str) -> Journal:
    """Return the journal of an owner whom no group was booked for yet."""
    return Journal(Standing(seq=0, headroom=NO_HEADROOM, chain=genesis(owner)))


def _granted(moves: tuple[Movement, ...]) -> Headroom:
    """Return what movements add to each limit, which stands on the credit side."""
    granted = dict.fromkeys(CONTROLS, 0)
    for account, posted_minor, _ in moves:
        if account.kind is AccountKind.LIMIT:
            granted[Control(account.part)] -= posted_minor
    a, b, c, d = granted.values()
    return a, b, c, d
