"""What loading asks of whoever reads books and reviews: their rows, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from twinline.app.review_ports import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twinline.app.bank.loading import BookRow, DecidedRow


class LoadShelf(Shelf, Protocol):
    """Where books, strategies and reviews lie, and what of them the bank takes in."""

    def book_rows(self, book: Path, *, after: int) -> Iterator[BookRow]:
        """Yield the rows of a book behind one, in order, by bounded memory."""

    def decided_rows(self, review: Path, *, after: int) -> Iterator[DecidedRow]:
        """Yield what a review decided of the rows behind one, in order, by bounded memory."""
