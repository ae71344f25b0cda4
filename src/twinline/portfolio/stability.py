"""How far a population has moved: the population stability index."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction


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
