"""A chunk of a book, its columns after all steps, and how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twinline.decision.columns.column import Column, across, either, where_missing
from twinline.decision.columns.outcome import NumberLists, WordLists, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinline.decision.columns.column import Ints, Truths
    from twinline.decision.law import LawValues


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows of a book: `cells` are the columns the strategy reads, in its order.

    `laws` are what binds lenders of this book, and `law` the place of each row's among them.
    """

    rows: int
    cells: Sequence[Column]
    laws: Sequence[LawValues]
    law: Ints
    challenger: Truths


class Found:
    """The columns of a chunk after all steps; `doubt` is where a person looks first, if anywhere.

    There nothing that was computed is shown.
    """

    def __init__(self, columns: Sequence[Column | None], chunk: Chunk) -> None:
        self._columns = columns
        self.chunk = chunk
        self.rows = chunk.rows
        self.doubt: Truths | None = None

    def column(self, slot: int) -> Column:
        """Return a column by its number."""
        column = self._columns[slot]
        assert column is not None
        return column

    def numbers(self, slot: int) -> Ints:
        """Return the numbers of a column."""
        return self.column(slot).numbers

    def truths(self, slot: int) -> Truths:
        """Return the truths of a column."""
        return self.column(slot).truths

    def missing(self, slot: int) -> Truths:
        """Return where a column is missing."""
        return where_missing(self.column(slot))

    def shown(self, column: Column, *, where: Truths | None = None) -> Column:
        """Return a column that is missing in doubt, and where else it does not apply."""
        missing = [each for each in (column.missing, self.doubt) if each is not None]
        if where is not None:
            missing.append(~where)
        return self.full(Column(column.values, either(missing) if missing else None))

    def full(self, column: Column) -> Column:
        """Return a column with a value for each row."""
        missing = column.missing
        if missing is not None:
            missing = across(missing, self.rows) if missing.any() else None
        return Column(across(column.numbers, self.rows), missing)

    def lists(self, columns: Sequence[Column]) -> NumberLists:
        """Return columns as lists that are empty in doubt."""
        return NumberLists(tuple(self.full(column) for column in columns), self.doubt)

    def words(self, names: Sequence[str], codes: Ints) -> Words:
        """Return texts by their places, none in doubt; a place below zero is no text."""
        none = len(names)
        codes = np.where(codes < 0, none, codes)
        if self.doubt is not None:
            codes = np.where(self.doubt, none, codes)
        return Words((*names, ""), across(codes, self.rows).astype(np.int16))

    def or_else(self, values: Ints, in_doubt: Ints | np.int64) -> Ints:
        """Return values by row, others in doubt."""
        if self.doubt is not None:
            values = np.where(self.doubt, in_doubt, values)
        return across(values, self.rows)


def listed(names: Sequence[str], holds: Sequence[Truths], rows: int) -> WordLists:
    """Return for every row the names that hold there, in order."""
    some = [(place, each) for place, each in enumerate(holds) if each.any()]
    starts = np.zeros(rows + 1, np.int64)
    if not some:
        return WordLists(tuple(names), np.zeros(0, np.int16), starts)
    grid = np.stack([across(each, rows) for _, each in some], axis=1)
    _, at = np.nonzero(grid)
    np.cumsum(np.count_nonzero(grid, axis=1), out=starts[1:])
    places = np.array([place for place, _ in some], np.int16)
    return WordLists(tuple(names), places[at], starts)
