"""What holds for every book, whatever is asked of it and in which order."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given

from tests.postings import AT, group_of
from tests.property.postings import BOOKED, ENDS, OWNERS, lives
from twinline.adapters.memory.store import MemoryStore
from twinline.app.bank.verify import verify
from twinline.ledger.account import AccountKind
from twinline.ledger.admission import Accepted
from twinline.ledger.balance import movements
from twinline.ledger.chain import chained, content_hash, genesis
from twinline.ledger.control import CONTROLS
from twinline.ledger.entry import undoing
from twinline.ledger.event import Event
from twinline.ledger.group import Admission, Held

if TYPE_CHECKING:
    from twinline.app.bank.store import Posting
    from twinline.ledger.admission import Refusal
    from twinline.ledger.journal import Entry


def live(asked: list[Posting]) -> tuple[list[Accepted | Refusal], dict[str, list[Entry]]]:
    """Post a life on an empty book; return its outcomes and journals."""

    async def run() -> tuple[list[Accepted | Refusal], dict[str, list[Entry]]]:
        store = MemoryStore()
        outcomes = [await store.post(posting) for posting in asked]
        return outcomes, {owner: list(await store.entries(owner)) for owner in OWNERS}

    return asyncio.run(run())


def ended_with(entry: Entry, before: list[Entry]) -> Held | None:
    """Return the pending group that an entry resolves, found in the journal before it."""
    if entry.group.resolves is None:
        return None
    name = entry.group.resolves.group_id
    (held,) = (each.group.pending for each in before if each.group.group_id == name)
    return Held(held)


@given(lives())
def test_headroom_is_limit_less_use_at_every_prefix(asked: list[Posting]) -> None:
    """After every entry each control's headroom is its limit less its use, holds included (I1)."""
    for journal in live(asked)[1].values():
        sums: Counter[tuple[AccountKind, str]] = Counter()
        for place_, entry in enumerate(journal):
            for account, posted, pending in movements(
                entry.group, ended_with(entry, journal[:place_])
            ):
                sums[account.kind, account.part] += posted + pending
            for control, headroom in zip(CONTROLS, entry.headroom, strict=True):
                limit = -sums[AccountKind.LIMIT, control]
                assert headroom == limit - sums[AccountKind.USE, control]


@given(lives())
def test_the_books_sum_to_zero_at_every_prefix(asked: list[Posting]) -> None:
    """Every accepted entry moves as much to the debit as to the credit of one currency (I1)."""
    for journal in live(asked)[1].values():
        for number, entry in enumerate(journal):
            sums: Counter[str] = Counter()
            for account, posted, pending in movements(
                entry.group, ended_with(entry, journal[:number])
            ):
                sums[account.currency] += posted
                sums[f"{account.currency} pending"] += pending
            assert not any(sums.values())


@given(lives())
def test_no_request_leaves_a_control_it_lowers_negative(asked: list[Posting]) -> None:
    """A request that was accepted lowered no control below zero (I2)."""
    for journal in live(asked)[1].values():
        before = (0, 0, 0, 0)
        for entry in journal:
            if entry.group.admission is Admission.REQUEST:
                pairs = zip(before, entry.headroom, strict=True)
                assert all(after >= min(0, was) for was, after in pairs)
            before = entry.headroom


@given(lives())
def test_every_posting_has_one_outcome(asked: list[Posting]) -> None:
    """Accepted for the first time or refused: as many entries as first acceptances, in order."""
    outcomes, journals = live(asked)
    first = [each for each in outcomes if isinstance(each, Accepted) and not each.again]
    assert len(first) == sum(map(len, journals.values()))
    for journal in journals.values():
        assert [entry.seq for entry in journal] == list(range(1, len(journal) + 1))
        names = [entry.group.group_id for entry in journal]
        assert len(set(names)) == len(names)


@given(lives())
def test_the_chain_follows_from_the_entries(asked: list[Posting]) -> None:
    """Anyone can compute every head from the entries before it (I13)."""
    for owner, journal in live(asked)[1].items():
        head = genesis(owner)
        for entry in journal:
            head = chained(head, entry.seq, content_hash(entry.group))
            assert entry.chain == head


@given(lives())
def test_verify_finds_a_sound_book_sound(asked: list[Posting]) -> None:
    """No life of a book breaks the books, the bounds, the keys or the chain in `verify`'s eyes."""

    async def run() -> list[str]:
        store = MemoryStore()
        for posting in asked:
            await store.post(posting)
        findings = verify(store, until=AT + timedelta(days=9))
        # These lives have no contracts, whose state I4 would compare.
        return [str(each) async for each in findings if each.invariant != "I4"]

    assert asyncio.run(run()) == []


@given(lives())
def test_a_correction_undoes(asked: list[Posting]) -> None:
    """A group that posted, and what undoes it, leave every account's posted balance as it was."""
    for journal in live(asked)[1].values():
        for number, entry in enumerate(journal):
            held = ended_with(entry, journal[:number])
            if entry.group.pending:
                continue
            sums: Counter[str] = Counter()
            transfers = undoing(entry.group, held)
            undo = group_of(entry.group.owner, "undo", Event.CORRECTED, transfers)
            for group, resolved in ((entry.group, held), (undo, None)):
                for account, posted, _ in movements(group, resolved):
                    sums[account.name] += posted
            assert not any(sums.values())


def test_a_life_may_hold_every_event() -> None:
    """No event is left out of what these properties try."""
    named = {Event.CUSTOMER_OPENED, Event.HOLD_PLACED, Event.CORRECTED}
    assert {*BOOKED, *ENDS, *named} == set(Event)
