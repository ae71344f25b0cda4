"""How well bins of a score tell good from bad: weight of evidence, information value, KS, AUC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@unique
class Sign(Enum):
    """Which share stands above the other in the logarithm."""

    GOOD_OVER_BAD = "good_over_bad"
    BAD_OVER_GOOD = "bad_over_good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Goods and bads of one bin, both above nothing."""

    good: int
    bad: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Separation:
    """The figures of some bins; `woe` and `iv_parts` by bin. KS, AUC and Gini are exact."""

    woe: tuple[float, ...]
    iv_parts: tuple[float, ...]
    ks: Fraction
    auc: Fraction

    @property
    def iv(self) -> float:
        """Information value: the sum of its parts."""
        return fsum(self.iv_parts)

    @property
    def gini(self) -> Fraction:
        """2 AUC - 1."""
        return 2 * self.auc - 1


def separation(bins: Sequence[Bin], sign: Sign) -> Separation:
    """Return how well bins separate, lowest score first.

    KS is the largest distance of the two distributions; AUC the chance that a good scores above a
    bad, ties counted half.
    """
    goods, bads = sum(b.good for b in bins), sum(b.bad for b in bins)
    woe = [log(Fraction(b.good * bads, b.bad * goods)) for b in bins]
    gaps = [Fraction(b.good, goods) - Fraction(b.bad, bads) for b in bins]
    parts = [float(gap) * weight for gap, weight in zip(gaps, woe, strict=True)]
    good_below = bad_below = twice_above = 0
    ks = Fraction(0)
    for b in bins:
        twice_above += b.good * (2 * bad_below + b.bad)
        good_below, bad_below = good_below + b.good, bad_below + b.bad
        ks = max(ks, abs(Fraction(good_below, goods) - Fraction(bad_below, bads)))
    turn = 1 if sign is Sign.GOOD_OVER_BAD else -1
    return Separation(
        woe=tuple(turn * weight for weight in woe),
        iv_parts=tuple(parts),
        ks=ks,
        auc=Fraction(twice_above, 2 * goods * bads),
    )
