"""How late a debt is: days past due, bucket, class of the five, impairment stage."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

DAYS_IN_BUCKET: Final = 30
BUCKETS: Final = 6


@unique
class FiveClass(Enum):
    """The five classes of Chinese asset classification (五级分类); the last three perform not."""

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"


@unique
class Scheme(Enum):
    """Whose edges of the five classes apply."""

    BANK_2023 = "bank_2023"
    """CBIRC and PBC Order 2023-1: substandard above 90 days, doubtful 270, loss 360."""

    CARD_2011 = "card_2011"
    """CBRC Order 2011-2, article 92: above 90 days, 120, 180."""


_EDGES: Final[dict[Scheme, tuple[tuple[int, FiveClass], ...]]] = {
    Scheme.BANK_2023: (
        (360, FiveClass.LOSS),
        (270, FiveClass.DOUBTFUL),
        (90, FiveClass.SUBSTANDARD),
        (0, FiveClass.SPECIAL_MENTION),
    ),
    Scheme.CARD_2011: (
        (180, FiveClass.LOSS),
        (120, FiveClass.DOUBTFUL),
        (90, FiveClass.SUBSTANDARD),
        (0, FiveClass.SPECIAL_MENTION),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedAmount:
    """An amount of a day, in minor units: a due, or a payment."""

    on: date
    amount_minor: int


def days_past_due(
    dues: Sequence[DatedAmount], payments: Sequence[DatedAmount], as_of: date
) -> int:
    """Return the days since the oldest due date that is not fully paid, 0 on that day itself.

    Payments up to `as_of` are applied oldest due first, whatever their day. Grace affects fees
    and reporting, never this count.

    >>> from datetime import date
    >>> due = DatedAmount(on=date(2026, 3, 15), amount_minor=90_041)
    >>> days_past_due([due], [], date(2026, 3, 16))
    1
    """
    paid = sum(payment.amount_minor for payment in payments if payment.on <= as_of)
    for due in sorted(dues, key=lambda due: due.on):
        paid -= due.amount_minor
        if paid < 0:
            return max((as_of - due.on).days, 0)
    return 0


def bucket(days: int) -> str:
    """Return the bucket of thirty days: C when current, M1 to M6, M7+ above 180 days.

    >>> bucket(0), bucket(30), bucket(31), bucket(181)
    ('C', 'M1', 'M2', 'M7+')
    """
    if days == 0:
        return "C"
    number = (days + DAYS_IN_BUCKET - 1) // DAYS_IN_BUCKET
    return f"M{number}" if number <= BUCKETS else f"M{BUCKETS + 1}+"


def five_class(days: int, scheme: Scheme) -> FiveClass:
    """Return the class by days past due alone; other reasons may only make it worse."""
    for above, asset_class in _EDGES[scheme]:
        if days > above:
            return asset_class
    return FiveClass.NORMAL


def stage(days: int) -> int:
    """Return the impairment stage by days past due alone.

    1 up to 30 days, 2 above, 3 above 90: the presumptions of IFRS 9, paragraphs 5.5.11 and
    B5.5.37.
    """
    if days > 90:  # noqa: PLR2004 - the standard's own figure
        return 3
    return 2 if days > 30 else 1  # noqa: PLR2004 - the standard's own figure
