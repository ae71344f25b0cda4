"""The first customers of each kind that a page shows as examples, by their rows in the book.

The kinds overlap: who is cut may also be refused a cash loan. A few rows of each kind are kept,
one for every kind there is, so that each kind finds an example of its own.
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@unique
class Kind(StrEnum):
    """What a customer is an example of, in the order in which examples are chosen."""

    RAISED = "raised"
    """A line is raised."""
    CUT = "cut"
    """A line is cut."""
    RESTRICTED = "restricted"
    """New use of a line is stopped, or linkage restricts it."""
    REFUSED = "refused"
    """No cash loan is opened."""


class Firsts:
    """The first rows of each kind, in the book's order."""

    def __init__(self) -> None:
        """Start with none."""
        self._rows: dict[Kind, list[int]] = {kind: [] for kind in Kind}

    def extend(self, kind: Kind, rows: Iterable[int]) -> None:
        """Add rows of a kind."""
        self._rows[kind] = sorted([*self._rows[kind], *rows])[: len(Kind)]

    def merge(self, other: Firsts) -> None:
        """Add the rows of another part of the book."""
        for kind, rows in other._rows.items():
            self.extend(kind, rows)

    def chosen(self) -> dict[str, int]:
        """Return the first row of each kind that is no example yet; a kind may have none."""
        chosen: dict[str, int] = {}
        for kind, rows in self._rows.items():
            free = [row for row in rows if row not in chosen.values()]
            if free:
                chosen[kind.value] = free[0]
        return chosen
