"""Tables a committee argues over: bands of a whole number, by themselves or by segment."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of whole numbers by band, one column a segment or one column for all.

    `edges` are the lower ends of the bands, ascending; a value belongs to the last band whose
    edge it reaches. `cells` run band by band, each with `columns` cells.
    """

    name: str
    edges: tuple[int, ...]
    columns: int
    cells: tuple[int, ...]

    def __post_init__(self) -> None:
        """State what the loader has made sure of."""
        assert self.edges
        assert all(low < high for low, high in zip(self.edges, self.edges[1:], strict=False))
        assert len(self.cells) == len(self.edges) * self.columns

    def at(self, value: int, column: int = 0) -> int:
        """Return the cell of the value's band; values start at the first edge."""
        return self.cells[(bisect_right(self.edges, value) - 1) * self.columns + column]
