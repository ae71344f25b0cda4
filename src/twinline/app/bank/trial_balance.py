"""The trial balance: what all accounts of a kind come to, and whether debits equal credits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final

from twinline.ledger.account import CONTROL_KINDS, AccountKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from twinline.app.bank.store import Store


@unique
class Part(StrEnum):
    """What balances by itself: a transfer of money never meets one of limits."""

    MONEY = "money"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Total:
    """One line: all accounts of a kind, currency, licence and funder, in minor units.

    The sum of the accounts stands on one side, debit or credit, and the other is zero.
    `pending_minor` is what waiting holds would add to debits less credits.
    """

    currency: str
    kind: AccountKind
    licence: str
    funder: str
    debit_minor: int = 0
    credit_minor: int = 0
    pending_minor: int = 0

    @property
    def part(self) -> Part:
        """What the line is a part of."""
        return Part.LIMITS if self.kind in CONTROL_KINDS else Part.MONEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """What the lines of one currency and part come to; `pending_minor` is debits less credits."""

    currency: str
    part: Part
    debit_minor: int = 0
    credit_minor: int = 0
    pending_minor: int = 0

    @property
    def is_even(self) -> bool:
        """Whether it sums to zero, as a true book does."""
        return self.debit_minor == self.credit_minor and self.pending_minor == 0


_PARTS: Final = tuple(Part)
_KINDS: Final = tuple(AccountKind)


async def trial_balance(
    store: Store, *, booked_until: datetime | None = None, value_until: date | None = None
) -> tuple[Total, ...]:
    """Return the totals as booked by a moment, or as counted by a day, both included.

    Money comes before limits, which know only when they were booked. It is as of one moment of
    the book, also while that is in use.
    """
    totals = [
        Total(
            currency=heading.currency,
            kind=heading.kind,
            licence=heading.licence,
            funder=heading.funder,
            debit_minor=max(0, balance.posted_minor),
            credit_minor=max(0, -balance.posted_minor),
            pending_minor=balance.pending_minor,
        )
        for heading, balance in (
            await store.totals(booked_until=booked_until, value_until=value_until)
        ).items()
    ]
    return tuple(sorted(totals, key=_place))


def _place(total: Total) -> tuple[str, int, int, str, str]:
    part, kind = _PARTS.index(total.part), _KINDS.index(total.kind)
    return total.currency, part, kind, total.licence, total.funder


def footed(totals: Iterable[Total]) -> tuple[Foot, ...]:
    """Return what the lines come to, in the order of their currencies and parts."""
    feet: dict[tuple[str, Part], Foot] = {}
    for total in totals:
        key = total.currency, total.part
        foot = feet.get(key, Foot(currency=total.currency, part=total.part))
        feet[key] = Foot(
            currency=total.currency,
            part=total.part,
            debit_minor=foot.debit_minor + total.debit_minor,
            credit_minor=foot.credit_minor + total.credit_minor,
            pending_minor=foot.pending_minor + total.pending_minor,
        )
    return tuple(feet.values())
