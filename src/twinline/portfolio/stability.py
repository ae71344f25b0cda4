"""How far a population has moved: the population stability index, and what chance makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import fsum, log
from typing import TYPE_CHECKING

from twinline.portfolio.chi_square import at_most

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Stability:
    """The index by bin and in all."""

    parts: tuple[float, ...]

    @property
    def psi(self) -> float:
        """The sum over the bins."""
        return fsum(self.parts)


def stability(expected: Sequence[Fraction], actual: Sequence[Fraction]) -> Stability:
    """Return the index of two distributions over the same bins, each above nothing.

    Counts and shares are taken alike: each side is divided by its sum.
    """
    expected_sum, actual_sum = sum(expected), sum(actual)
    parts = []
    for before, after in zip(expected, actual, strict=True):
        was, now = before / expected_sum, after / actual_sum
        parts.append(float(now - was) * log(now / was))
    return Stability(parts=tuple(parts))


def stability_of_counts(expected: Sequence[int], actual: Sequence[int]) -> Stability:
    """Return the index of two counts; an empty bin counts as half a customer.

    >>> round(stability_of_counts([10, 20, 40, 20, 10], [8, 17, 38, 22, 15]).psi, 8)
    0.03254376
    """
    half = Fraction(1, 2)
    return stability(
        [Fraction(count) or half for count in expected],
        [Fraction(count) or half for count in actual],
    )


def psi_by_chance(bins: int, expected: int, actual: int) -> float:
    """Return the index that two draws from one population stay below 19 times in 20.

    It follows (1/n + 1/m) times chi-squared with bins - 1 degrees. A fixed bound would accuse
    small groups and excuse large ones.

    >>> round(psi_by_chance(10, 1_000, 1_000), 4)
    0.0338
    """
    return (1 / expected + 1 / actual) * at_most(0.95, bins - 1)
