"""Scorecard points: a score that doubles the odds every so many points."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log


@dataclass(frozen=True, slots=True, kw_only=True)
class PointScale:
    """`base_score` points stand for odds of `base_odds` good to one bad; `pdo` double them."""

    base_score: float
    base_odds: float
    pdo: float

    @property
    def factor(self) -> float:
        """Points for each unit of the odds' natural logarithm."""
        return self.pdo / log(2)

    @property
    def offset(self) -> float:
        """Points at even odds."""
        return self.base_score - self.factor * log(self.base_odds)

    def score(self, odds: float) -> float:
        """Return the points for odds of good to bad."""
        return self.offset + self.factor * log(odds)

    def odds(self, score: float) -> float:
        """Return the odds of good to bad for a score. Raises `OverflowError` when too large."""
        return exp((score - self.offset) / self.factor)


def odds_of(pd: float) -> float:
    """Return the odds of good to bad for a probability of default between 0 and 1."""
    return (1 - pd) / pd


def pd_of(odds: float) -> float:
    """Return the probability of default for odds of good to bad."""
    return 1 / (1 + odds)
