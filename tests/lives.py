"""Short lives of a customer, each of which shows one planted defect to the auditor."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.borrower import borrowed, paid_back
from tests.postings import draw, purchase_hold, repayment, void

if TYPE_CHECKING:
    from tests.audited import Audited
    from twinline.app.bank.store import Snapshot


async def skipped_bound(audited: Audited) -> None:
    """Draws at once, each within the limit, all accepted."""
    await asyncio.gather(*(audited.post(draw(f"D{n}", 300)) for n in range(3)))


async def lost_void(audited: Audited) -> None:
    """A void that gives nothing back."""
    await audited.post(purchase_hold("H1", 300))
    await audited.post(void("V1", "H1"))


async def wrong_sign(audited: Audited) -> None:
    """A repayment that takes headroom."""
    await audited.post(draw("D1", 300))
    await audited.post(repayment("R1", 100))


async def dropped_key(audited: Audited) -> None:
    """A draw asked for twice by one key."""
    await audited.post(draw("D1", 300))
    await audited.post(draw("D1", 300))


async def accepted_stale(audited: Audited) -> None:
    """Two repayments decided on one state of the loan."""
    await audited.post(borrowed(await _snapshot(audited), "D1", 300))
    snapshot = await _snapshot(audited)
    await audited.post(paid_back(snapshot, "R1", 50))
    await audited.post(paid_back(snapshot, "R2", 50))
    await audited.look("C1")


async def _snapshot(audited: Audited) -> Snapshot:
    snapshot = await audited.store.snapshot("C1")
    assert snapshot is not None
    return snapshot
