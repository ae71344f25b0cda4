"""The days that a purchase bears no interest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def interest_free_days(purchased_on: date, due_on: date, *, both_ends: bool = False) -> int:
    """Return the days from a purchase to its bill's due date; advertisements count both ends.

    >>> from datetime import date
    >>> interest_free_days(date(2026, 3, 1), date(2026, 4, 10), both_ends=True)
    41
    """
    return (due_on - purchased_on).days + both_ends
