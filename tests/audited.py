"""Postings put before the auditor: what is asked of a store and answered, in its words."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from twinline.app.bank.store import StoredAnswer
from twinline.ledger.account import AccountKind
from twinline.ledger.admission import Accepted, Refusal
from twinline.ledger.control import CONTROLS
from twinline.ledger.event import Event
from twinline.sim.auditor import Ask, Auditor, Said

if TYPE_CHECKING:
    from random import Random

    from twinline.app.bank.store import Posting, Store

WHAT = {
    Event.HOLD_PLACED: "hold",
    Event.PURCHASE_CAPTURED: "capture",
    Event.HOLD_VOIDED: "void",
    Event.HOLD_EXPIRED: "expire",
    Event.LOAN_DISBURSED: "draw",
    Event.REPAID: "repay",
    Event.REPAYMENT_RETURNED: "return",
}


LIMITS = {Event.CUSTOMER_OPENED, Event.LIMIT_RAISED, Event.LIMIT_CUT}


class Audited:
    """A store whose every posting the auditor sees, begun and ended at odd moments."""

    def __init__(self, store: Store, dice: Random) -> None:
        """Begin with an auditor that has seen nothing."""
        self.store = store
        self.auditor = Auditor()
        self._dice = dice

    async def post(self, posting: Posting) -> Said:
        """Post under a key as a command does, and let the auditor know."""
        group = posting.group
        number = self.auditor.asked(group.owner, group.group_id, ask_of(posting))
        await self._wait()
        said = await self._answer(posting)
        await self._wait()
        self.auditor.answered(number, said)
        return said

    async def _answer(self, posting: Posting) -> Said:
        group = posting.group
        outcome = await self.store.post(posting)
        match outcome:
            case Accepted():
                told = zip(map(str, CONTROLS), outcome.headroom, strict=True)
                return Said(told=dict(told))
            case Refusal.STALE:
                return Said(refused=outcome.value, done=False)
            case Refusal.GROUP_ID_TAKEN:
                first = await self.store.answer(group.owner, group.group_id)
                assert first is not None
                same = first.command_hash == group.command_hash
                return Said(refused=first.answer if same else "key_used")
            case _:
                return await self._refused(posting, outcome)

    async def _refused(self, posting: Posting, outcome: Refusal) -> Said:
        group = posting.group
        await self._wait()
        kept = StoredAnswer(
            command_hash=group.command_hash,
            accepted=False,
            answer=outcome.value,
            booked_at=group.booked_at,
        )
        first = await self.store.keep_refusal(group.owner, group.group_id, kept)
        if first != kept:
            return await self._answer(posting)
        return Said(refused=outcome.value)

    async def look(self, owner: str) -> None:
        """Let the auditor see a customer's headroom and debt."""
        number = self.auditor.asked(owner, "", Ask(what="look"))
        snapshot = await self.store.snapshot(owner)
        assert snapshot is not None
        told = {str(name): left for name, left in zip(CONTROLS, snapshot.headroom, strict=True)}
        owed: Counter[str] = Counter()
        for contract in snapshot.contracts.values():
            owed[f"owed_{contract.product}"] += contract.owed.principal
        self.auditor.answered(number, Said(told=told | owed))

    async def _wait(self) -> None:
        for _ in range(self._dice.randint(0, 3)):
            await asyncio.sleep(0)


def ask_of(posting: Posting) -> Ask:
    """Return a posting in the auditor's words."""
    group = posting.group
    if group.event in LIMITS:
        changes: Counter[str] = Counter()
        for transfer in group.transfers:
            sign = 1 if transfer.debit.kind is AccountKind.HEADROOM else -1
            changes[transfer.debit.part] += sign * transfer.amount_minor
        return Ask(what="open" if posting.opens else "limit", changes=changes)
    if group.resolves is not None:
        return Ask(
            what=WHAT[group.event],
            hold=group.resolves.group_id,
            amount=group.resolves.posted_minor[0],
        )
    return Ask(what=WHAT[group.event], amount=group.transfers[0].amount_minor, line="cash_loan")
