"""Named roundings of integer division; nothing in the house divides without naming one."""

from __future__ import annotations

from enum import Enum, unique


@unique
class Rounding(Enum):
    """How a quotient that is not whole becomes whole.

    `DOWN` is towards zero and `UP` away from it, as the market uses the words; the two halves
    decide only exact ties.
    """

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """Return `numerator / denominator` as a whole number, rounded as named.

    Raises `ZeroDivisionError` when the denominator is zero.

    >>> divide(5, 2, Rounding.HALF_UP), divide(5, 2, Rounding.HALF_EVEN)
    (3, 2)
    >>> divide(-5, 2, Rounding.HALF_UP), divide(-5, 2, Rounding.DOWN)
    (-3, -2)
    """
    base = abs(denominator)
    quotient, remainder = divmod(abs(numerator), base)
    if remainder:
        match rounding:
            case Rounding.HALF_UP:
                quotient += 2 * remainder >= base
            case Rounding.HALF_EVEN:
                quotient += 2 * remainder > base or (2 * remainder == base and quotient % 2)
            case Rounding.UP:
                quotient += 1
            case Rounding.DOWN:
                pass
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def divide_to_step(numerator: int, denominator: int, step: int, rounding: Rounding) -> int:
    """Return `numerator / denominator` as a multiple of `step`, rounded once as named.

    >>> divide_to_step(90_069, 1, 100, Rounding.HALF_UP)
    90100
    """
    return divide(numerator, denominator * step, rounding) * step
