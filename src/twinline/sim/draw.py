"""Draws that come out the same on every machine: whole numbers from a seeded generator.

`Random.random` is exact to the bit everywhere; it is only multiplied by whole numbers and
compared with constants, so no library of transcendental functions has a say.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

Prize = TypeVar("Prize")
FINENESS = 2**16
WHOLE = 1000
"""Chances are in thousandths."""


class Spread:
    """Whole numbers between steps that are equally likely to be fallen between."""

    def __init__(self, *steps: int) -> None:
        """Take the least value, the inner quantiles at equal distances, and the greatest."""
        self._steps = steps

    def draw(self, random: Random) -> int:
        """Draw one number, rounded down."""
        place = int(random.random() * ((len(self._steps) - 1) * FINENESS))
        step, rest = divmod(place, FINENESS)
        low, high = self._steps[step], self._steps[step + 1]
        return low + (high - low) * rest // FINENESS


class Lots(Generic[Prize]):
    """Things drawn by their chances, in thousandths."""

    def __init__(self, chances: Mapping[Prize, int]) -> None:
        """Take the chance of each thing; they sum to 1000."""
        assert sum(chances.values()) == WHOLE
        self._prizes = tuple(chances)
        self._ends = tuple(accumulate(chances.values()))

    def draw(self, random: Random) -> Prize:
        """Draw one thing."""
        return self._prizes[bisect_right(self._ends, int(random.random() * WHOLE))]
