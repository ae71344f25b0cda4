"""What any store tells of its book: snapshots, holds, journal pages, answers, balances."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.postings import (
    AT,
    ON,
    another_body,
    capture,
    dated,
    draw,
    fact_of,
    hash_of,
    limit_moved,
    opening,
    purchase_hold,
    repayment,
    void,
)
from twinline.app.bank.store import CustomerStatus, OutboxEvent, StoredAnswer
from twinline.ledger.admission import Accepted, Refusal
from twinline.ledger.event import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinline.app.bank.store import KeptEvent, Store
    from twinline.ledger.account import Account
    from twinline.ledger.balance import Balance

pytestmark = pytest.mark.anyio

LATER = AT + timedelta(days=1)


def by_name(balances: Mapping[Account, Balance]) -> dict[str, tuple[int, int]]:
    """Return balances by the kind of their account and its part, posted and pending."""
    return {
        f"{account.kind} {account.part}".strip(): (each.posted_minor, each.pending_minor)
        for account, each in balances.items()
    }


async def test_a_snapshot_is_the_customer_as_of_its_seq(store: Store) -> None:
    """It holds the customer, `seq`, headroom, limits, and the holds that wait."""
    await store.post(opening())
    held, ended = purchase_hold("H1", 300), purchase_hold("H2", 100)
    await store.post(held)
    await store.post(ended)
    await store.post(void("V2", "H2"))
    await store.post(limit_moved("L1", Event.LIMIT_CUT, 400))

    snapshot = await store.snapshot("C1")
    assert snapshot is not None
    assert snapshot.customer == opening().customer
    assert snapshot.seq == 5
    assert snapshot.limits == (600, 800, 800, 5_000)
    assert snapshot.headroom == (300, 800, 500, 4_700)
    assert snapshot.holds == {"H1": held.hold}


async def test_a_customer_is_replaced_by_its_postings(store: Store) -> None:
    """A change of status is what the next snapshot shows; a posting without one changes none."""
    await store.post(opening())
    customer = opening().customer
    assert customer is not None
    stopped = replace(customer, status=CustomerStatus.STOPPED, spending_cap_minor=5)
    change = replace(fact_of("C1", "S1", Event.CUSTOMER_CHANGED), customer=stopped)
    await store.post(change)
    await store.post(draw("D1", 1))

    snapshot = await store.snapshot("C1")
    assert snapshot is not None
    assert snapshot.customer == stopped


async def test_a_hold_is_told_when_it_has_ended(store: Store) -> None:
    """An authorisation can be read for ever, with the group that ended it."""
    await store.post(opening())
    asked = purchase_hold("H1", 300)
    await store.post(asked)
    assert await store.hold("C1", "H1") == asked.hold

    await store.post(capture("P1", "H1", 200))
    ended = await store.hold("C1", "H1")
    assert ended is not None
    assert asked.hold is not None
    assert ended == replace(asked.hold, held=replace(asked.hold.held, resolved_by="P1"))
    assert await store.hold("C1", "P1") is None
    assert await store.hold("C9", "H1") is None


async def test_the_journal_is_read_in_pages(store: Store) -> None:
    """Pages join to the whole journal in order, each entry as it was accepted."""
    asked = [opening(), *(draw(f"D{number}", 10) for number in range(6))]
    answers = [await store.post(posting) for posting in asked]
    entries = [
        entry
        for after in (0, 3, 6, 9)
        for entry in await store.entries("C1", after_seq=after, count=3)
    ]

    assert [entry.group for entry in entries] == [posting.group for posting in asked]
    assert [Accepted(entry.seq, entry.headroom, entry.chain) for entry in entries] == answers
    assert list(await store.entries("C9")) == []


async def test_every_part_of_a_group_comes_back(store: Store) -> None:
    """A journal keeps cause, both times to the microsecond, pending marks and resolutions."""
    await store.post(opening())
    moment = datetime(2026, 11, 3, 23, 59, 59, 999_999, tzinfo=UTC)
    held = dated(purchase_hold("H1", 300), on=date(2026, 11, 4), at=moment)
    held = replace(held, group=replace(held.group, cause="decision D-7"))
    ended = capture("P1", "H1", 120)
    await store.post(held)
    await store.post(ended)

    entries = await store.entries("C1", after_seq=1)
    assert [entry.group for entry in entries] == [held.group, ended.group]


async def test_the_first_answer_to_a_key_is_kept(store: Store) -> None:
    """A refusal is kept under its key once; an accepted command's answer is never displaced."""
    await store.post(opening())
    await store.post(draw("D1", 100))
    first = StoredAnswer(
        command_hash=hash_of("one"), accepted=False, answer='{"no": 1}', booked_at=AT
    )
    second = replace(first, command_hash=hash_of("two"), answer='{"no": 2}')

    assert await store.answer("C1", "X1") is None
    assert await store.keep_refusal("C1", "X1", first) == first
    assert await store.keep_refusal("C1", "X1", second) == first
    assert await store.answer("C1", "X1") == first
    assert await store.answer("C2", "X1") is None

    accepted = await store.answer("C1", "D1")
    assert accepted is not None
    assert accepted.accepted
    assert await store.keep_refusal("C1", "D1", first) == accepted


async def test_a_refused_key_books_nothing(store: Store) -> None:
    """A key that was answered with a refusal is answered so for ever, though there is room now."""
    await store.post(opening())
    no = StoredAnswer(
        command_hash=hash_of("C1 D1"), accepted=False, answer='{"no": 1}', booked_at=AT
    )
    await store.keep_refusal("C1", "D1", no)

    assert await store.post(draw("D1", 100)) is Refusal.GROUP_ID_TAKEN
    assert await store.answer("C1", "D1") == no
    assert len(await store.entries("C1")) == 1


async def test_old_refusals_are_forgotten_in_small_steps(store: Store) -> None:
    """Those kept before a moment go, at most so many at once; the others stay, and what was done.

    A key whose refusal was forgotten is as new.
    """
    await store.post(opening())
    await store.post(draw("D0", 1))
    for number in range(5):
        no = StoredAnswer(
            command_hash=hash_of(f"C1 D{number}"),
            accepted=False,
            answer='"no"',
            booked_at=AT + timedelta(hours=number),
        )
        await store.keep_refusal("C1", f"D{number}", no)
    before = AT + timedelta(hours=4)

    steps = [await store.forget_refusals(before, count=2) for _ in range(3)]
    assert steps == [2, 1, 0]
    left = [await store.answer("C1", f"D{number}") for number in range(5)]
    assert [each is not None for each in left] == [True, False, False, False, True]
    assert isinstance(await store.post(draw("D1", 1)), Accepted)
    assert await store.post(draw("D4", 1)) is Refusal.GROUP_ID_TAKEN
    assert await store.forget_refusals(AT + timedelta(days=1)) == 1


async def test_the_outbox_is_read_in_pages(store: Store) -> None:
    """Events come once each in pages, and an owner's in the order of its journal."""
    for owner in ("C1", "C2"):
        await store.post(opening(owner))
    for number in range(6):
        told = OutboxEvent(event_id=f"E{number}", kind="loan.disbursed", document="{}")
        posting = replace(draw(f"D{number}", 1, f"C{1 + number % 2}"), events=(told,))
        await store.post(posting)

    seen: list[KeptEvent] = []
    while page := await store.events(after=seen[-1].position if seen else 0, count=4):
        seen.extend(page)
    assert sorted(kept.event.event_id for kept in seen) == [f"E{number}" for number in range(6)]
    for owner in ("C1", "C2"):
        places = [kept.seq for kept in seen if kept.owner == owner]
        assert places == [2, 3, 4]


async def test_a_refused_body_is_answered_by_the_first(store: Store) -> None:
    """After another body was refused for a key the key still answers its own command."""
    await store.post(opening())
    await store.post(draw("D1", 100))
    await store.post(another_body(draw("D1", 100)))

    answer = await store.answer("C1", "D1")
    assert answer is not None
    assert answer.command_hash == draw("D1", 100).group.command_hash


async def test_a_purchase_stands_in_the_books(store: Store) -> None:
    """A hold waits, a capture posts: balances are debits less credits, and sum to zero."""
    await store.post(opening())
    await store.post(purchase_hold("H1", 300))
    await store.post(purchase_hold("H2", 50))

    waiting = by_name(await store.balances("C1"))
    assert waiting["use pay_later"] == (0, 350)
    assert waiting["headroom pay_later"] == (1_000, -350)
    assert waiting["limit pay_later"] == (-1_000, 0)
    assert "principal K-pay_later" not in waiting

    await store.post(capture("P1", "H1", 200))
    await store.post(void("V2", "H2"))
    posted = by_name(await store.balances("C1"))
    assert posted["use pay_later"] == (200, 0)
    assert posted["use joint"] == (200, 0)
    assert posted["headroom pay_later"] == (800, 0)
    assert posted["principal K-pay_later"] == (200, 0)
    assert by_name(await store.balances("M1")) == {"merchant_payable": (-200, 0)}


async def test_the_houses_accounts_are_moved_by_all(store: Store) -> None:
    """A house account's balance adds every customer's groups."""
    for owner in ("C1", "C2"):
        await store.post(opening(owner))
        await store.post(draw("D1", 300, owner))
    await store.post(repayment("R1", 100, "C2"))

    assert by_name(await store.balances("house")) == {"settlement": (-500, 0)}


async def test_balances_are_known_as_booked_by_a_moment(store: Store) -> None:
    """What was booked later is not in it, the moment itself is; a hold is seen as it then was."""
    await store.post(opening())
    await store.post(purchase_hold("H1", 300))
    await store.post(dated(capture("P1", "H1", 300), at=LATER))

    before = by_name(await store.balances("C1", booked_until=LATER - timedelta(microseconds=1)))
    assert before["use pay_later"] == (0, 300)
    assert "principal K-pay_later" not in before
    assert by_name(await store.balances("C1", booked_until=LATER)) == by_name(
        await store.balances("C1")
    )
    assert await store.balances("C1", booked_until=AT - timedelta(seconds=1)) == {}


async def test_balances_are_known_as_counted_by_a_day(store: Store) -> None:
    """Money counts from its day, however late it was booked; controls only know the booking."""
    await store.post(opening())
    await store.post(draw("D1", 500))
    backdated = dated(repayment("R1", 200), on=ON - timedelta(days=1), at=LATER)
    await store.post(backdated)

    then = by_name(await store.balances("C1", value_until=ON - timedelta(days=1)))
    assert then["principal K-cash_loan"] == (-200, 0)
    assert then["use cash_loan"] == (300, 0)
    both = by_name(await store.balances("C1", booked_until=AT, value_until=ON))
    assert both["principal K-cash_loan"] == (500, 0)
    assert both["use cash_loan"] == (500, 0)


async def test_customers_come_in_order(store: Store) -> None:
    """Every customer is yielded once, in order of id, after the one named."""
    for owner in ("C3", "C1", "C2"):
        await store.post(opening(owner))

    assert [owner async for owner in store.customers()] == ["C1", "C2", "C3"]
    assert [owner async for owner in store.customers(after="C1")] == ["C2", "C3"]


async def test_a_look_is_a_snapshot_and_an_answer(store: Store) -> None:
    """It gives what each gives alone, whether there is a customer or an answer or neither."""
    await store.post(opening())
    await store.post(draw("D1", 300))
    no = StoredAnswer(command_hash=hash_of("no"), accepted=False, answer='"no"', booked_at=AT)
    await store.keep_refusal("C1", "N1", no)
    await store.keep_refusal("C2", "N1", no)
    for owner in ("C1", "C2"):
        for key in ("open", "D1", "N1", "nothing", ""):
            asked = await store.look(owner, key)
            assert asked == (await store.snapshot(owner), await store.answer(owner, key), ())


async def test_many_who_look_at_once_see_their_own(store: Store) -> None:
    """Callers who ask together are answered each about its own customer and key."""
    names = [f"C{number}" for number in range(100)]
    await asyncio.gather(*(store.post(opening(name)) for name in names))
    looks = await asyncio.gather(*(store.look(name, "open") for name in (*names, "nobody")))
    for name, (snapshot, answer, _) in zip(names, looks, strict=False):
        assert snapshot is not None
        assert answer is not None
        assert snapshot.customer.customer_id == name
        assert answer.command_hash == opening(name).group.command_hash
    assert looks[-1] == (None, None, ())
