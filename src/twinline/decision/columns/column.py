"""A column of whole numbers or truths, some of which may be missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Truths = NDArray[np.bool_]
    Codes = NDArray[np.int16]
    Array = TypeVar("Array", Ints, Truths, Codes)


class Column(NamedTuple):
    """Values by row, 64-bit numbers or truths; `missing` tells where there is none.

    An array without dimension stands for the same value in every row. What stands under a
    missing value is not the value of anything, but it lies within the bounds the compiler has
    proven: arithmetic on it cannot overflow, so no operation has to look first.
    """

    values: Ints | Truths
    missing: Truths | None = None

    @property
    def numbers(self) -> Ints:
        """The values of a column of numbers."""
        return cast("Ints", self.values)

    @property
    def truths(self) -> Truths:
        """The values of a column of truths."""
        return cast("Truths", self.values)


NOWHERE = np.zeros((), np.bool_)
"""A truth that holds in no row."""


NO_VALUE = Column(np.zeros((), np.int64), np.ones((), np.bool_))
"""A column that has no value in any row."""


def constant(value: int) -> Column:
    """Return a column that holds one number in every row."""
    return Column(np.asarray(value, np.int64))


def either(truths: Iterable[Truths]) -> Truths:
    """Return where any of some truths holds."""
    found = NOWHERE
    for each in truths:
        found = found | each
    return found


def where_missing(column: Column) -> Truths:
    """Return where a column is missing."""
    return NOWHERE if column.missing is None else column.missing


def or_zero(column: Column) -> Ints:
    """Return a column's numbers, zero where there is none."""
    if column.missing is None:
        return column.numbers
    return np.where(column.missing, np.int64(0), column.numbers)


def missing_in_any(columns: Iterable[Column]) -> Truths | None:
    """Return where any of the columns is missing."""
    found: Truths | None = None
    for column in columns:
        if column.missing is not None:
            found = column.missing if found is None else found | column.missing
    return found


def across(values: Array, rows: int) -> Array:
    """Return values that stand for every row written out, one a row."""
    return values if values.ndim else cast("Array", np.broadcast_to(values, (rows,)))
