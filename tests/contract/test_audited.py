"""Concurrent days on any store, before the auditor and then before `verify`."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests import lives, planted
from tests.audited import Audited
from tests.postings import (
    AT,
    another_body,
    capture,
    draw,
    expiry,
    limit_moved,
    opening,
    purchase_hold,
    repayment,
    returned,
    void,
)
from twinline.adapters.memory.store import MemoryStore
from twinline.app.bank.verify import verify
from twinline.ledger.event import Event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twinline.adapters.memory.store import Rule
    from twinline.app.bank.store import Posting, Store

pytestmark = pytest.mark.anyio


def a_day(dice: Random) -> list[Posting]:
    """Return a day's postings of one customer, to be asked for all at once."""
    asked: list[Posting] = []
    for number in range(16):
        asked.append(purchase_hold(f"H{number}", dice.randint(1, 300)))
        held = f"H{dice.randint(0, number)}"
        amount = dice.randint(1, 300)
        asked.append(capture(f"P{number}", held, amount))
        asked.append(dice.choice([void, expiry])(f"V{number}", held))
        asked.append(draw(f"D{number}", dice.randint(1, 300)))
    asked.append(limit_moved("L1", Event.LIMIT_CUT, 400))
    asked.append(limit_moved("L2", Event.LIMIT_RAISED, 300))
    asked.extend(dice.sample(asked, 16))
    dice.shuffle(asked)
    return asked


@pytest.mark.parametrize("seed", range(5))
async def test_a_concurrent_day_satisfies_the_auditor(store: Store, seed: int) -> None:
    """Whatever overlaps, every answer is one that some order allows, and the book is true."""
    dice = Random(seed)
    audited = Audited(store, dice)
    await audited.post(opening())
    await audited.post(draw("D", 300))
    day = [*a_day(dice), repayment("R1", 200), returned("B1", 100)]

    await asyncio.gather(*(audited.post(posting) for posting in day))
    standing = await store.standing("C1")
    assert standing is not None
    assert standing.seq > 5
    assert audited.auditor.findings() == []
    findings = verify(store, until=AT + timedelta(days=1))
    # These postings have no contracts, whose state I4 would compare.
    assert [str(each) async for each in findings if each.invariant != "I4"] == []


@pytest.mark.parametrize(
    ("rule", "life", "found"),
    [
        (planted.bound_skipped, lives.skipped_bound, "leaves cash_loan at -100 at best"),
        (planted.void_lost, lives.lost_void, "void V1: says pay_later is 700, it can be 1000"),
        (
            planted.sign_wrong,
            lives.wrong_sign,
            "repay R1 100: says cash_loan is 400, it can be 600",
        ),
        (planted.key_forgotten, lives.dropped_key, "draw D1 300: answered yes with cash_loan 200"),
        (
            planted.stale_accepted,
            lives.accepted_stale,
            "says owed_cash_loan is 250, it can be 200",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
async def test_a_planted_defect_is_accused(
    rule: Rule, life: Callable[[Audited], Awaitable[None]], found: str
) -> None:
    """The auditor, who knows nothing of the ledger, says what the answers cannot be."""
    audited = Audited(MemoryStore(rule), Random(0))
    await audited.post(opening())
    await life(audited)

    assert any(found in line for line in audited.auditor.findings())


async def test_another_body_at_once_is_no_accusation(store: Store) -> None:
    """Two commands under one key at once: one is booked, the other told that the key is used."""
    audited = Audited(store, Random(1))
    await audited.post(opening())
    other = another_body(draw("D1", 20))
    await asyncio.gather(audited.post(draw("D1", 10)), audited.post(other))

    assert audited.auditor.findings() == []
    assert len(await store.entries("C1")) == 2
