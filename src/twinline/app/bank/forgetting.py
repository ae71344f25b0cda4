"""Refusals are kept under their keys for 30 days, then forgotten: day by day, in small steps (I3).

What was accepted stays for ever, since its key is what says that it was done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from twinline.app.bank.bank import Bank

KEPT: Final = timedelta(days=30)
STEP: Final = 1_000
"""How many are forgotten in one transaction: it takes a few milliseconds."""

STEPS_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many refusals were forgotten, and whether none is left that is old enough."""

    count: int
    is_all: bool


async def forget_refusals(bank: Bank, at: datetime) -> Forgotten:
    """Forget refusals that were kept for their time by a moment, in so many steps at most."""
    count, before = 0, at - KEPT
    kept_by = [bank.store.forget_refusals, bank.register.forget_refusals]
    for _ in range(STEPS_MOST):
        if not kept_by:
            break
        forgotten = await kept_by[0](before, count=STEP)
        count += forgotten
        if forgotten < STEP:
            kept_by.pop(0)
    return Forgotten(count, is_all=not kept_by)
