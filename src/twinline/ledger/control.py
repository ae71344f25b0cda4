"""The control accounts of one customer: what may be used, and how much of it is left."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final


@unique
class Control(StrEnum):
    """What bounds the use of credit, in the order a request is held against them."""

    PAY_LATER = "pay_later"
    """The pay-later line: holds and principal, unweighted."""

    CASH_LOAN = "cash_loan"
    """The cash-loan line: principal."""

    JOINT = "joint"
    """Both lines together: instalment principal counts by its plan's weight, 1 or more."""

    PERSON = "person"
    """What the law lets one person owe one lender, unweighted."""


CONTROLS: Final = tuple(Control)
"""Headroom is kept as four numbers in this order."""

Headroom = tuple[int, int, int, int]
"""Limit less use of each control in `CONTROLS`, in minor units; a fact may leave it negative."""

NO_HEADROOM: Final[Headroom] = (0, 0, 0, 0)


def moved(headroom: Headroom, changes: Headroom) -> Headroom:
    """Return headroom after changes.

    >>> moved((5, 5, 5, 5), (-2, 0, -3, 0))
    (3, 5, 2, 5)
    """
    a, b, c, d = headroom
    e, f, g, h = changes
    return a + e, b + f, c + g, d + h
