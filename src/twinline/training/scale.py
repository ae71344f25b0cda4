"""What points mean: 600 stand for 50 goods to 1 bad, and 20 more double the odds."""

from __future__ import annotations

from twinline.portfolio.points import PointScale, pd_of

SCALE = PointScale(base_score=600, base_odds=50, pdo=20)
FACTOR, OFFSET = SCALE.factor, SCALE.offset


def scale_pd(score: int) -> float:
    """Return the probability of default that the scale itself gives a score.

    >>> round(scale_pd(600), 6)
    0.019608
    """
    return pd_of(SCALE.odds(score))
