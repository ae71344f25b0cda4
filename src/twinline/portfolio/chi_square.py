"""The chi-square distribution: how large a sum of squares chance alone makes."""

from __future__ import annotations

from functools import lru_cache
from math import exp, inf, lgamma, log

STEPS_MAX = 10_000
CLOSE = 1e-15
"""Where a series or fraction has nothing left to add."""


def exceeding(x: float, degrees: int) -> float:
    """Return the chance of a value above `x`, for one or more degrees of freedom.

    The upper regularised incomplete gamma function: by its series left of the middle, by its
    continued fraction (Lentz) right of it.

    >>> round(exceeding(3.841458820694124, 1), 12)
    0.05
    """
    if x <= 0:
        return 1.0
    half, point = degrees / 2, x / 2
    front = exp(half * log(point) - point - lgamma(half))
    if point < half + 1:
        return 1.0 - front * _series(half, point)
    return front * _fraction(half, point)


@lru_cache(maxsize=1_024)
def at_most(chance: float, degrees: int) -> float:
    """Return the value that is exceeded with the chance `1 - chance`; 0 with no freedom.

    >>> round(at_most(0.99, 9), 3)
    21.666
    """
    if not degrees:
        return 0.0
    tail = 1.0 - chance
    low, high = 0.0, 2.0 * degrees + 10
    while exceeding(high, degrees) > tail:
        low, high = high, 2 * high
    while high - low > CLOSE * high:
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        if exceeding(middle, degrees) > tail:
            low = middle
        else:
            high = middle
    return high


def _series(half: float, point: float) -> float:
    term = total = 1 / half
    for step in range(1, STEPS_MAX):
        term *= point / (half + step)
        total += term
        if term < total * CLOSE:
            break
    return total


def _fraction(half: float, point: float) -> float:
    start = point + 1 - half
    upper, lower = inf, 1 / start
    value = lower
    for step in range(1, STEPS_MAX):
        top = -step * (step - half)
        bottom = start + 2 * step
        lower = 1 / (top * lower + bottom)
        upper = bottom + top / upper
        value *= lower * upper
        if abs(lower * upper - 1) < CLOSE:
            break
    return value
