"""How much one person may owe."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final

from twinline.kernel.rounding import Rounding, divide

if TYPE_CHECKING:
    from collections.abc import Sequence


@unique
class Basis(StrEnum):
    """What is held against a cap per person."""

    LINE = "line"
    """Balance and undrawn line: what the person could come to owe without being asked again."""

    BALANCE = "balance"
    """Balance alone, at each draw."""


DRAFT_2020_CAP_MINOR: Final = 300_000_00
"""Most that one natural person may owe: draft rules on online micro-lending, 2020-11-02."""

_SHARE_OF_INCOME: Final = 3


def draft_2020_cap_minor(incomes_minor: Sequence[int]) -> int:
    """Return the draft's cap: 300,000 yuan or a third of the mean income of three years.

    The lower counts, rounded half up to the fen. The draft was never made law; a lender may bind
    itself to it.
    """
    mean_third = divide(
        sum(incomes_minor), len(incomes_minor) * _SHARE_OF_INCOME, Rounding.HALF_UP
    )
    return min(DRAFT_2020_CAP_MINOR, mean_third)


def room_minor(cap_minor: int, owed_minor: int) -> int:
    """Return what may still be drawn under a cap on the balance.

    >>> room_minor(20_000_000, 18_500_000)
    1500000
    """
    return max(cap_minor - owed_minor, 0)
