"""Expected credit loss: what is lost in each period, on average, discounted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING

from twinline.kernel.decimals import ONE, PRECISE
from twinline.kernel.rate import to_decimal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Exposure at the start of a period, in minor units, and the chance to default in it.

    `pd` is given that no default came before.
    """

    exposure_minor: int
    pd: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedLoss:
    """The loss by period and in all, in minor units, to about forty digits."""

    parts: tuple[Decimal, ...]
    total: Decimal


def expected_loss(
    periods: Sequence[Period], lgd: Fraction, periodic_rate: Fraction, horizon: int
) -> ExpectedLoss:
    """Return the expected loss of the first `horizon` periods, or of all if there are fewer.

    Default comes at the end of a period and is discounted from there (IFRS 9, B5.5.28 and
    B5.5.44): survival x pd x lgd x exposure / (1 + rate) ** period.
    """
    parts = []
    with localcontext(PRECISE):
        alive, discount = ONE, PRECISE.divide(ONE, ONE + to_decimal(periodic_rate, PRECISE))
        share = to_decimal(lgd, PRECISE)
        for period in periods[:horizon]:
            pd = to_decimal(period.pd, PRECISE)
            share *= discount
            parts.append(alive * pd * share * period.exposure_minor)
            alive *= ONE - pd
        return ExpectedLoss(parts=tuple(parts), total=sum(parts, Decimal(0)))
