"""What an account may hold while calls overlap: the most and the least that any order allows.

A movement took effect at some moment between its asking and its answer. The most there may have
been counts what came in from when it was asked and what went out from when it was answered; the
least counts the other way round. One that was never answered may have happened at any moment since
it was asked, or never.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Moved:
    """An amount that went into an account, or out of it if negative.

    It took effect between the ticks `asked` and `answered`; None: nobody knows whether it did. One
    that is `free` goes out whatever is left.
    """

    amount: int
    asked: int
    answered: int | None
    free: bool = False


class Steps:
    """A sum that changes at ticks."""

    def __init__(self, changes: Iterable[tuple[int, int]]) -> None:
        """Take (tick, change) in any order."""
        by_tick: defaultdict[int, int] = defaultdict(int)
        for tick, change in changes:
            by_tick[tick] += change
        self._ticks = sorted(by_tick)
        self._sums = [0, *accumulate(by_tick[tick] for tick in self._ticks)]

    def at(self, tick: int) -> int:
        """Return the sum after all changes up to a tick, itself included."""
        return self._sums[bisect_right(self._ticks, tick)]

    def between(self, first: int, last: int) -> list[int]:
        """Return every value the sum has from one tick to before another."""
        return self._sums[bisect_right(self._ticks, first) : bisect_left(self._ticks, last) + 1]


class Room:
    """The most and the least of one account at every tick."""

    def __init__(self, moved: Sequence[Moved]) -> None:
        """Take every movement that was or may have been made."""
        most: list[tuple[int, int]] = []
        least: list[tuple[int, int]] = []
        for each in moved:
            early, late = (most, least) if each.amount > 0 else (least, most)
            early.append((each.asked, each.amount))
            if each.answered is not None:
                late.append((each.answered, each.amount))
        self._most, self._least = Steps(most), Steps(least)
        self._free = Steps(
            (each.answered, each.amount)
            for each in moved
            if each.free and each.amount < 0 and each.answered is not None
        )

    def left_by(self, first: int, last: int) -> int:
        """Return the most that what went out between two ticks, and had to fit, can have left.

        Of all that had to fit and was answered by `last` the latest bore the rest, and came after
        `first`: so what is free counts only if it was answered by then.
        """
        return self._most.at(last) - self._free.at(last) + self._free.at(first)

    def most_between(self, first: int, last: int) -> int:
        """Return the most there may be from one tick to before another."""
        return max(self._most.between(first, last))

    def least_between(self, first: int, last: int) -> int:
        """Return the least there may be from one tick to before another."""
        return min(self._least.between(first, last))
