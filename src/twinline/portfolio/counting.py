"""Exact sums and counts of columns: whole numbers in, Python's whole numbers out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.columns.outcome import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from twinline.decision.columns.column import Codes, Column, Ints, Truths
    from twinline.decision.columns.outcome import WordLists

HALF = 32
LOW = 2**HALF - 1
ROWS_MAX = 1 << 20
"""Rows at a time: so many halves of 64-bit numbers add up to less than 2^53."""


POWERS = np.array([10**power for power in range(19)], np.int64)
"""The powers of ten that 64 bits hold."""


def total(values: Ints) -> int:
    """Return the sum of numbers, whatever its size."""
    assert values.size <= ROWS_MAX
    return (int((values >> HALF).sum()) << HALF) + int((values & LOW).sum())


def totals(keys: Ints | Codes, values: Ints, width: int) -> list[int]:
    """Return the sum of the numbers of each key from 0 up to `width`.

    Numbers of 32 bits, or the halves of longer ones, are added up as doubles, in which whole
    numbers below 2^53 are exact.
    """
    assert values.size <= ROWS_MAX
    if values.min(initial=0) >= -LOW and values.max(initial=0) <= LOW:
        short: list[int] = (
            np.bincount(keys, weights=values, minlength=width).astype(np.int64).tolist()
        )
        return short
    high = np.bincount(keys, weights=values >> HALF, minlength=width).astype(np.int64)
    low = np.bincount(keys, weights=values & LOW, minlength=width).astype(np.int64)
    return [(a << HALF) + b for a, b in zip(high.tolist(), low.tolist(), strict=True)]


def product_totals(keys: Ints | Codes, values: Ints, shares: Ints, width: int) -> list[int]:
    """Return the sum of values times shares, of at most 31 bits and not negative, for each key."""
    high, low = (totals(keys, half * shares, width) for half in (values >> HALF, values & LOW))
    return [(a << HALF) + b for a, b in zip(high, low, strict=True)]


def counts(keys: Ints | Codes, width: int) -> list[int]:
    """Return how many rows have each key from 0 up to `width`."""
    found: list[int] = np.bincount(keys, minlength=width).tolist()
    return found


def by_value(values: Ints) -> Counter[int]:
    """Return how many rows have each value."""
    found, times = np.unique(values, return_counts=True)
    return Counter(dict(zip(found.tolist(), times.tolist(), strict=True)))


def by_name(words: Words, where: Truths | None = None) -> Counter[str]:
    """Return how many rows have each text, of all rows or of some."""
    codes = words.codes if where is None else words.codes[where]
    found = Counter[str]()
    for name, count in zip(words.names, counts(codes, len(words.names)), strict=True):
        if count:
            found[name] += count
    return found


def by_list(lists: WordLists) -> Counter[str]:
    """Return in how many rows each text is listed."""
    return by_name(Words(lists.names, lists.codes))


def present(column: Column) -> Truths:
    """Return where a column has a value."""
    if column.missing is None:
        return np.ones(column.values.shape, np.bool_)
    return ~column.missing


def first_of_each(codes: Codes, starts: Ints) -> tuple[NDArray[np.intp], Codes]:
    """Return the rows whose list holds anything, and the first code of each."""
    rows = np.flatnonzero(starts[1:] > starts[:-1])
    return rows, codes[starts[rows]]


def grid(
    keys: Ints | Codes, codes: Ints | Codes, width: int, height: int
) -> Sequence[Sequence[int]]:
    """Return how many rows have each code, for each key."""
    both = keys.astype(np.int64) * width + codes
    found: list[list[int]] = (
        np.bincount(both, minlength=width * height).reshape(height, width).tolist()
    )
    return found
