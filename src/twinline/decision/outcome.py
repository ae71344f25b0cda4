"""What a decision says: for each line the action, the limit, the price, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from twinline.decision.strategy import Action
from twinline.terms.licence import Licence
from twinline.terms.product import Product

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA_MISSING = "DATA_MISSING"
"""The reason of a referral because something the strategy needs is not known."""


class LineOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided for one line, with the tree of terms that led to it.

    `terms` are the amounts of the limit's terms in the strategy's order, in minor units, None
    where unknown; `binding` names the one that bound, `without_minor` is what the limit would
    have been without it. `restrictions` name the edges that hold; the effective limit is the
    base limit under them. The price is a year's, in ppm; None where nothing is offered.
    """

    action: Action
    limit_now_minor: int | None
    base_limit_minor: int
    effective_limit_minor: int
    terms: tuple[int | None, ...]
    binding: str
    without_minor: int | None
    price_ppm: int | None
    price_parts: tuple[int, ...]
    price_binding: str
    gate: str
    restrictions: tuple[str, ...]
    reasons: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided for one customer.

    `points` are the scorecard's, one a feature in the card's order. `doubts` name the features
    that are missing or out of range, or the terms that could not be known; where there are any
    the customer is referred, and what could not be computed is None or empty.
    """

    customer_id: str
    licence: Licence
    challenger: bool
    score: int | None
    pd_ppm: int | None
    segment: str
    points: tuple[int, ...]
    joint_limit_minor: int | None
    joint_terms: tuple[int | None, ...]
    joint_binding: str
    pay_later: LineOutcome
    cash_loan: LineOutcome
    doubts: tuple[str, ...]

    def lines(self) -> Iterator[tuple[Product, LineOutcome]]:
        """Yield each line with its outcome."""
        yield Product.PAY_LATER, self.pay_later
        yield Product.CASH_LOAN, self.cash_loan
