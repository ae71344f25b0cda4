"""What points mean: 600 stand for 50 goods to 1 bad, and 20 more double the odds."""

from __future__ import annotations

import math

BASE, BASE_ODDS, PDO = 600, 50, 20
FACTOR = PDO / math.log(2)
OFFSET = BASE - FACTOR * math.log(BASE_ODDS)


def scale_pd(score: int) -> float:
    """Return the probability of default that the scale itself gives a score.

    >>> round(scale_pd(600), 6)
    0.019608
    """
    return 1 / (1 + BASE_ODDS * 2 ** ((score - BASE) / PDO))
